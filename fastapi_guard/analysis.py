"""The stages between reading files and reporting, on texts: syntax, suppressions, the model, the checks."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from fastapi_guard.checks.execution import Sources
from fastapi_guard.checks.run import CheckResult, check
from fastapi_guard.checks.settings import check_settings
from fastapi_guard.config.settings import Settings
from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.facts.imports import ImportStatement, imports_of
from fastapi_guard.facts.syntax import parse
from fastapi_guard.finding import Problem
from fastapi_guard.project.authentication import KnownGuards
from fastapi_guard.project.build import BuildOptions, build_project
from fastapi_guard.project.imports import module_imports
from fastapi_guard.project.model import Project
from fastapi_guard.project.public import with_public_reason, with_sign_ups
from fastapi_guard.project.versions import FastAPIVersion, assumed_version
from fastapi_guard.rule import Rule
from fastapi_guard.source.modules import ModuleFinder
from fastapi_guard.source.suppressions import Suppression, mentions_suppressions, public_declarations, read_suppressions

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a project beside its Python files."""

    markers: tuple[str, ...] = ()
    """Folders, relative to the root, that hold a project file."""
    version: FastAPIVersion = assumed_version()


@dataclass(frozen=True, slots=True)
class Analysis:
    """The model of a project and what the rules say of it."""

    project: Project
    checked: CheckResult
    problems: tuple[Problem, ...]
    """FG001 for files that are no Python, FG002 for rules that failed."""


class Trees:
    """Syntax trees by path; a class because a file is parsed once, and kept only when somebody asks for its tree."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._trees: dict[str, ast.Module | None] = {}
        self.problems: dict[str, Problem] = {}
        self.imports: dict[str, tuple[ImportStatement, ...]] = {}

    def tree_of(self, path: str) -> ast.Module | None:
        """The tree of a file; None, and a problem, when it cannot be parsed."""
        if path not in self._trees:
            self._trees[path] = self._parse(path) if path in self._texts else None
        return self._trees[path]

    def check(self, path: str) -> None:
        """Find out whether a file parses, without keeping its tree."""
        if path not in self._trees and self._parse(path) is None:
            self._trees[path] = None

    def _parse(self, path: str) -> ast.Module | None:
        parsed = parse(path, self._texts[path])
        if isinstance(parsed, Problem):
            self.problems[path] = parsed
            return None
        if path not in self.imports:
            self.imports[path] = imports_of(parsed)
        return parsed


def analyse(texts: Mapping[str, str], settings: Settings, rules: Sequence[Rule]) -> CheckResult:
    """What the selected rules find in a project whose files are `texts` by path."""
    made = with_deep_stack(run_analysis, texts, settings, rules)
    return replace(made.checked, problems=made.problems)


def run_analysis(
    texts: Mapping[str, str],
    settings: Settings,
    rules: Sequence[Rule],
    surroundings: Surroundings | None = None,
    paths: Sequence[str] = (),
    progress: Progress | None = None,
) -> Analysis:
    """Analyse the files `texts` (by POSIX path relative to the root); to be called inside `with_deep_stack`.

    `paths` choose what is reported; `progress` is told the stage and how much of it is done.
    """
    surroundings = surroundings or Surroundings()
    trees = Trees(texts)
    for index, path in enumerate(sorted(texts)):
        if progress:
            progress("parse", index, len(texts))
        trees.check(path)
    suppressions = _suppressions(texts, trees)
    finder = ModuleFinder(texts, surroundings.markers, settings.src)
    if progress:
        progress("link", 0, 1)
    project = build_project(texts, trees.tree_of, finder, _build_options(settings, surroundings))
    project = _with_public(project, settings, suppressions)
    project = replace(project, imports=module_imports(trees.imports, finder))
    if progress:
        progress("check", 0, 1)
    sources = Sources(texts, trees.tree_of, finder.dotted)
    checked = check(rules, project, sources, suppressions, check_settings(settings, rules, paths=paths))
    return Analysis(project, checked, (*trees.problems.values(), *checked.problems))


def _suppressions(texts: Mapping[str, str], trees: Trees) -> list[Suppression]:
    return [
        suppression
        for path, text in sorted(texts.items())
        if mentions_suppressions(text)
        if (tree := trees.tree_of(path)) is not None
        for suppression in read_suppressions(path, text, tree)
    ]


def _build_options(settings: Settings, surroundings: Surroundings) -> BuildOptions:
    version = surroundings.version
    if settings.fastapi_version:
        version = FastAPIVersion(settings.fastapi_version, "the configuration")
    return BuildOptions(
        fastapi_version=version.release,
        version_source=version.source,
        router_classes=settings.router_classes,
        authorizers=settings.auth.authorizers,
        known_guards=KnownGuards(settings.auth.providers, settings.auth.middleware, settings.owner_columns),
        app=settings.app,
    )


def _with_public(project: Project, settings: Settings, suppressions: Sequence[Suppression]) -> Project:
    declarations = public_declarations(suppressions)
    by_nature = settings.policy.authentication == "non-public"
    operations = tuple(
        with_public_reason(operation, declarations, settings.public, by_nature=by_nature)
        for operation in project.operations
    )
    return replace(project, operations=with_sign_ups(operations))
