"""Whose fault an exception is that ends as 500, by its words and by the condition that it is raised under."""

import ast
import re

from fastapi_guard.knowledge.error_words import (
    CONFLICT,
    FORBIDDEN,
    INFRASTRUCTURE,
    NO_SUCH_USER,
    NOT_AUTHENTICATED,
    NOT_FOUND,
    WRONG_LOGIN,
)
from fastapi_guard.project.model import Escape, PathOperation

FAULTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (NO_SUCH_USER, "what does not exist (404)"),
    (NOT_AUTHENTICATED, "a credential that is no good (401)"),
    (WRONG_LOGIN, "a credential that is no good (401)"),
    (FORBIDDEN, "what is forbidden (403)"),
    (CONFLICT, "what contradicts the present state (409)"),
    (NOT_FOUND, "what does not exist (404)"),
)

UNFIT = re.compile(
    r"\b(?:invalid|malformed|unsupported|corrupt(?:ed)?|bad) (?:\w+ )*(?:archive|audio|base64|content|csv|data|date|document|email|encoding|format|image|input|json|payload|pdf"
    r"|phone|syntax|timestamp|type|url|value|xml)\b|\b(?:format|type) (?:is )?not supported\b|\btoo (?:big|large|long|short|small)\b"
)
"""Messages about something that was sent and cannot be used."""

SENT = frozenset({"path", "query", "header", "cookie", "body", "form", "file"})

JUDGING = frozenset({"builtins.TypeError", "builtins.ValueError"})

CHECKS_PASSWORD = re.compile(r"(?:verify|check|compare)\w*\(.*passw")


def escape_fault(operation: PathOperation, escape: Escape) -> str | None:
    """What the client did, as a sentence names it with the status that says so; None where it is not his fault."""
    if INFRASTRUCTURE.search(escape.says):
        return None
    words, fault = next(((words, said) for words, said in FAULTS if words.search(escape.says)), (None, None))
    if words in (NOT_FOUND, NO_SUCH_USER) and not _is_addressed(operation, escape):
        return None  # what a dependency or the principal names exists
    if fault is None and CHECKS_PASSWORD.search(escape.test.lower()):
        return "a wrong password (401)"
    if fault is None and UNFIT.search(escape.says) and not sent_names(operation).isdisjoint(escape.given):
        is_judging = escape.name in JUDGING or not escape.name.startswith("builtins.")
        return "what the client sent and is no good (400)" if is_judging else None
    return fault


def sent_names(operation: PathOperation) -> frozenset[str]:
    """The variables of the handler that hold what the client sent, or what was made of it."""
    names = {parameter.name for parameter in operation.parameters if parameter.source in SENT}
    if operation.endpoint is None:
        return frozenset()
    for node in ast.walk(operation.endpoint.definition):
        if isinstance(node, ast.Assign) and any(
            isinstance(inner, ast.Name) and inner.id in names for inner in ast.walk(node.value)
        ):
            names.update(
                inner.id for target in node.targets for inner in ast.walk(target) if isinstance(inner, ast.Name)
            )
    return frozenset(names)


def _is_addressed(operation: PathOperation, escape: Escape) -> bool:
    """Whether what is missing is what the path names: the call that fails is given a parameter of it."""
    names = {name.partition(":")[0] for name in re.findall(r"\{(\w+(?::\w+)?)\}", operation.path)}
    return not names.isdisjoint(escape.given)
