"""Which classes of the project are tables, and which column says whose row it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from fastapi_guard.knowledge.database import (
    MEMBERSHIPS,
    OWNER_COLUMNS,
    OWNER_PATTERN,
    SELF_QUERYING,
    TABLE_BASES,
    TENANT_COLUMNS,
    TENANT_TABLES,
    USER_TABLES,
)
from fastapi_guard.project.evaluator.fields import is_column, is_field
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.hashing import hashes
from fastapi_guard.project.values import Class, External, Literal, Member, Result, Value, constant


@dataclass(frozen=True, slots=True)
class Table:
    """A table or collection, and how its rows belong to somebody."""

    name: str
    """Dotted name of the class; of a table that is only spoken of in SQL text, its name there."""
    owner_column: str = ""
    """The column that refers to the owner; empty when the table has none."""
    parents: tuple[str, ...] = ()
    """Dotted names of owned tables that a row refers to: the owner is theirs."""
    parent_columns: tuple[str, ...] = ()
    is_principal: bool = False
    """Its rows are the users or tenants themselves."""
    keys: tuple[str, ...] = ("id",)
    """The columns that name one row."""
    columns: tuple[str, ...] = ()
    hashes: bool = False
    """Its class hashes passwords by itself."""

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
        self.principals: set[str] = set()
        """Plain names of tables whose rows the application signs in, beside those that are called so."""
        self._known: dict[int, Table | None] = {}
        self._related: dict[str, dict[str, Table]] = {}
        self._shared: set[str] | None = None
        """Plain names of tables whose rows have members."""
        self._classes: dict[str, Class] = {}
        """Classes that are tables, by dotted name."""
        self._kept: list[Value] = []
        """Values whose identity is remembered."""
        self._by_table_name: dict[str, Value] | None = None

    def learn(self, names: Iterable[str]) -> None:
        """Plain names of the tables of principals; forgets what was read without knowing that."""
        self.principals.update(names)
        self._known.clear()
        self._related.clear()
        self._shared = None

    def of(self, value: Value | None) -> Table | None:
        """The table that a class is, or None."""
        if isinstance(value, Member) and value.name == "__table__":
            value = value.receiver
        if isinstance(value, Result):
            return self._imperative(value) if is_imperative(value) else None
        if not isinstance(value, Class):
            return None
        if id(value) not in self._known:
            self._known[id(value)] = None
            self._known[id(value)] = self._read(value) if is_table(value) else None
            self._classes[f"{value.module.name}.{value.name}"] = value
        return self._known[id(value)]

    def relationships(self, table: Table) -> dict[str, Table]:
        """The attributes of a table's rows that stand for rows of another table."""
        if table.name not in self._related:
            self._related[table.name] = self._read_relationships(table)
        return self._related[table.name]

    def _read_relationships(self, table: Table) -> dict[str, Table]:
        cls = self._classes.get(table.name)
        found: dict[str, Table] = {}
        for base in cls.linearized() if cls is not None else ():
            if isinstance(base, Class):
                for name in (*base.annotations, *base.namespace):
                    other = (
                        self.of(self._class_named(related_class(base, name))) if is_relationship(base, name) else None
                    )
                    if other is not None:
                        found.setdefault(name, other)
        return found

    def _imperative(self, made: Result) -> Table | None:
        """`Table("trips", metadata, Column("user_id", ...))`."""
        name = constant(made.arguments[0])
        if not isinstance(name, str):
            return None
        if id(made) not in self._known:
            self._kept.append(made)
            declared = {
                str(column): part
                for part in made.arguments[1:]
                if isinstance(part, Result) and part.arguments and (column := constant(part.arguments[0])) is not None
            }
            references = {column: target for column, part in declared.items() if (target := _foreign_key(part))}
            self._known[id(made)] = self._with(name, (name,), list(declared), _primary(declared), references)
        return self._known[id(made)]

    def named(self, name: str) -> Table | None:
        """The table that a class declares under a name in the database."""
        return self.of(self._class_named(name))

    def of_columns(self, name: str, columns: list[str]) -> Table:
        """A table that no class declares, by the columns that are known of it."""
        named = (column for column in columns if column.startswith("id_") or column.endswith("_id"))
        keys = tuple(
            column
            for column in named
            if plain_name(name).startswith(plain_name(column.removeprefix("id_").removesuffix("_id")))
        ) or ("id",)
        if self._is_principal(name):
            return Table(name, self._tenant(columns, {}), is_principal=True, keys=keys, columns=tuple(columns))
        return Table(name, self._owner(columns, {}), keys=keys, columns=tuple(columns))

    def _is_principal(self, *names: str) -> bool:
        return any(plain_name(name) in USER_TABLES or plain_name(name) in self.principals for name in names)

    def _read(self, cls: Class) -> Table:
        name = f"{cls.module.name}.{cls.name}"
        columns = [column for column in columns_of(cls) if not is_relationship(cls, column)]
        keys = tuple(keys_of(cls, columns)) or ("id",)
        references = {column: target for column in columns if (target := reference_of(cls, column))}
        return self._with(
            name,
            (cls.name, table_name(cls)),
            columns,
            keys,
            references,
            is_hashing=self._is_principal(cls.name, table_name(cls)) and hashes(cls),
        )

    def _with(
        self,
        name: str,
        called: tuple[str, ...],
        columns: list[str],
        keys: tuple[str, ...],
        references: dict[str, str],
        *,
        is_hashing: bool = False,
    ) -> Table:
        """The table with these columns, and whose its rows are."""
        if self._is_principal(*called):
            return Table(
                name,
                self._tenant(columns, references),
                is_principal=True,
                keys=keys,
                columns=tuple(columns),
                hashes=is_hashing,
            )
        owner = self._owner(columns, references)
        if owner:
            return Table(name, owner, keys=keys, columns=tuple(columns))
        parents, parent_columns = [], []
        for column, target in {**_named_references(columns), **references}.items():
            parent = self.of(self._class_named(target))
            if parent is not None and (parent.is_owned or self._has_members(target)) and not parent.is_principal:
                parents.append(parent.name)
                parent_columns.append(column)
        return Table(name, "", tuple(parents), tuple(parent_columns), keys=keys, columns=tuple(columns))

    def _owner(self, columns: list[str], references: dict[str, str]) -> str:
        """The column that says whose row it is: a reference to a person before one to an organization."""
        named = [column for column in self.owner_columns if column in columns]
        people = [
            column
            for column, target in references.items()
            if self._is_principal(target) and plain_name(target) not in TENANT_TABLES
        ]
        found = [*named, *people, *(column for column in columns if OWNER_PATTERN.fullmatch(column))]
        return found[0] if found else ""

    def _tenant(self, columns: list[str], references: dict[str, str]) -> str:
        """The column of a user that says to which tenant he belongs."""
        named = [column for column in columns if column in TENANT_COLUMNS]
        return next(
            iter([*named, *(column for column, target in references.items() if plain_name(target) in TENANT_TABLES)]),
            "",
        )

    def _has_members(self, target: str) -> bool:
        """Whether a table links users to the rows of another: `ClinicMember` to those of `Clinic`."""
        if self._shared is None:
            self._shared = set()
            self._class_named(target)
            for name, value in list((self._by_table_name or {}).items()):
                if isinstance(value, Class) and MEMBERSHIPS.fullmatch(name):
                    targets = [reference_of(value, column) for column in columns_of(value)]
                    if any(self._is_principal(each) for each in targets if each):
                        self._shared.update(plain_name(each) for each in targets if each)
        return plain_name(target) in self._shared

    def _class_named(self, target: str) -> Value | None:
        if self._by_table_name is None:
            self._by_table_name = {}
            for module in list(self.interpreter.modules.values()):
                for value in list(module.names.values()) if module else ():
                    if isinstance(value, Class) and is_table(value):
                        self._by_table_name.setdefault(plain_name(table_name(value)), value)
                        self._by_table_name.setdefault(plain_name(value.name), value)
                    elif isinstance(value, Result) and is_imperative(value):
                        self._by_table_name.setdefault(plain_name(str(constant(value.arguments[0]))), value)
        return self._by_table_name.get(plain_name(target))


