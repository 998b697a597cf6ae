"""Calls that hand SQL text to a database, and what that text is made of."""

import re
from dataclasses import dataclass

import libcst as cst

from fastapi_guard.facts.strings import Part, literal_text, parts_of, values_in
from fastapi_guard.facts.unit import Unit
from fastapi_guard.facts.walk import walk

TEXT_CONSTRUCTS = frozenset(
    {"sqlalchemy.text", "sqlalchemy.sql.expression.text", "sqlalchemy.sql.text", "sqlmodel.text"}
)
"""SQLAlchemy's marker of literal SQL."""

CURSOR_FUNCTIONS = frozenset(
    {"psycopg2.extras.execute_batch", "psycopg2.extras.execute_values", "pandas.read_sql", "pandas.read_sql_query"}
)
"""Functions that take a statement and, in one place or the other, what to run it on."""

METHODS = frozenset(
    {
        # the database API of Python, SQLAlchemy, SQLModel
        "exec", "exec_driver_sql", "execute", "executemany", "executescript", "scalar", "scalars", "stream",
        # asyncpg, databases
        "cursor", "execute_many", "fetch", "fetch_all", "fetch_one", "fetch_val", "fetchmany", "fetchrow", "fetchval",
        "iterate", "prepare",
        # Tortoise, Peewee, Piccolo
        "execute_insert", "execute_query", "execute_query_dict", "execute_script", "execute_sql", "raw",
        # Prisma
        "execute_raw", "query_first", "query_raw",
    }
)  # fmt: skip
"""Methods that take a statement first."""

KEYWORDS = frozenset({"operation", "query", "sql", "statement"})
"""Keywords under which they take it."""

