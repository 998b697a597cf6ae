"""What classes declare: settings, fields of data classes, columns of tables."""

from __future__ import annotations

from fastapi_guard.project.values import Class, External, Instance, Literal, Result, Sequence, Value

SETTINGS_BASES = frozenset(
    {"pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.env_settings.BaseSettings"}
)
FIELD_CALLS = frozenset(
    {
        "pydantic.Field",
        "pydantic.fields.Field",
        "sqlmodel.Field",
        "dataclasses.field",
        "attr.ib",
        "attr.field",
        "attrs.field",
    }
)


def is_settings(cls: Class) -> bool:
    """Whether instances read their attributes from the environment."""
    return not SETTINGS_BASES.isdisjoint(cls.external_bases())


DATA_CLASSES = ("pydantic.", "sqlmodel.", "sqlalchemy.", "beanie.", "odmantic.")


def is_key(value: Value) -> bool:
    """Whether a field is the primary key, which the database gives: its default says nothing."""
    return is_field(value) and isinstance(value, Result) and "primary_key" in value.keywords


def is_data_field(receiver: Instance, name: str, value: Value) -> bool:
    """Whether an attribute of some object of a data class: what the class assigns is only a default."""
    if is_settings(receiver.cls) or not (isinstance(value, (Literal, Sequence)) or is_field(value)):
        return False
    is_annotated = any(name in base.annotations for base in receiver.cls.lineage.classes)
    return is_annotated and any(base.startswith(DATA_CLASSES) for base in receiver.cls.external_bases())


def is_column(value: Value) -> bool:
    """Whether a class attribute declares a column or a relationship of a table."""
    return (
        isinstance(value, Result)
        and isinstance(value.callee, External)
        and (value.callee.name.rpartition(".")[2] in COLUMN_CALLS or value.callee.name.startswith(COLUMN_MODULES))
    )


COLUMN_CALLS = frozenset(
    {
        "Column",
        "mapped_column",
        "relationship",
        "Relationship",
        "column_property",
        "synonym",
        "deferred",
        "association_proxy",
        "Indexed",
    }
)
COLUMN_MODULES = ("tortoise.fields.", "peewee.", "mongoengine.", "ormar.")


def is_field(value: Value) -> bool:
    """Whether a class attribute declares a field of a dataclass, an attrs class or a Pydantic model."""
    return isinstance(value, Result) and isinstance(value.callee, External) and value.callee.name in FIELD_CALLS


def is_defaulted(cls: Class, name: str) -> bool:
    """Whether an attribute of a table's class is a column whose default is written as a plain value."""
    return "sqlmodel.SQLModel" in cls.external_bases() and any(name in base.annotations for base in cls.lineage.classes)
