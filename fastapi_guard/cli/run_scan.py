"""A scan as commands run it: with progress, timed, and with what limits it said on standard error."""

import time
from functools import partial
from pathlib import Path

import fastapi_guard
from fastapi_guard.cache.stamps import stamps_of
from fastapi_guard.cli.output import say
from fastapi_guard.cli.progress import progress_bar
from fastapi_guard.cli.surroundings import Surroundings
from fastapi_guard.cli.tape import cannot_be_repeated, depends_on
from fastapi_guard.cli.target import Target
from fastapi_guard.project.model import Project
from fastapi_guard.scan import ScanResult, scan
from fastapi_guard.source.discovery import Discovery
from fastapi_guard.source.inputs import inputs_of


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
    if is_verbose or stdin is not None:
        cannot_be_repeated()  # it says how long it takes, or reads what no file holds
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
            consulted=partial(_depends_on, target),
        )
    if is_verbose:
        say(_version(result.project))
        say(f"{len(result.files)} files in {time.perf_counter() - started:.2f} s")
    return result


def _depends_on(target: Target, found: Discovery) -> None:
    """Tell whoever writes the run down what it depends on, as it is before it is read."""
    programs = {Path(fastapi_guard.__file__).parent, *(rule.source.parents[1] for rule in target.rules)}
    configuration = [target.document.file] if target.document else []
    inputs = inputs_of(target.root, found, programs, configuration)
    started = time.time_ns()
    depends_on(tuple(inputs), stamps_of(inputs), started)


def _version(project: Project) -> str:
    """The FastAPI whose behaviour the model has, and who says so."""
    release = ".".join(str(part) if part < _ANY else "x" for part in project.fastapi_version)
    if project.version_source == "assumed":
        return f"FastAPI: {release} (assumed: no project file pins it)"
    return f"FastAPI: {release} (from {project.version_source})"


_ANY = 999
"""Stands in a release for the last one of its series."""
