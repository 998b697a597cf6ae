"""FG601 exception-detail-leak."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    ERROR,
    EXPOSING_CODE,
    HIGH,
    MEDIUM,
    Finding,
    Unit,
    caught_texts,
    exposed_texts,
    registered_exception,
    rule,
    tells_internals,
)


@rule("FG601", severity=ERROR, words=["except", "exception_handler"], also=EXPOSING_CODE)
def exception_detail_leak(handler: cst.ExceptHandler | cst.FunctionDef, unit: Unit) -> Iterator[Finding]:
    """The text of an exception that nobody wrote for clients is put into what they get."""
    if isinstance(handler, cst.FunctionDef):
        function: cst.FunctionDef | None = handler if registered_exception(handler, unit) else None
    else:
        function = unit.enclosing_function(handler) if tells_internals(handler, unit) else None
    if function is None:
        return
    is_answer = function is handler or unit.is_endpoint(function) or unit.is_dependency(function)
    for exposed in exposed_texts(handler, caught_texts(handler, unit), unit, is_answer=is_answer):
        yield Finding(
            unit.location(exposed.text),
            f"`{function.name.value}` puts the text of {exposed.exception} into {exposed.what}",
            confidence=HIGH if exposed.is_certain else MEDIUM,
            help="Log the exception, and tell the client what it can do about it.",
            symbol=unit.symbol(function),
        )
