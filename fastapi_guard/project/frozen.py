"""Data classes that the type checker freezes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(eq_default=False, frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """A data class whose objects nobody changes and that are compared by identity.

    Python itself does not watch over that: it would make each object, and there are very many, three times as dear.
    """
    return dataclass(slots=True, eq=False)(cls)
