"""FG602 broad-except-swallows-http."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    ERROR,
    Finding,
    HttpError,
    Related,
    Unit,
    caught_by,
    definitions_of,
    http_error,
    is_catch_all,
    mentions,
    rule,
    walk_own,
)


@rule("FG602", severity=ERROR, words=["HTTPException"])
def broad_except_swallows_http(statement: cst.Try, unit: Unit) -> Iterator[Finding]:
    """An `except Exception` also catches the HTTPException that its own `try` raises."""
    handler = _swallowing_handler(statement, unit)
    if handler is None:
        return
    raised = list(_raised_in(statement.body, unit))
    instead = [
        error for node in walk_own(handler.body) if isinstance(node, cst.Raise) and (error := _error(node, unit))
    ]
    if instead and raised and all(error.status == instead[0].status for _, error in raised):
        return  # what the client sees stays the same
    if not raised:
        return
    function = unit.enclosing_function(statement)
    statuses = sorted({str(error.status) for _, error in raised if error.status})
    listed = f" ({', '.join(statuses)})" if statuses else ""
    becomes = f"becomes {instead[0].status}" if instead and instead[0].status else "gets lost"
    yield Finding(
        unit.location(handler.type or handler),
        f"this also catches the HTTPException raised above: its status{listed} {becomes}",
        related=(
            *(Related(unit.location(node), "raised here") for node, _ in raised),
            *(Related(unit.location(error.call), "and answered as this") for error in instead[:1]),
        ),
        help="Put `except HTTPException: raise` before it, or catch what can really happen.",
        symbol=unit.symbol(function) if function else "",
    )


def _swallowing_handler(statement: cst.Try, unit: Unit) -> cst.ExceptHandler | None:
    """The handler that catches everything, when no earlier one takes HTTP errors and it does not pass them on."""
    for handler in statement.handlers:
        if any(name is not None and name.endswith("HTTPException") for name in caught_by(handler, unit)):
            return None
        if is_catch_all(handler, unit):
            return None if _passes_on(handler) else handler
    return None


def _passes_on(handler: cst.ExceptHandler) -> bool:
    name = handler.name.name.value if handler.name and isinstance(handler.name.name, cst.Name) else ""
    for node in walk_own(handler.body):
        if isinstance(node, cst.Raise) and (
            node.exc is None or (isinstance(node.exc, cst.Name) and node.exc.value == name)
        ):
            return True
        if (
            isinstance(node, cst.Call)
            and isinstance(node.func, cst.Name)
            and node.func.value == "isinstance"
            and mentions(node, name)
        ):
            return True
        if (
            isinstance(node, cst.Attribute)
            and node.attr.value in ("detail", "status_code")
            and mentions(node.value, name)
        ):
            return True
    return False


def _raised_in(body: cst.CSTNode, unit: Unit) -> Iterator[tuple[cst.Raise, HttpError]]:
    """The HTTP errors that leave a block: not those that a `try` within it catches."""
    caught: set[cst.CSTNode] = set()
    for node in walk_own(body):
        if isinstance(node, cst.Try) and any(_takes_http(handler, unit) for handler in node.handlers):
            caught.update(walk_own(node.body))
        if isinstance(node, cst.Raise) and node not in caught and (error := _error(node, unit)):
            yield node, error


def _takes_http(handler: cst.ExceptHandler, unit: Unit) -> bool:
    names = caught_by(handler, unit)
    takes = is_catch_all(handler, unit) or any(name is not None and name.endswith("HTTPException") for name in names)
    return takes and not _passes_on(handler)


def _error(statement: cst.Raise, unit: Unit) -> HttpError | None:
    """The HTTP error that is raised, also one that a variable holds."""
    if isinstance(statement.exc, cst.Name):
        return next(
            (error for value in definitions_of(statement.exc, unit) if (error := http_error(value, unit))), None
        )
    return http_error(statement.exc, unit)
