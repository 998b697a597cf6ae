"""The five stages in order: files, their trees, the model, the checks; reporting is the caller's."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi_guard.config.settings import Settings
from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.facts.syntax import parse
from fastapi_guard.finding import Diagnostic, Problem, Suppressed
from fastapi_guard.project.build import BuildOptions, build_project
from fastapi_guard.project.model import Project
from fastapi_guard.source.discovery import discover
from fastapi_guard.source.modules import ROOT_MARKERS, ModuleFinder
from fastapi_guard.source.reading import SourceFile, decode, read

Progress = Callable[[str, int, int], None]


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


class Trees:
    """Syntax trees of the analysed files, parsed when they are asked for; a class because a tree is parsed once."""

    def __init__(self, sources: Mapping[str, SourceFile]) -> None:
        self._sources = sources
        self._trees: dict[str, ast.Module | None] = {}
        self.problems: dict[str, Problem] = {}

    def tree_of(self, path: str) -> ast.Module | None:
        """The tree of a file; None, and a problem, when it cannot be parsed."""
        if path not in self._trees:
            parsed = parse(path, self._sources[path].text)
            if isinstance(parsed, Problem):
                self.problems[path] = parsed
                self._trees[path] = None
            else:
                self._trees[path] = parsed
        return self._trees[path]

    def check(self, path: str) -> None:
        """Find out whether a file parses, without keeping its tree."""
        if path not in self._trees:
            parsed = parse(path, self._sources[path].text)
            if isinstance(parsed, Problem):
                self.problems[path] = parsed
                self._trees[path] = None


def scan(
    root: Path,
    settings: Settings,
    *,
    paths: tuple[Path, ...] = (),
    stdin: tuple[str, bytes] | None = None,
    progress: Progress | None = None,
) -> ScanResult:
    """Analyse everything below `root`; `paths` choose what is reported.

    `stdin` is a path relative to the root and the content that stands for it. `progress` is told the stage and how
    much of it is done.
    """
    return with_deep_stack(_scan, root, settings, paths, stdin, progress)


def _scan(
    root: Path, settings: Settings, paths: tuple[Path, ...], stdin: tuple[str, bytes] | None, progress: Progress | None
) -> ScanResult:
    found = discover(root, settings.exclude, settings.extend_exclude, respect_gitignore=settings.respect_gitignore)
    problems = list(found.problems)
    sources: dict[str, SourceFile] = {}
    names = sorted({*found.files, *([stdin[0]] if stdin else [])})
    for name in names:
        source = decode(name, stdin[1]) if stdin and name == stdin[0] else read(root, name)
        if isinstance(source, Problem):
            problems.append(source)
        else:
            sources[name] = source
    trees = Trees(sources)
    for index, name in enumerate(sources):
        if progress:
            progress("parse", index, len(sources))
        trees.check(name)
    texts = {name: source.text for name, source in sources.items()}
    finder = ModuleFinder(sources, _marked_folders(root, sources), settings.src)
    project = build_project(texts, trees.tree_of, finder, BuildOptions(router_classes=settings.router_classes))
    problems += trees.problems.values()
    return ScanResult(root, project, (), (), tuple(problems), tuple(sources), texts)


def _marked_folders(root: Path, paths: Mapping[str, SourceFile]) -> list[str]:
    """Folders with a project file in them."""
    folders = {parent.as_posix() for path in paths for parent in Path(path).parents if parent.as_posix() != "."}
    return sorted(folder for folder in folders if any((root / folder / marker).is_file() for marker in ROOT_MARKERS))
