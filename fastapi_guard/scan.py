"""A scan of a folder: find and read its files, analyse them, and say what limits what was found."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fastapi_guard.analysis import Progress, Surroundings, run_analysis
from fastapi_guard.checks.jobs import Counters, Means
from fastapi_guard.checks.registry import load_rules
from fastapi_guard.config.settings import Settings
from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.finding import Diagnostic, Problem, Suppressed
from fastapi_guard.project.model import Project, Verdict
from fastapi_guard.project.versions import read_version
from fastapi_guard.rule import Rule
from fastapi_guard.source.discovery import Discovery, discover
from fastapi_guard.source.project_files import marked_folders, project_texts
from fastapi_guard.source.reading import SourceFile, decode, read


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
    counters: Counters = field(default_factory=Counters)
    notes: tuple[str, ...] = ()
    """What the footer says: how many registrations could not be resolved, which FastAPI version was assumed."""


def scan(
    root: Path,
    settings: Settings,
    *,
    paths: tuple[Path, ...] = (),
    stdin: tuple[str, bytes] | None = None,
    progress: Progress | None = None,
    rules: Sequence[Rule] | None = None,
    consulted: Callable[[Discovery], None] | None = None,
    means: Means | None = None,
) -> ScanResult:
    """Analyse everything below `root`; `paths` (absolute, below the root) choose what is reported.

    `stdin` is a path relative to the root and the content that stands for it. `progress` is told the stage and how
    much of it is done. `rules` are those that can be chosen, by default all that are installed.
    `consulted` is told which files there are before any of them is read; `means` say with what the work on single files
    is done.

    Raises RuleLoadError when a rule pack is faulty.
    """
    wanted = tuple(_below(root, path) for path in paths)
    named = () if settings.force_exclude else tuple(path for path in wanted if path)
    found = discover(
        root, settings.exclude, settings.extend_exclude, respect_gitignore=settings.respect_gitignore, explicit=named
    )
    if consulted:
        consulted(found)
    problems = list(found.problems)
    sources: dict[str, SourceFile] = {}
    for name in sorted({*found.files, *([stdin[0]] if stdin else [])}):
        source = decode(name, stdin[1]) if stdin and name == stdin[0] else read(root, name)
        if isinstance(source, Problem):
            problems.append(source)
        else:
            sources[name] = source
    texts = {name: source.text for name, source in sources.items()}
    version = read_version(project_texts(root, texts))
    surroundings = Surroundings(marked_folders(root, texts), version, root.name)
    known = load_rules() if rules is None else rules
    with _no_collections():
        made = with_deep_stack(run_analysis, texts, settings, known, surroundings, wanted, progress, means)
    problems += made.checked.problems
    return ScanResult(
        root,
        made.project,
        made.checked.diagnostics,
        made.checked.suppressed,
        tuple(sorted(set(problems), key=lambda problem: (problem.location, problem.code, problem.message))),
        tuple(sources),
        texts,
        made.counters,
        _notes(made.project),
    )


@contextmanager
def _no_collections() -> Iterator[None]:
    """Without Python looking for cycles of garbage: nearly all that an analysis makes it needs to the end."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _below(root: Path, path: Path) -> str:
    relative = path.relative_to(root).as_posix()
    return "" if relative == "." else relative


def _notes(project: Project) -> tuple[str, ...]:
    """What a reader of the report has to know about its limits."""
    notes = []
    if project.unresolved:
        notes.append(
            f"{len(project.unresolved)} registrations could not be resolved ('fastapi-guard routes' lists them)"
        )
    unknown = sum(operation.authentication.verdict is Verdict.UNKNOWN for operation in project.operations)
    if unknown:
        notes.append(f"{unknown} operations have an unknown authentication verdict")
    return tuple(notes)
