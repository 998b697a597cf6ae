"""Tables from types to what is to be done with their objects."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


class ByType(dict[type, T]):
    """A table in which a type stands for its subclasses too; `object` stands for all that are not in it."""

    def __missing__(self, kind: type) -> T:
        self[kind] = next(self[base] for base in kind.__mro__[1:] if base in self)
        return self[kind]
