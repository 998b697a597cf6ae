"""FG302 raw-sql."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import ERROR, SQL_CALLS, SQL_TEXT, Finding, Origin, Unit, origin_of, rule, sql_call


@rule("FG302", severity=ERROR, profile="strict", words=SQL_CALLS, also=[SQL_TEXT], tests=False, migrations=False)
def raw_sql(call: cst.Call, unit: Unit) -> Iterator[Finding]:
    """Application code sends SQL text to the database."""
    sql = sql_call(call, unit)
    if sql is None or not sql.is_statement or sql.is_ping:
        return
    function = unit.enclosing_function(call)
    candidates = sql.values if function and unit.is_endpoint(function) else sql.bindable_values
    if any(origin_of(value, unit) is Origin.CALLER for value in candidates):
        return  # the graver fault: sql-injection
    statement = sql.statement if len(sql.statement) <= 60 else f"{sql.statement[:57]}..."
    yield Finding(
        unit.location(call),
        f"`{sql.callee}` is given SQL text: `{statement}`",
        help="Say it with the ORM: its models know the columns, bind the values and are found by whoever renames one.",
        symbol=unit.symbol(function) if function else "",
    )
