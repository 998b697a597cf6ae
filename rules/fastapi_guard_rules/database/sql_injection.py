"""FG301 sql-injection."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    ERROR,
    HIGH,
    MEDIUM,
    SQL_CALLS,
    SQL_TEXT,
    Finding,
    Origin,
    Related,
    Unit,
    origin_of,
    rule,
    sql_call,
)


@rule("FG301", severity=ERROR, words=SQL_CALLS, also=(SQL_TEXT, "text("), tests=False, migrations=False)
def sql_injection(call: cst.Call, unit: Unit) -> Iterator[Finding]:
    """A value from outside the function is put into SQL text instead of being bound to it."""
    sql = sql_call(call, unit)
    if sql is None:
        return
    function = unit.enclosing_function(call)
    is_endpoint = function is not None and unit.is_endpoint(function)
    candidates = sql.values if is_endpoint else sql.bindable_values
    values = [value for value in candidates if origin_of(value, unit) is Origin.CALLER]
    if not values:
        return
    names = list(dict.fromkeys(f"`{unit.module.code_for_node(value)}`" for value in values))
    here = unit.location(call)
    places = [unit.location(value) for value in values]
    yield Finding(
        here,
        f"the SQL given to `{sql.callee}` is built from {_listed(names)}: whoever chooses the value writes the statement",
        related=tuple(
            Related(place, "put into the text here")
            for place in dict.fromkeys(places)
            if not here.line <= place.line <= here.end_line
        ),
        confidence=HIGH if is_endpoint else MEDIUM,
        help="Leave the value out of the text and bind it: `:name` with `.bindparams(name=value)`, `%s` or `$1`.",
        symbol=unit.symbol(function) if function else "",
    )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
