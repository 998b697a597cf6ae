"""Results of files as bytes and back, so that they can be kept."""

from fastapi_guard.cache.records import RecordCodec
from fastapi_guard.checks.file_pass import FileResult
from fastapi_guard.facts.imports import ImportStatement
from fastapi_guard.finding import Confidence, Finding, OperationPlace, Problem, Proof, Related, Severity
from fastapi_guard.location import Location
from fastapi_guard.source.statements import Lines
from fastapi_guard.source.suppressions import Directive, Suppression

_CODEC = RecordCodec(
    (
        *(Confidence, Directive, FileResult, Finding, ImportStatement, Lines, Location, OperationPlace, Problem, Proof),
        *(Related, Severity, Suppression),
    )
)


def encoded(result: FileResult) -> bytes:
    """The result as JSON."""
    return _CODEC.encoded(result)


def decoded(content: bytes) -> FileResult | None:
    """What was encoded; None for anything else."""
    try:
        made = _CODEC.decoded(content)
    except ValueError:
        return None
    return made if isinstance(made, FileResult) else None