@lru_cache(maxsize=8_192)
def plain_name(name: str) -> str:
    """A table or class name without case, underscores and schema."""
    return re.sub(r"[^a-z0-9]", "", name.rpartition(".")[2].lower())


def is_imperative(value: Result) -> bool:
    """Whether a call makes a table: `Table("trips", metadata, ...)`."""
    name = value.callee.name if isinstance(value.callee, External) else ""
    return bool(value.arguments) and name.startswith("sqlalchemy.") and name.endswith(".Table")


def _primary(declared: dict[str, Result]) -> tuple[str, ...]:
    """The columns that are declared to be the key."""
    named = (column for column, part in declared.items() if constant(part.keywords.get("primary_key", part)) is True)
    return tuple(named) or ("id",)


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
            names.update(
                dict.fromkeys(name for name, value in base.namespace.items() if is_column(value) or is_field(value))
            )
    return [name for name in names if not name.startswith("__")]


def _named_references(columns: list[str]) -> dict[str, str]:
    """What columns without a foreign key refer to by their names: `flow_id` to `Flow`."""
    return {column: column.removesuffix("_id") for column in columns if column.endswith("_id")}


def is_relationship(cls: Class, column: str) -> bool:
    """Whether an attribute stands for rows of another table, and is no column itself."""
    found = cls.lookup(column)
    value = found[0] if found else None
    return (
        isinstance(value, Result)
        and isinstance(value.callee, External)
        and value.callee.name.rpartition(".")[2] in ("relationship", "Relationship", "association_proxy")
    )


def related_class(cls: Class, name: str) -> str:
    """The class that a relationship speaks of: `Mapped[list["Task"]]`, `relationship("Task")`; empty when unknown."""
    annotation = cls.annotations.get(name)
    if annotation is not None:
        words = [word for word in re.findall(r"\w+", ast.unparse(annotation)) if word not in CONTAINERS]
        if words:
            return str(words[-1])
    value = cls.namespace.get(name)
    first = value.arguments[0] if isinstance(value, Result) and value.arguments else None
    if isinstance(first, Class):
        return first.name
    text = constant(first) if first is not None else None
    return text.rpartition(".")[2] if isinstance(text, str) else ""


CONTAINERS = frozenset(
    {"Mapped", "WriteOnlyMapped", "DynamicMapped", "list", "List", "set", "Set", "Optional", "None", "Sequence"}
)


def keys_of(cls: Class, columns: list[str]) -> Iterator[str]:
    """Columns that are declared to be the primary key."""
    for column in columns:
        found = cls.lookup(column)
        value = found[0] if found else None
        if isinstance(value, Result):
            declared = value.keywords.get("primary_key") or value.keywords.get("pk")
            if isinstance(declared, Literal) and declared.value is True:
                yield column


def queries_itself(cls: Class) -> bool:
    """Whether a table class has query methods of its own, by its library."""
    bases = cls.external_bases()
    return not any(base.startswith(("sqlmodel.", "sqlalchemy.")) for base in bases) and any(
        base.startswith(SELF_QUERYING) for base in bases
    )


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