_BEGINNING = re.compile(
    r"""(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*
    (?: SELECT\b\s*\S | INSERT\s+(?:OR\s+\w+\s+|IGNORE\s+)?INTO\b | UPDATE\s+.+?\s+SET\b | DELETE\s+FROM\b
      | WITH\s+(?:RECURSIVE\s+)?\S+\s*(?:\(|AS\b) | MERGE\s+INTO\b | REPLACE\s+INTO\b | EXPLAIN\s+\w
      | CREATE\s+(?:OR\s+REPLACE\s+)?(?:UNIQUE\s+|TEMP(?:ORARY)?\s+|MATERIALIZED\s+)?(?:TABLE|INDEX|VIEW|TYPE|SCHEMA|TRIGGER|FUNCTION|SEQUENCE)\b
      | ALTER\s+(?:TABLE|TYPE|INDEX|SEQUENCE|SCHEMA|VIEW)\b
      | DROP\s+(?:TABLE|INDEX|VIEW|TYPE|SCHEMA|TRIGGER|FUNCTION|SEQUENCE)\b
      | TRUNCATE\s+\S | REFRESH\s+MATERIALIZED\b )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
"""How a statement begins that an ORM has words for; what only sets up the connection (`PRAGMA`, `SET`) is none of them."""

_PING = re.compile(r"\s*SELECT\s+(?:1|'\w*'|TRUE)(?:\s+AS\s+\w+)?(?:\s+FROM\s+DUAL)?\s*;?\s*", re.IGNORECASE)

SQL_CALLS: tuple[str | re.Pattern[str], ...] = (
    *(
        f"{name}("
        for name in sorted(METHODS | {name.rpartition(".")[2] for name in TEXT_CONSTRUCTS | CURSOR_FUNCTIONS})
    ),
    re.compile(r"self\.\w*(?:execute|fetch|query|sql)\w*\("),
)
"""One of them is called where SQL text is handed over."""

_GAP = r"(?:[\s\"'+\\(){}bfru]|#[^\n]*\n)*"
"""What stands in the code between two words of a statement: white space, or where one literal ends and the next begins."""

SQL_TEXT = re.compile(
    r"[\"'](?:\s|\(|\\\s|\\[nrt])*(?:--|/\*|(?:select|explain|truncate)\b|update\b[\s\S]*?(?:[\s\"']|\\[nrt])set\b"
    rf"|insert\b{_GAP}(?:or\b{_GAP}\w+\b{_GAP}|ignore\b{_GAP})?into\b"
    r"|with\b[\s\S]*?\bas\b\s*(?:not\s+)?(?:materialized\s*)?(?:[\"'({+\\%]|--|/\*)"
    rf"|delete\b{_GAP}from\b|(?:merge|replace)\b{_GAP}into\b|refresh\b{_GAP}materialized\b"
    rf"|(?:create|alter|drop)\b{_GAP}(?:(?:or|replace|unique|temp|temporary|materialized)\b{_GAP})*"
    r"(?:table|index|view|type|schema|trigger|function|sequence)\b)",
    re.IGNORECASE,
)
"""How a literal begins that is taken for SQL: as in `_BEGINNING`, but as it stands in the code."""

_BEFORE_A_VALUE = re.compile(r"(?:[=<>]|\b(?:LIKE|ILIKE|REGEXP|MATCH|BETWEEN|VALUES?|IN)\b)[\s(]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SqlCall:
    """A call that runs SQL text, or marks text as SQL."""

    callee: str
    """As it stands in the code: `cursor.execute`."""
    argument: cst.BaseExpression
    parts: list[Part]
    is_marker: bool
    """`text(...)`: what it holds may be a fragment."""

    @property
    def statement(self) -> str:
        """The SQL in one line, with `?` where values stand."""
        return " ".join(literal_text(self.parts).split())

    @property
    def is_statement(self) -> bool:
        """Whether the text begins as a statement does."""
        return _BEGINNING.match(literal_text(self.parts)) is not None

    @property
    def is_ping(self) -> bool:
        """`SELECT 1`: asks only whether somebody is there."""
        return _PING.fullmatch(literal_text(self.parts)) is not None

    @property
    def values(self) -> list[cst.BaseExpression]:
        """The values that are put into the text."""
        return values_in(self.parts)

    @property
    def bindable_values(self) -> list[cst.BaseExpression]:
        """Those that stand where a parameter could: inside quotes, or on the right of a comparison."""
        found: list[cst.BaseExpression] = []
        before = ""
        for part in self.parts:
            if isinstance(part, str):
                before += part
            elif before.count("'") % 2 == 1 or _BEFORE_A_VALUE.search(before):
                found.append(part)
        return found


def sql_call(call: cst.Call, unit: Unit) -> SqlCall | None:
    """What a call does with SQL text; None when it does nothing with any."""
    resolved = unit.resolve(call)
    is_marker = resolved in TEXT_CONSTRUCTS
    if is_marker:
        candidates = [
            argument.value for argument in call.args if argument.keyword is None or argument.keyword.value == "text"
        ][:1]
    elif resolved in CURSOR_FUNCTIONS:
        candidates = [argument.value for argument in call.args[:2] if argument.keyword is None]
        candidates += [
            argument.value
            for argument in call.args
            if argument.keyword is not None and argument.keyword.value in KEYWORDS
        ]
    elif isinstance(call.func, cst.Attribute) and call.func.attr.value in METHODS:
        candidates = [argument.value for argument in call.args[:1] if argument.keyword is None]
        candidates += [
            argument.value
            for argument in call.args
            if argument.keyword is not None and argument.keyword.value in KEYWORDS
        ]
    else:
        candidates = _run_by_own_method(call, unit)
    for candidate in candidates:
        parts = parts_of(candidate, unit)
        found = SqlCall(_callee(call), candidate, parts, is_marker)
        if is_marker or (any(isinstance(part, str) for part in parts) and found.is_statement):
            return found
    return None


def _run_by_own_method(call: cst.Call, unit: Unit) -> list[cst.BaseExpression]:
    """What `self.query(...)` is given that the method of the same class hands to a database as it is."""
    if not (
        isinstance(call.func, cst.Attribute)
        and isinstance(call.func.value, cst.Name)
        and call.func.value.value == "self"
    ):
        return []
    caller = unit.enclosing_function(call)
    body = unit.parent(caller) if caller is not None else None
    if not isinstance(body, cst.IndentedBlock):
        return []
    named = [
        each for each in body.body if isinstance(each, cst.FunctionDef) and each.name.value == call.func.attr.value
    ]
    if not named or named[0] is caller:
        return []
    parameters = [each.name.value for each in (*named[0].params.params[1:], *named[0].params.kwonly_params)]
    run = {name for name in parameters if any(_runs(node, name) for node in walk(named[0].body))}
    given = zip(parameters, (each for each in call.args if each.keyword is None and not each.star), strict=False)
    return [
        *(each.value for name, each in given if name in run),
        *(each.value for each in call.args if each.keyword is not None and each.keyword.value in run),
    ]


def _runs(node: cst.CSTNode, name: str) -> bool:
    """`connection.execute(name)`, `db.query_first(query=name)`."""
    if not (isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in METHODS):
        return False
    first = [each for each in node.args[:1] if each.keyword is None]
    named = [each for each in node.args if each.keyword is not None and each.keyword.value in KEYWORDS]
    return any(isinstance(each.value, cst.Name) and each.value.value == name for each in (*first, *named))


def _callee(call: cst.Call) -> str:
    func = call.func
    if isinstance(func, cst.Attribute):
        receiver = func.value
        return f"{receiver.value}.{func.attr.value}" if isinstance(receiver, cst.Name) else f"….{func.attr.value}"
    return func.value if isinstance(func, cst.Name) else "…"
