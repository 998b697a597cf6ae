"""Where an operation stores or compares passwords of users as the client sent them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_guard.location import Location
from fastapi_guard.project.model import DatabaseAccess, PathOperation
from fastapi_guard.project.passwords import PASSWORD


@dataclass(frozen=True, slots=True)
class PlainPassword:
    """A password that is not hashed."""

    column: str
    text: str
    """What the client sent, as written."""
    is_stored: bool
    """Otherwise it is compared."""
    access: DatabaseAccess
    location: Location


def plain_passwords(operation: PathOperation) -> Iterator[PlainPassword]:
    """The passwords of users that an operation stores or compares as they came, each once."""
    for access in operation.accesses:
        if not access.is_of_principals:
            continue
        for write in access.writes:
            for column in write.as_given:
                others = [other for other in access.writes if other is not write and other.column == column]
                if PASSWORD.fullmatch(column) and not any(column not in other.as_given for other in others):
                    yield PlainPassword(column, write.text, True, access, write.location or access.location)
        for comparison in access.passwords:
            yield PlainPassword(
                comparison.column,
                comparison.text,
                False,
                access,
                comparison.location or access.query or access.location,
            )
