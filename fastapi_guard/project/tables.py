"""Which classes of the project are tables, and which column says whose row it is."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from fastapi_guard.knowledge.database import OWNER_COLUMNS, TABLE_BASES, USER_TABLES
from fastapi_guard.location import Location
from fastapi_guard.project.dependencies import class_location
from fastapi_guard.project.evaluator.attributes import is_column, is_field
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.values import Class, External, Literal, Result, Value, constant


@dataclass(frozen=True, slots=True)
class Table:
    """A table or collection, and how its rows belong to somebody."""

    name: str
    """Dotted name of the class."""
    location: Location
    owner_column: str = ""
    """The column that refers to the owner; empty when the table has none."""
    parents: tuple[str, ...] = ()
    """Dotted names of owned tables that a row refers to: the owner is theirs."""
    parent_columns: tuple[str, ...] = ()
    is_principal: bool = False
    """Its rows are the users or tenants themselves."""

    @property
    def short_name(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def is_owned(self) -> bool:
        return bool(self.owner_column or self.parents)


class TableReader:
    """Reads tables from classes; a class because each is read once and parents are looked up by table name."""

    def __init__(self, interpreter: Interpreter, owner_columns: tuple[str, ...] = ()) -> None:
        self.interpreter = interpreter
        self.owner_columns = (*owner_columns, *OWNER_COLUMNS)
        self._known: dict[int, Table | None] = {}
        self._by_table_name: dict[str, Class] | None = None

    def of(self, value: Value | None) -> Table | None:
        """The table that a class is, or None."""
        if not isinstance(value, Class):
            return None
        if id(value) not in self._known:
            self._known[id(value)] = None
            self._known[id(value)] = self._read(value) if is_table(value) else None
        return self._known[id(value)]

    def _read(self, cls: Class) -> Table:
        name = f"{cls.module.name}.{cls.name}"
        if plain_name(cls.name) in USER_TABLES or plain_name(table_name(cls)) in USER_TABLES:
            return Table(name, class_location(cls), is_principal=True)
        columns = columns_of(cls)
        references = {column: target for column in columns if (target := reference_of(cls, column))}
        owner = next((column for column in self.owner_columns if column in columns), "")
        if not owner:
            owner = next((column for column, target in references.items() if plain_name(target) in USER_TABLES), "")
        if owner:
            return Table(name, class_location(cls), owner)
        parents, parent_columns = [], []
        for column, target in references.items():
            parent = self.of(self._class_named(target))
            if parent is not None and parent.is_owned and not parent.is_principal:
                parents.append(parent.name)
                parent_columns.append(column)
        return Table(name, class_location(cls), "", tuple(parents), tuple(parent_columns))

    def _class_named(self, target: str) -> Class | None:
        if self._by_table_name is None:
            self._by_table_name = {}
            for module in list(self.interpreter.modules.values()):
                for value in list(module.names.values()) if module else ():
                    if isinstance(value, Class) and is_table(value):
                        self._by_table_name.setdefault(plain_name(table_name(value)), value)
                        self._by_table_name.setdefault(plain_name(value.name), value)
        return self._by_table_name.get(plain_name(target))


def plain_name(name: str) -> str:
    """A table or class name without case, underscores and schema."""
    return re.sub(r"[^a-z0-9]", "", name.rpartition(".")[2].lower())


def is_table(cls: Class) -> bool:
    """Whether rows of this class are stored."""
    if "table" in cls.keywords:
        return constant(cls.keywords["table"]) is True
    bases = cls.external_bases()
    if any(base in TABLE_BASES for base in bases):
        return True
    if "sqlmodel.SQLModel" in bases:
        return False
    return cls.lookup("__tablename__") is not None or any(is_column(value) for value in cls.namespace.values())


def table_name(cls: Class) -> str:
    """The name in the database, as far as it is written."""
    found = cls.lookup("__tablename__")
    known = constant(found[0]) if found else None
    return known if isinstance(known, str) else cls.name


def columns_of(cls: Class) -> list[str]:
    """Column and relationship names, of bases too."""
    names: dict[str, None] = {}
    for base in cls.linearized():
        if isinstance(base, Class):
            names.update(dict.fromkeys(base.annotations))
            names.update(dict.fromkeys(name for name, value in base.namespace.items() if is_column(value) or is_field(value)))
    return [name for name in names if not name.startswith("__")]


def reference_of(cls: Class, column: str) -> str:
    """The table that a column refers to, by the name in its foreign key; empty when it refers to none."""
    for base in cls.linearized():
        if not isinstance(base, Class):
            continue
        value = base.namespace.get(column)
        if isinstance(value, Result):
            found = _foreign_key(value)
            if found:
                return found
        annotation = base.annotations.get(column)
        if annotation is not None:
            linked = re.search(r"(?:Link|BackLink|ForeignKeyRelation)\[\s*[\"']?([\w.]+)", ast.unparse(annotation))
            if linked:
                return linked.group(1)
    return ""


def _foreign_key(value: Result) -> str:
    direct = value.keywords.get("foreign_key")
    target = constant(direct) if direct is not None else None
    if isinstance(target, str):
        return target.rpartition(".")[0] or target
    name = value.callee.name if isinstance(value.callee, External) else ""
    if name.rpartition(".")[2] in ("ForeignKeyField", "OneToOneField", "ForeignKey") and value.arguments:
        first = value.arguments[0]
        if isinstance(first, Class):
            return first.name
        text = constant(first) if isinstance(first, Literal) else None
        if isinstance(text, str):
            return text.rpartition(".")[2] if name.startswith("tortoise.") else (text.rpartition(".")[0] or text)
    column = value.keywords.get("sa_column")
    parts = [*value.arguments, *([column] if column is not None else [])]
    return next((found for part in parts if isinstance(part, Result) and (found := _foreign_key(part))), "")
