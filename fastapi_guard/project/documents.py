"""Collections of document databases: which call asks which collection for what, and which keys its documents have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fastapi_guard.knowledge.database import DOCUMENT_CLIENTS, DOCUMENT_QUERIES
from fastapi_guard.project.evaluator.binding import plain_type
from fastapi_guard.project.newcomers import Newcomers
from fastapi_guard.project.statements import Condition, Statement, written_by
from fastapi_guard.project.tables import Table, TableReader
from fastapi_guard.project.values import (
    Argument,
    Choice,
    Coroutine,
    External,
    Item,
    Mapping,
    Member,
    Result,
    Sequence,
    Value,
    constant,
    is_none,
)

MOST_NESTED = 6
GIVERS = frozenset({"get_database", "get_default_database", "get_collection", "with_options"})


class DocumentReader:
    """Reads calls of collections; a class because the keys of documents are gathered once from the whole project."""

    def __init__(self, tables: TableReader) -> None:
        self.tables = tables
        self._keys: dict[str, dict[str, None]] = {}
        self._newcomers = Newcomers(tables.interpreter)

    def statement(self, call: Result) -> Statement | None:
        """`trips.find_one({"_id": trip_id})` as a statement on the collection; None for anything else."""
        callee = call.callee
        if not isinstance(callee, Member) or callee.name not in DOCUMENT_QUERIES:
            return None
        name = collection_of(callee.receiver)
        if not name:
            return None
        kind = DOCUMENT_QUERIES[callee.name]
        table = self._table(name)
        first = call.arguments[0] if call.arguments else call.keywords.get("filter")
        if kind == "insert":
            return Statement(kind, (table,), (), (), call.place, False, written_by(call))
        if callee.name == "aggregate":
            conditions = tuple(Condition(value, call.place) for value in _matched(first))
        else:
            conditions = (Condition(first, call.place),) if first is not None and not _is_empty(first) else ()
        changes = call.arguments[1] if len(call.arguments) > 1 else call.keywords.get("update")
        written = tuple(_set(changes)) if kind == "update" and changes is not None else ()
        counts = callee.name in ("count_documents", "estimated_document_count")
        return Statement(kind, (table,), conditions, (), call.place, counts, written)

    def _table(self, name: str) -> Table:
        known = self.tables.named(name)
        return known if known is not None else self.tables.of_columns(name, list(self._keys_of(name)))

    def _keys_of(self, name: str) -> dict[str, None]:
        for module in self._newcomers.take():
            gather_keys(module.tree, self._keys)
        return self._keys.get(name, {})


def collection_of(value: Value, depth: int = 0) -> str:
    """The name of the collection that a value is: `db.trips`, `client["travels"]["trips"]`; empty for anything else."""
    if depth > MOST_NESTED:
        return ""
    if isinstance(value, Choice):
        return next((name for option in value.options if (name := collection_of(option, depth + 1))), "")
    if isinstance(value, Coroutine):
        return collection_of(value.result, depth + 1)
    if isinstance(value, Result) and isinstance(value.callee, Member) and value.callee.name == "get_collection":
        given = constant(value.arguments[0]) if value.arguments else None
        return given if isinstance(given, str) and _is_of_client(value.callee.receiver) else ""
    if isinstance(value, Item):
        key = constant(value.key)
        return key if isinstance(key, str) and _is_of_client(value.receiver) else ""
    if isinstance(value, Member):
        return value.name if _is_of_client(value.receiver) else ""
    return ""


def _is_of_client(value: Value, depth: int = 0) -> bool:
    """Whether a value is a client of a document database, or one of its databases."""
    if depth > MOST_NESTED:
        return False
    if isinstance(value, Choice):
        return any(_is_of_client(option, depth + 1) for option in value.options)
    if isinstance(value, Coroutine):
        return _is_of_client(value.result, depth + 1)
    if isinstance(value, Argument):
        kind = plain_type(value.annotation) if value.annotation is not None else None
        return isinstance(kind, External) and kind.name.startswith(DOCUMENT_CLIENTS)
    if isinstance(value, Result):
        if isinstance(value.callee, External):
            return value.callee.name.startswith(DOCUMENT_CLIENTS)
        return (
            isinstance(value.callee, Member)
            and value.callee.name in GIVERS
            and _is_of_client(value.callee.receiver, depth + 1)
        )
    return isinstance(value, (Member, Item)) and _is_of_client(value.receiver, depth + 1)


def _is_empty(value: Value) -> bool:
    return is_none(value) or (isinstance(value, Mapping) and value.is_complete and not value.items)


def _matched(pipeline: Value | None) -> Iterator[Value]:
    """The `$match` stages of a pipeline; the pipeline itself where it is not known."""
    if not isinstance(pipeline, Sequence):
        if pipeline is not None:
            yield pipeline
        return
    for stage in pipeline.items:
        if isinstance(stage, Mapping):
            yield from (value for key, value in stage.items.items() if key == "$match")


def _set(changes: Value) -> Iterator[tuple[str, Value]]:
    """What `{"$set": {...}}` sets."""
    if not isinstance(changes, Mapping):
        yield "*", changes
        return
    for key, value in changes.items.items():
        if isinstance(key, str) and key.startswith("$") and isinstance(value, Mapping):
            yield from ((str(name), item) for name, item in value.items.items())
        elif isinstance(key, str) and key.startswith("$"):
            yield "*", value


def gather_keys(tree: ast.AST, into: dict[str, dict[str, None]]) -> None:
    """Keys that a module is seen to store in collections or to ask them by, by collection."""
    names = dict(_named_collections(tree))
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        made: dict[str, dict[str, None]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                made.setdefault(node.targets[0].id, {}).update(dict.fromkeys(_keys(node.value)))
            elif (
                isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name)
            ):
                made.setdefault(node.value.id, {}).update(dict.fromkeys(_texts(node.slice)))
        for node in ast.walk(function):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in DOCUMENT_QUERIES
            ):
                last = _last(node.func.value)
                known = into.setdefault(names.get(last, last), {})
                for argument in [
                    *node.args[:1],
                    *(keyword.value for keyword in node.keywords if keyword.arg == "filter"),
                ]:
                    known.update(dict.fromkeys(_keys(argument)))
                    if isinstance(argument, ast.Name):
                        known.update(made.get(argument.id, {}))


def _named_collections(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Names that are bound to collections of another name: `trips_collection = db["trips"]`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Subscript, ast.Attribute, ast.Call)):
            for target in node.targets:
                if (name := _last(target)) and (collection := _last(node.value)):
                    yield name, collection


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return next(iter(_texts(node.slice)), "")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get_collection":
        return next((text for argument in node.args for text in _texts(argument)), "")
    return node.id if isinstance(node, ast.Name) else ""


def _keys(node: ast.expr) -> list[str]:
    return [text for key in node.keys if key is not None for text in _texts(key)] if isinstance(node, ast.Dict) else []


def _texts(node: ast.expr) -> list[str]:
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []
