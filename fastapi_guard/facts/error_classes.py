"""The exception classes of a project that answer its clients."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorClass:
    """An exception class of the project that is an HTTP exception, or that an exception handler answers."""

    name: str
    """Dotted."""
    status: int | None
    """None where it is no constant of the class."""
    says: str
    """Its own texts, in lower case."""
    is_called: str
    """The words of its name: `task not found` of `TaskNotFoundError`."""


@dataclass(frozen=True, slots=True)
class RaisedName:
    """How the module in a file writes an `ErrorClass` where it raises it: `errors.TaskNotFound`."""

    path: str
    written: str
    error: ErrorClass
