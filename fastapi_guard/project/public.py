"""Which operations may be called by a stranger: by nature, by comment or by configuration."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from fastapi_guard.facts.nodes import nodes_below, nodes_of
from fastapi_guard.facts.uses import AnyFunction, called_names
from fastapi_guard.knowledge.public import (
    ADDRESS_METHODS,
    ALIVE_NAMES,
    BESIDE_STATUS,
    CONTEXTS,
    DOCUMENTS,
    ENTRY,
    ENTRY_IN_CONTEXT,
    ENTRY_NAMES,
    ENTRY_OF_USERS,
    ENTRY_VERBS,
    HEALTH,
    HEALTH_NAMES,
    HEALTH_PARTS,
    HOOKS,
    LATER_WORDS,
    LOGGERS,
    LOGINS,
    MAKING,
    MIGHTY,
    OAUTH,
    OAUTH_STEPS,
    PAGES,
    PERSONS,
    SIGN_UPS,
    SIGNATURE_CHECKS,
    SIGNATURES,
    STATUS,
    STRONG_CONTEXTS,
    WHO_AND_HOW,
)
from fastapi_guard.project.model import PathOperation, Verdict

PREFLIGHT = "answers CORS preflight requests"
ROOT = "is the root of the service"
FRONTEND = "is the page of the frontend, whatever its path"
IS_STATUS = "says how the service is"
WELL_KNOWN = "is a well-known document"
IS_ENTRY = "is where a stranger becomes somebody"
IS_STEP = "is a step of signing in"
SIGN_UP = "is how the users of this application come to be"
SIGNED = "is signed by its caller"
REFUSES = "refuses everybody"
SENDS_ON = "only sends its caller to another path"
NATURES = frozenset(
    {PREFLIGHT, ROOT, FRONTEND, IS_STATUS, WELL_KNOWN, IS_ENTRY, IS_STEP, SIGN_UP, SIGNED, REFUSES, SENDS_ON}
)
"""Every reason that is not a declaration."""


class Declaration(Protocol):
    """A `public` comment."""

    @property
    def reason(self) -> str: ...

    def speaks_for(self, path: str, line: int) -> bool: ...


class Configured(Protocol):
    """A public route of the configuration."""

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def reason(self) -> str: ...


def with_public_reason(
    operation: PathOperation,
    declarations: Sequence[Declaration],
    configured: Sequence[Configured],
    *,
    by_nature: bool = True,
) -> PathOperation:
    """The operation with the reason why it may be public, where there is one."""
    places = {
        (place.path, place.line)
        for place in (operation.location, operation.decorator_location, operation.registered_at)
    }
    for declaration in declarations:
        if any(declaration.speaks_for(path, line) for path, line in places):
            return replace(operation, public_reason=declaration.reason or "declared public")
    for route in configured:
        if is_configured(operation, route):
            return replace(operation, public_reason=route.reason or "declared public")
    nature = public_by_nature(operation) if by_nature else None
    return replace(operation, public_reason=nature) if nature else operation


def is_configured(operation: PathOperation, route: Configured) -> bool:
    """Whether an entry of the configuration speaks of the operation."""
    is_method = route.method in ("*", *operation.methods)
    is_websocket = route.method == "WEBSOCKET" and operation.kind == "websocket"
    return route.path == operation.path and (is_method or is_websocket)


def with_sign_ups(operations: Iterable[PathOperation]) -> tuple[PathOperation, ...]:
    """The operations, those public that make users where an application has a login and no sign-up that says so."""
    operations = tuple(operations)
    entries = [operation for operation in operations if operation.public_reason in (IS_ENTRY, IS_STEP)]
    logins = {operation.app for operation in entries if _words_of(operation) & LOGINS}
    sign_ups = {operation.app for operation in entries if _words_of(operation) & SIGN_UPS}
    return tuple(
        replace(operation, public_reason=SIGN_UP)
        if operation.app in logins - sign_ups and operation.public_reason is None and _makes_a_person(operation)
        else operation
        for operation in operations
    )


def is_public(operation: PathOperation, authentication: str) -> bool:
    """Whether a stranger may call an operation where `authentication` is the policy: a declaration always holds."""
    reason = operation.public_reason
    if authentication == "every-operation":
        return reason is not None and reason not in NATURES
    return reason is not None or public_by_nature(operation) is not None


def public_by_nature(operation: PathOperation) -> str | None:
    """Why an operation is public without being declared so; None when it is not."""
    if operation.kind == "websocket":
        return None
    if operation.methods and set(operation.methods) <= {"OPTIONS"}:
        return PREFLIGHT
    if _is_frontend(operation):
        return FRONTEND
    segments = [segment for segment in operation.path.split("/") if segment and not segment.startswith("{")]
    plain = [_plain(segment) for segment in segments]
    if all(re.fullmatch(r"api|v\d+", segment) for segment in plain[:2]) and len(plain) <= 2:
        is_exact = not operation.path.rstrip("/").endswith("}")
        if is_exact and set(operation.methods) <= {"GET", "HEAD"}:
            return ROOT
    elif nature := _by_words(operation, segments, plain):
        return nature
    if _is_signed(operation):
        return SIGNED
    if _refuses(operation):
        return REFUSES
    return SENDS_ON if _sends_on(operation) else None


def _is_frontend(operation: PathOperation) -> bool:
    """`@app.get("/{path:path}", include_in_schema=False)`, or with a page as its answer: the rest is for browsers."""
    if re.fullmatch(r"/\{\w+:path\}", operation.path) is None or not set(operation.methods) <= {"GET", "HEAD"}:
        return False
    called = called_names(operation.endpoint.definition) if operation.endpoint is not None else ()
    return not operation.include_in_schema or any(name.rpartition(".")[2] in PAGES for name in called)


def _by_words(operation: PathOperation, segments: list[str], plain: list[str]) -> str | None:
    """What the path and the name of the endpoint say."""
    if _says_how_the_service_is(operation, plain):
        return IS_STATUS
    if ".well-known" in segments or segments[-1] in DOCUMENTS:
        return WELL_KNOWN
    name = operation.endpoint_name.rpartition(".")[2]
    if not _makes_the_mighty(operation):
        if _is_entry(operation, segments, plain) or (ENTRY_NAMES.match(name) and not LATER_WORDS.search(name)):
            return IS_ENTRY
        if _is_step(plain):
            return IS_STEP
    return None


def _plain(segment: str) -> str:
    return re.sub(r"[^a-z0-9]", "", segment.lower())


def _says_how_the_service_is(operation: PathOperation, plain: list[str]) -> bool:
    """`/health`, `/api/v1/health/database`, `/jobs/health`: not `/tasks/status`."""
    name = operation.endpoint_name.rpartition(".")[2]
    if not set(operation.methods) <= {"GET", "HEAD"}:
        return False
    if ALIVE_NAMES.search(name):
        return True
    rest = [segment for segment in plain if not BESIDE_STATUS.fullmatch(segment) or segment in STATUS]
    if rest and rest[0] in HEALTH and (rest[-1] in HEALTH_PARTS or HEALTH_NAMES.search(name)):
        return True
    if "{" in operation.path:
        return False
    return plain[-1] in HEALTH or (plain[-1] in STATUS and all(segment in STATUS for segment in rest))


def _is_entry(operation: PathOperation, segments: list[str], plain: list[str]) -> bool:
    last = plain[-1]
    if last in ENTRY and (last not in ENTRY_OF_USERS or _is_entry_place(plain[:-1])):
        if last in ("token", "tokens", "refresh", "otp") and re.search(r"\{\w*id\w*\}", operation.path):
            return False
        return not (operation.path.rstrip("/").endswith("}") and last in ("token", "tokens"))
    words = re.findall(r"[a-z0-9]+", segments[-1].lower())
    return len(words) > 1 and bool(set(words) & ENTRY_VERBS) and set(words) <= ENTRY_VERBS | WHO_AND_HOW


def _is_step(plain: list[str]) -> bool:
    before = plain[:-1]
    if plain[-1] in ENTRY_IN_CONTEXT and set(before) & STRONG_CONTEXTS:
        return True
    if plain[-1] in OAUTH_STEPS and set(before) & OAUTH:
        return True
    strong = ENTRY - {"token", "tokens", "refresh", "register"}
    return any(segment in strong for segment in before) and _is_entry_place(before)


def _is_entry_place(before: list[str]) -> bool:
    """What stands before `token` or `register` is about users, or nothing."""
    rest = [segment for segment in before if not re.fullmatch(r"api|v\d+|internal|public|open", segment)]
    return not rest or bool(set(rest[-1:]) & (CONTEXTS | ENTRY))


def _words_of(operation: PathOperation) -> set[str]:
    """What the last segment and the endpoint are called, whole and in words."""
    last = operation.path.rstrip("/").rpartition("/")[2].lower()
    name = operation.endpoint_name.rpartition(".")[2].lower()
    return {_plain(last), *re.findall(r"[a-z0-9]+", last), *re.findall(r"[a-z0-9]+", name.replace("_", " "))}


def _makes_the_mighty(operation: PathOperation) -> bool:
    """A sign-up for administrators: `POST /admin/register`, `register_admin`."""
    names = f"{re.sub(r'[^a-z]+', '_', operation.path.lower())}_{operation.endpoint_name.rpartition('.')[2].lower()}"
    return bool(_words_of(operation) & (SIGN_UPS | MAKING)) and MIGHTY.search(names) is not None


def _makes_a_person(operation: PathOperation) -> bool:
    """`POST /users`, `POST /users/create`, `POST /create-user`, open, and none of the mighty."""
    if (
        operation.methods != ("POST",)
        or operation.kind != "http"
        or operation.authentication.verdict is not Verdict.NONE
    ):
        return False
    if "{" in operation.path or MIGHTY.search(re.sub(r"[^a-z]+", "_", operation.path.lower())):
        return False
    segments = [segment for segment in operation.path.lower().split("/") if segment]
    words = re.findall(r"[a-z]+", segments[-1])
    if _plain(segments[-1]) in MAKING and len(segments) > 1:
        words = re.findall(r"[a-z]+", segments[-2])
    return bool(set(words) & PERSONS) and set(words) <= PERSONS | MAKING


def _is_signed(operation: PathOperation) -> bool:
    """A webhook whose handler checks a signature, or takes one from the header that its caller sends it in."""
    if operation.endpoint is None or not HOOKS.search(operation.path + operation.endpoint_name.rpartition(".")[2]):
        return False
    headers = [parameter.name for parameter in operation.parameters if parameter.source == "header"]
    return any(map(_names_signature, headers)) or _checks_signature(operation.endpoint.definition)


@lru_cache(maxsize=2_048)
def _checks_signature(function: AnyFunction) -> bool:
    """Whether a handler checks a signature, or spells the header that it is sent in."""
    if any(SIGNATURE_CHECKS.match(name) for name in called_names(function)):
        return True
    texts = (node.value for node in nodes_of(function) if isinstance(node, ast.Constant))
    return any(isinstance(text, str) and _names_signature(text) for text in texts)


def _names_signature(text: str) -> bool:
    return SIGNATURES.search(text) is not None and " " not in text


def _refuses(operation: PathOperation) -> bool:
    """A handler that does nothing but raise, having written about it to the log."""
    if operation.endpoint is None or isinstance(operation.endpoint.definition, ast.Lambda):
        return False
    *before, last = operation.endpoint.definition.body
    return isinstance(last, ast.Raise) and all(
        isinstance(statement, ast.Expr) and _only_logs(statement.value) for statement in before
    )


def _sends_on(operation: PathOperation) -> bool:
    """A handler that makes an address of its parameters, asks nothing and nobody, and answers with a redirect to it."""
    return operation.endpoint is not None and _redirects(operation.endpoint.definition)


@lru_cache(maxsize=2_048)
def _redirects(function: AnyFunction) -> bool:
    if isinstance(function, ast.Lambda):
        return False
    asked = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)} - {"request"}
    returned: list[ast.expr | None] = []
    for node in (part for statement in function.body for part in nodes_below(statement)):
        if isinstance(node, (ast.Await, ast.AsyncWith, ast.With, ast.Try)):
            return False
        if isinstance(node, ast.Call) and not _builds_an_address(node.func, asked):
            return False
        if isinstance(node, ast.Return):
            returned.append(node.value)
    return len(returned) == 1 and isinstance(returned[0], ast.Call) and _last(returned[0].func) == "RedirectResponse"


def _builds_an_address(callee: ast.expr, asked: set[str]) -> bool:
    """`RedirectResponse(...)`, `URL(...)`, `url.replace(...)`, `"&".join(...)`; nothing of a parameter, such as a session."""
    if isinstance(callee, ast.Name):
        return callee.id in ("RedirectResponse", "URL", "str", "urlencode", "quote")
    if not isinstance(callee, ast.Attribute) or callee.attr not in ADDRESS_METHODS:
        return False
    return not (isinstance(callee.value, ast.Name) and callee.value.id in asked)


def _last(callee: ast.expr) -> str:
    return callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", "")


def _only_logs(expression: ast.expr) -> bool:
    if not isinstance(expression, ast.Call):
        return isinstance(expression, ast.Constant)
    callee = expression.func
    return _last(callee) in LOGGERS
