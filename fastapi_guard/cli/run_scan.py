"""A scan as commands run it: with progress, timed, and with what limits it said on standard error."""

import hashlib
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path

import click

import fastapi_guard
from fastapi_guard.analysis import Progress
from fastapi_guard.cache.place import cache_folder
from fastapi_guard.cache.stamps import stamps_of
from fastapi_guard.cache.store import Store
from fastapi_guard.checks.jobs import Means, OtherVersion
from fastapi_guard.cli.output import say
from fastapi_guard.cli.progress import progress_bar
from fastapi_guard.cli.shared_options import remembered
from fastapi_guard.cli.surroundings import Surroundings
from fastapi_guard.cli.tape import cannot_be_repeated, depends_on
from fastapi_guard.cli.target import Target
from fastapi_guard.cli.workers import hired
from fastapi_guard.own_version import own_version
from fastapi_guard.project.model import Project
from fastapi_guard.scan import ScanResult, scan
from fastapi_guard.source.discovery import Discovery
from fastapi_guard.source.inputs import inputs_of, program_files


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
    with ExitStack() as stack:
        hire = stack.enter_context(hired(remembered("jobs"), remembered("executor")))
        shelf = stack.enter_context(_shelf())
        shown = stack.enter_context(progress_bar(surroundings.is_error_terminal and not is_quiet))
        progress = StageClock(shown) if is_verbose else shown
        try:
            result = scan(
                target.root,
                target.settings,
                rules=target.rules if with_rules else (),
                paths=paths,
                stdin=stdin,
                progress=progress,
                consulted=partial(_depends_on, target),
                means=Means(shelf, _program(target) if shelf else "", hire, lends_a_hand=not remembered("executor")),
            )
        except OtherVersion as error:
            message = f"--executor: the workers have fastapi-guard {error}, this is {own_version()}"
            raise click.UsageError(message) from None
    if is_verbose:
        say(_version(result.project))
        say(_effort(result, time.perf_counter() - started))
        say(progress.spent(started) if isinstance(progress, StageClock) else "")
    return result


class StageClock:
    """Writes down when each stage begins. A class because it is called as the progress and asked at the end."""

    def __init__(self, shown: Progress | None) -> None:
        self._shown = shown
        self._began: dict[str, float] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        self._began.setdefault(stage, time.perf_counter())
        if self._shown is not None:
            self._shown(stage, done, total)

    def spent(self, started: float) -> str:
        """The seconds of each stage; files are found and read before the first one begins."""
        moments = [("reading", started), *self._began.items(), ("", time.perf_counter())]
        stages = [f"{name} {after - at:.2f} s" for (name, at), (_, after) in pairwise(moments)]
        return f"stages: {', '.join(stages)}"


def _effort(result: ScanResult, seconds: float) -> str:
    """What the analysis took."""
    counters = result.counters
    size = sum(map(len, result.texts.values()))
    return (
        f"{len(result.files)} files, {size:,} characters, in {seconds:.2f} s: LibCST was given {counters.units:,} statements"
        f" with {counters.characters:,} characters; {counters.kept} files were known,"
        f" {counters.elsewhere} were given to workers{'; the model was known' if counters.is_model_known else ''}"
    )


class KeptResults:
    """The store as the analysis sees it. A class because it knows the time."""

    def __init__(self, store: Store, now: int) -> None:
        self._store, self._now = store, now

    def get(self, keys: Iterable[str]) -> dict[str, bytes]:
        found = self._store.get(keys)
        self._store.touch(found, self._now)
        return found

    def put(self, values: Mapping[str, bytes]) -> None:
        self._store.put(values, self._now)


@contextmanager
def _shelf() -> Iterator[KeptResults | None]:
    """Where results of single files are kept; None when the command line wants no cache."""
    if remembered("no-cache") is not False:
        yield None
        return
    given = remembered("cache-dir")
    store = Store(cache_folder(str(given) if given else None))
    try:
        yield KeptResults(store, int(time.time()))
    finally:
        store.close()


def _program(target: Target) -> str:
    """Names the program, its rules and its Python in their exact version."""
    files = sorted(program_files(_programs(target)))
    parts = [sys.version, *files, stamps_of(files).hex(), stamps_of(entry for entry in sys.path if entry).hex()]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _programs(target: Target) -> set[Path]:
    return {Path(fastapi_guard.__file__).parent, *(rule.source.parents[1] for rule in target.rules)}


def _depends_on(target: Target, found: Discovery) -> None:
    """Tell whoever writes the run down what it depends on, as it is before it is read."""
    configuration = [target.document.file] if target.document else []
    inputs = inputs_of(target.root, found, _programs(target), configuration)
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
