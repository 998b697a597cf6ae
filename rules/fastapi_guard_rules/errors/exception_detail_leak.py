"""FG601 exception-detail-leak."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import ERROR, HIGH, MEDIUM, Finding, Unit, caught_texts, exposed_texts, rule, tells_internals


@rule("FG601", severity=ERROR, words=["except", "exception_handler"])
def exception_detail_leak(handler: cst.ExceptHandler, unit: Unit) -> Iterator[Finding]:
    """The text of an exception that nobody wrote for clients is put into what they get."""
    if not tells_internals(handler, unit):
        return
    function = unit.enclosing_function(handler)
    if function is None:
        return
    name = function.name.value
    is_called_by_fastapi = unit.is_endpoint(function) or unit.is_dependency(function)
    texts = caught_texts(handler, unit)
    for exposed in exposed_texts(handler, texts, unit, is_answer=is_called_by_fastapi):
        yield Finding(
            unit.location(exposed.text),
            f"`{name}` puts the text of {exposed.exception} into {exposed.what}",
            confidence=HIGH if exposed.is_certain else MEDIUM,
            help="Log the exception, and tell the client what it can do about it.",
            symbol=unit.symbol(function),
        )
