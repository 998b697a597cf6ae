"""FG632 hardcoded-database-url."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    ENGINE_CALLS,
    ENGINES,
    ERROR,
    Finding,
    Location,
    Unit,
    argument,
    definitions_of,
    is_passing_address,
    literal_in,
    module_text,
    password_in_url,
    rule,
)


@rule("FG632", severity=ERROR, words=ENGINE_CALLS, tests=False, migrations=False)
def hardcoded_database_url(call: cst.Call, unit: Unit) -> Iterator[Finding]:
    """The address of the database stands in the code."""
    name = unit.resolve(call) or ""
    if name not in ENGINES:
        return
    address = argument(call, *ENGINES[name])
    text, location = _text_of(address, unit) if address is not None else ("", None)
    if location is None or "://" not in text or is_passing_address(text) or password_in_url(text):
        return
    yield Finding(
        location,
        f"`{name.rpartition('.')[2]}` is given an address that stands in the code: every environment shares "
        f"`{text.partition('://')[0]}://…`",
        help="Read the address from the environment, without a default.",
        symbol=unit.surroundings.module,
    )


def _text_of(node: cst.BaseExpression, unit: Unit) -> tuple[str, Location | None]:
    """The text that an expression is, and where it stands."""
    text = literal_in(node, unit)
    if text is not None:
        return text, unit.location(node)
    if not isinstance(node, cst.Name):
        return "", None
    own = definitions_of(node, unit)
    if own:
        return _text_of(own[0], unit) if len(own) == 1 else ("", None)
    known = module_text(node.value, unit) if unit.resolve(node) == f"{unit.surroundings.module}.{node.value}" else None
    return (known.text, known.location) if known is not None else ("", None)
