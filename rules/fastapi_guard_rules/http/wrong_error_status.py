"""FG414 wrong-error-status."""

import re
from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    CONFLICT,
    FORBIDDEN,
    INFRASTRUCTURE,
    MEDIUM,
    NOT_FOUND,
    OUT_OF_PLACE,
    WARNING,
    Escape,
    Finding,
    HttpError,
    PathOperation,
    Project,
    Related,
    Unit,
    escape_fault,
    handler_around,
    is_catch_all,
    is_empty_list,
    is_row_missing,
    known_error,
    mentions,
    only_reads_input,
    rule,
    walk,
)

FAILED = re.compile(
    r"\b(?:could|can) ?n[o']t\b|\bcannot\b|\bfailed\b|\bunable\b|\berror\b|\bno se pud|\bnão foi poss|\bnao foi poss|\bimpossible\b"
)
"""Messages that say that something did not work, and not what the client did wrong."""


@rule("FG414", severity=WARNING, confidence=MEDIUM, profile="strict", words=["HTTPException"])
def wrong_error_status(looked_at: cst.Raise | PathOperation, around: Unit | Project) -> Iterator[Finding]:
    """The status of an error contradicts its message, or what it is raised for."""
    if isinstance(looked_at, PathOperation):
        for escape in looked_at.escapes:
            yield from _of_escape(looked_at, escape)
    elif isinstance(around, Unit):
        yield from _of_raise(looked_at, around)


def _of_escape(operation: PathOperation, escape: Escape) -> Iterator[Finding]:
    """What the client did wrong ends as the server's fault, because nobody catches it."""
    fault = escape_fault(operation, escape)
    if fault is None:
        return
    name = escape.name.rpartition(".")[2]
    yield Finding(
        escape.sites[0] if escape.sites else escape.location,
        f"`{operation.endpoint_name.rpartition('.')[2]}` answers 500, for {fault}: nobody catches `{name}`",
        operations=operation.places,
        related=(Related(escape.location, "raised here"),) if escape.sites else (),
        help=f"Catch `{name}` here, or register an exception handler for it.",
        symbol=operation.endpoint_name,
    )


def _of_raise(statement: cst.Raise, unit: Unit) -> Iterator[Finding]:
    error = known_error(statement.exc, unit)
    if error is None or error.status is None:
        return
    function = unit.enclosing_function(statement)
    reason = _contradiction(error, error.status, statement, unit)
    if reason is None:
        return
    name = function.name.value if function else "this module"
    yield Finding(
        unit.location(error.call),
        f"`{name}` answers {error.status}, {reason}",
        symbol=unit.symbol(function) if function else "",
    )


def _contradiction(error: HttpError, status: int, statement: cst.Raise, unit: Unit) -> str | None:
    words = error.words
    is_missing = NOT_FOUND.search(words) is not None and INFRASTRUCTURE.search(words) is None
    if status in OUT_OF_PLACE:
        meaning, meant = OUT_OF_PLACE[status]
        return None if meant.search(words) else f"which tells the client: {meaning}"
    if status >= 500 and is_missing:
        return "the server's fault, for what does not exist (404)"
    if status == 400 and is_missing and _is_addressed(words, statement, unit):
        return "for what the path names and does not exist (404)"
    if status == 400 and FAILED.search(words) and is_row_missing(statement, unit):
        return "for a row that is not there (404)"
    if status == 404 and is_empty_list(statement, unit):
        return "for a list that is empty (200 and `[]`)"
    if status == 404 and FORBIDDEN.search(words) and not NOT_FOUND.search(words):
        return "and says that it is forbidden (403)"
    if status in (400, 403) and CONFLICT.search(words):
        return "for what contradicts the present state (409)"
    if _blames_the_client(error, status, statement, unit):
        return "the client's fault, for whatever fails"
    return None


def _is_addressed(words: str, statement: cst.Raise, unit: Unit) -> bool:
    """Whether what is missing is what the path of the endpoint names: `/tasks/{task_id}` and "Task not found"."""
    function = unit.enclosing_function(statement)
    if function is None or not unit.is_endpoint(function):
        return False
    subject = NOT_FOUND.split(words)[0].split()[-1:]
    paths = [
        str(node.evaluated_value)
        for decorator in function.decorators
        for node in walk(decorator)
        if isinstance(node, cst.SimpleString) and str(node.evaluated_value).startswith("/")
    ]
    parameters = [name for path in paths for name in re.findall(r"\{(\w+?)(?:_id|_uuid|_slug|_name)?(?::\w+)?\}", path)]
    return bool(subject) and subject[0] in parameters


def _blames_the_client(error: HttpError, status: int, statement: cst.Raise, unit: Unit) -> bool:
    """`except Exception as error: raise HTTPException(400, str(error))` around what the server does."""
    handler = handler_around(statement, unit)
    if not 400 <= status < 500 or handler is None or not is_catch_all(handler, unit) or handler.name is None:
        return False
    function = unit.enclosing_function(statement)
    if function is None or unit.is_dependency(function) or not isinstance(handler.name.name, cst.Name):
        return False
    if any(isinstance(inner, cst.If) for inner in walk(handler.body)) or not mentions(
        error.detail, handler.name.name.value
    ):
        return False
    return not only_reads_input(handler, unit)
