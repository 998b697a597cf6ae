"""A scan as commands run it: with progress, timed, and with what limits it said on standard error."""

import time
from pathlib import Path

from fastapi_guard.cli.output import say
from fastapi_guard.cli.progress import progress_bar
from fastapi_guard.cli.surroundings import Surroundings
from fastapi_guard.cli.target import Target
from fastapi_guard.project.model import Project
from fastapi_guard.scan import ScanResult, scan


def run_scan(
    target: Target,
    surroundings: Surroundings,
    *,
    paths: tuple[Path, ...] = (),
    stdin: tuple[str, bytes] | None = None,
    is_quiet: bool,
    is_verbose: bool,
    with_rules: bool = True,
) -> ScanResult:
    """Analyse the target; findings are reported for `paths`. Without rules only the model is made."""
    if is_verbose:
        say(f"root: {target.root}")
        say(f"configuration: {target.document.shown if target.document else 'none'}")
    started = time.perf_counter()
    with progress_bar(surroundings.is_error_terminal and not is_quiet) as progress:
        result = scan(
            target.root,
            target.settings,
            rules=target.rules if with_rules else (),
            paths=paths,
            stdin=stdin,
            progress=progress,
        )
    if is_verbose:
        say(_version(result.project))
        say(f"{len(result.files)} files in {time.perf_counter() - started:.2f} s")
    return result


def _version(project: Project) -> str:
    """The FastAPI whose behaviour the model has, and who says so."""
    release = ".".join(str(part) if part < _ANY else "x" for part in project.fastapi_version)
    if project.version_source == "assumed":
        return f"FastAPI: {release} (assumed: no project file pins it)"
    return f"FastAPI: {release} (from {project.version_source})"


_ANY = 999
"""Stands in a release for the last one of its series."""
