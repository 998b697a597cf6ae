"""Tokens of several kinds of users that are read alike: what was given to one kind is taken for another."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastapi_guard.project.constants import setting_of
from fastapi_guard.project.credentials import dotted_name, verifies
from fastapi_guard.project.model import TokenReader
from fastapi_guard.project.trace import Trace
from fastapi_guard.project.values import Result, constant

TELLING = re.compile(r"aud|iss|kind|purpose|role|scope|type|typ$|use$|is_")
"""Claims that say for what, or for whom, a token was made."""

SUBJECTS = frozenset({"email", "id", "sub", "uid", "user", "user_id", "username"})
DECODING = frozenset({"decode", "decode_complete"})


@dataclass(frozen=True, slots=True)
class _Reading:
    table: str
    key: str
    """Of the signature."""
    reader: TokenReader


def token_readers(identities: Iterable[tuple[str, Trace]]) -> tuple[TokenReader, ...]:
    """The readers of tokens that take each other's: same key, another table of users, no claim that tells them apart.

    `identities` are the tables that authenticating dependencies give rows of, and what they do.
    """
    readings = {reading.reader.location: reading for table, trace in identities for reading in _readings(table, trace)}
    tables_by_key: dict[str, set[str]] = {}
    for reading in readings.values():
        tables_by_key.setdefault(reading.key, set()).add(reading.table)
    return tuple(
        TokenReader(
            reading.reader.location,
            reading.reader.function,
            reading.table,
            tuple(sorted(tables_by_key[reading.key] - {reading.table})),
        )
        for _, reading in sorted(readings.items())
        if len(tables_by_key[reading.key]) > 1
    )


def _readings(table: str, trace: Trace) -> Iterator[_Reading]:
    for event in trace.events:
        result, place = event.value, event.place
        if event.kind != "call" or not isinstance(result, Result) or place is None or not verifies(result):
            continue
        call = place.node
        if not isinstance(call, ast.Call) or dotted_name(result.callee).rpartition(".")[2] not in DECODING:
            continue
        function = _function_around(place.module.tree, call)
        if function is None or len(call.args) < 2 or _tells_apart(call, function):
            continue
        name = f"{place.module.name}.{function.name}"
        reader = TokenReader(place.module.location(_subject(call, function)), name, table, ())
        yield _Reading(table, _key(result, call, place.module.name), reader)


def _subject(call: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.expr:
    """Where the user is taken from the token: `payload.get("sub")`, `payload["sub"]`; the decoding where that is not seen."""
    taken = [
        node
        for node in ast.walk(function)
        if isinstance(node, (ast.Call, ast.Subscript)) and node.lineno >= call.lineno and _claim(node) in SUBJECTS
    ]
    return min(taken, key=lambda node: (node.lineno, node.col_offset), default=call)


def _claim(node: ast.Call | ast.Subscript) -> object:
    if isinstance(node, ast.Subscript):
        return node.slice.value if isinstance(node.slice, ast.Constant) else None
    is_get = isinstance(node.func, ast.Attribute) and node.func.attr == "get"
    first = node.args[0] if node.args else None
    return first.value if is_get and isinstance(first, ast.Constant) else None


def _key(result: Result, call: ast.Call, module: str) -> str:
    """What two calls agree on when they are given the same key: its setting or text, or how it is written where."""
    value = result.arguments[1] if len(result.arguments) > 1 else None
    known = (setting_of(value) or constant(value)) if value is not None else None
    written = ast.unparse(call.args[1])
    return str(known or (written if "." in written else f"{module}.{written}"))


def _function_around(tree: ast.Module, node: ast.Call) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    around = [
        each
        for each in ast.walk(tree)
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))
        and each.lineno <= node.lineno <= (each.end_lineno or each.lineno)
    ]
    return max(around, key=lambda each: each.lineno, default=None)


def _tells_apart(call: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the decoding asks for an audience or an issuer, or the function looks at a claim that tells."""
    if any(keyword.arg in ("audience", "issuer") for keyword in call.keywords):
        return True
    texts = (node.value for node in ast.walk(function) if isinstance(node, ast.Constant))
    names = (node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute))
    return any(isinstance(text, str) and TELLING.search(text.lower()) and " " not in text for text in texts) or any(
        TELLING.search(name) for name in names
    )
