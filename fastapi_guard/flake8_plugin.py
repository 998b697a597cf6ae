"""The flake8 plug-in: each process analyses the project once, and every file asks for what is to be said in it.

flake8 knows single files and the analysis whole projects, so that a finding whose own place is in none of the files
that flake8 was given is said at the first of its other places that is.
"""

import argparse
import ast
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from fastapi_guard.checks.registry import RuleLoadError, installed_packs, project_packs, rules_of
from fastapi_guard.config.load import load_settings
from fastapi_guard.config.plugins import FLAG, project_plugins
from fastapi_guard.config.problem import ConfigurationError
from fastapi_guard.config.root import find_root
from fastapi_guard.finding import Diagnostic
from fastapi_guard.location import Location
from fastapi_guard.report.inert import visible
from fastapi_guard.scan import scan

Said = tuple[int, int, str]
"""Line, 0-based column, and code with message."""

STDIN = "-"
STDIN_NAME = "stdin"
"""What flake8 calls standard input unless it is told a name."""


@dataclass(frozen=True, slots=True)
class Given:
    """What flake8 was asked to look at, and where."""

    paths: tuple[str, ...]
    """Files and folders as on flake8's command line."""
    working_directory: Path
    allow_project_plugins: bool = False
    stdin: tuple[str, str] | None = None
    """Name and text of standard input."""


class Plugin:
    """What flake8 makes of each file; a class because flake8 asks for one."""

    name = "fastapi-guard"
    paths: ClassVar[tuple[str, ...]] = (".",)
    allow_project_plugins: ClassVar[bool] = False

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        self.filename = filename
        self.lines = lines

    @classmethod
    def add_options(cls, manager: Any) -> None:
        """An option that only the command line can set: a configuration file belongs to the analysed tree."""
        text = "fastapi-guard: import the rule packs that its configuration names, which runs the project's code."
        manager.add_option(FLAG, action="store_true", help=text)

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        cls.paths = tuple(options.filenames)
        cls.allow_project_plugins = options.allow_project_plugins

    def run(self) -> Iterator[tuple[int, int, str, type]]:
        """What is to be said in this file; a fault of the analysis is said in its first line."""
        for line, column, text in self._said():
            yield line, column, text, type(self)

    def _said(self) -> tuple[Said, ...]:
        here = Path.cwd()
        name = self.filename
        given = Given(self.paths, here, self.allow_project_plugins)
        if STDIN in self.paths:
            name = "stdin.py" if name == STDIN_NAME else name
            given = Given((name,), here, self.allow_project_plugins, (name, "".join(self.lines)))
        said = said_or_fault(given)
        return ((1, 0, said),) if isinstance(said, str) else said.get(os.path.realpath(here / name), ())


@lru_cache(maxsize=1)
def said_or_fault(given: Given) -> dict[str, tuple[Said, ...]] | str:
    """What is said by file, or why nothing is: flake8 gives up all its findings when a plug-in raises."""
    try:
        return said_by_file(given)
    except (ConfigurationError, RuleLoadError) as error:
        return visible(f"FG002 fastapi-guard cannot run: {error}")
    except Exception as error:
        return visible(f"FG002 fastapi-guard failed: {type(error).__name__}: {error}")


def said_by_file(given: Given) -> dict[str, tuple[Said, ...]]:
    """What `check` reports for the same paths, by the real path of the file that it is said in."""
    here = given.working_directory
    found = find_root([Path(path) for path in given.paths], here)
    root = found.directory
    plugins = project_plugins(found.document, is_allowed=given.allow_project_plugins)
    rules = rules_of((*installed_packs(), *project_packs(plugins, root)))
    settings = load_settings(found.document, rules)
    asked = tuple(Path(os.path.normpath(here / path)) for path in given.paths)
    paths = () if any(root.is_relative_to(path) for path in asked) else asked
    stdin = None
    if given.stdin:
        name, text = given.stdin
        stdin = (Path(os.path.normpath(here / name)).relative_to(root).as_posix(), text.encode("utf-8", "replace"))
    result = scan(root, settings, rules=rules, paths=paths, stdin=stdin)
    prefixes = tuple(path.relative_to(root).as_posix() for path in paths)
    said: dict[str, list[Said]] = {}
    for problem in result.problems:
        _say(said, root, problem.location, f"{problem.code} {problem.message}")
    for diagnostic in result.diagnostics:
        place = place_among(diagnostic, prefixes)
        elsewhere = f" (at {diagnostic.location.start_only})" if place != diagnostic.location else ""
        _say(said, root, place, f"{diagnostic.code} {diagnostic.message}{elsewhere}")
    return {file: tuple(entries) for file, entries in said.items()}


def place_among(diagnostic: Diagnostic, prefixes: Sequence[str]) -> Location:
    """The finding's own place when it lies in one of the files or folders, else the first of its others that does."""
    finding = diagnostic.finding
    places = [
        finding.location,
        *(related.location for related in finding.related),
        *(Location(operation.file, operation.decorator_line) for operation in finding.operations),
    ]
    chosen = (p for p in places if any(p.path == prefix or p.path.startswith(f"{prefix}/") for prefix in prefixes))
    return next(chosen, finding.location)


def _say(said: dict[str, list[Said]], root: Path, location: Location, text: str) -> None:
    file = os.path.realpath(root / location.path)
    said.setdefault(file, []).append((max(location.line, 1), max(location.column - 1, 0), visible(text)))
