"""The five stages in order: files, their trees, the model, the checks; reporting is the caller's."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi_guard.finding import Diagnostic, Problem, Suppressed
from fastapi_guard.project.model import Project


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a scan found, before any format has its say."""

    root: Path
    project: Project
    diagnostics: tuple[Diagnostic, ...]
    """What is to be reported, ordered by place and code."""
    suppressed: tuple[Suppressed, ...]
    problems: tuple[Problem, ...]
    files: tuple[str, ...]
    """Every file that was analysed, POSIX, relative to the root."""
    texts: Mapping[str, str]
    """Source text by path, for excerpts."""
    notes: tuple[str, ...] = ()
    """What the footer says: how many registrations could not be resolved, which FastAPI version was assumed."""
