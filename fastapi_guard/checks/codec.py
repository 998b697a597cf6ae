"""Results of files as JSON and back, so that they can be kept: nothing in it can be executed."""

import dataclasses
import json
from enum import Enum
from typing import Any

from fastapi_guard.checks.file_pass import FileResult
from fastapi_guard.facts.imports import ImportStatement
from fastapi_guard.finding import Confidence, Finding, OperationPlace, Problem, Proof, Related, Severity
from fastapi_guard.location import Location
from fastapi_guard.source.statements import Lines
from fastapi_guard.source.suppressions import Directive, Suppression

_RECORDS: dict[str, type[Any]] = {
    record.__name__: record
    for record in (
        FileResult,
        Finding,
        ImportStatement,
        Lines,
        Location,
        OperationPlace,
        Problem,
        Proof,
        Related,
        Suppression,
    )
}
_ENUMS: dict[str, type[Enum]] = {enum.__name__: enum for enum in (Confidence, Directive, Severity)}


def encoded(result: FileResult) -> bytes:
    """The result as JSON: records and enumerations are objects with one key, their name."""
    return json.dumps(_plain(result), ensure_ascii=True, separators=(",", ":")).encode()


def decoded(content: bytes) -> FileResult | None:
    """What was encoded; None for anything else."""
    try:
        made = _made(json.loads(content))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return made if isinstance(made, FileResult) else None


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return {type(value).__name__: value.value}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {type(value).__name__: [_plain(getattr(value, field.name)) for field in dataclasses.fields(value)]}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, int)):
        return value
    raise TypeError(f"{type(value).__name__} is not kept")


def _made(value: Any) -> Any:
    if isinstance(value, dict):
        [(name, content)] = value.items()
        if name in _ENUMS:
            return _ENUMS[name](content)
        return _RECORDS[name](*map(_made, content))
    if isinstance(value, list):
        return tuple(map(_made, value))
    return value
