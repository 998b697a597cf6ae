"""Which values are sessions of a database."""

from __future__ import annotations

from fastapi_guard.knowledge.database import (
    SESSION_NAMES,
)
from fastapi_guard.knowledge.sessions import SESSION_TYPES
from fastapi_guard.project.behaviour import dotted_name
from fastapi_guard.project.evaluator.binding import plain_type
from fastapi_guard.project.values import (
    Argument,
    Choice,
    External,
    Member,
    Value,
)


def is_session(value: Value) -> bool:
    """A database session: by its type; by its name only where the type is not known."""
    if isinstance(value, Choice):
        return any(is_session(option) for option in value.options)
    if isinstance(value, Argument):
        plain = plain_type(value.annotation) if value.annotation is not None else None
        if isinstance(plain, External):
            return plain.name.rpartition(".")[2] in SESSION_TYPES
        return value.name in SESSION_NAMES
    name = dotted_name(value)
    if name.startswith(("sqlalchemy.", "sqlmodel.", "databases.")):
        return True
    return isinstance(value, Member) and value.name in SESSION_NAMES
