"""The stages between reading files and reporting, on texts: syntax, suppressions, the model, the checks."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from fastapi_guard.checks.file_pass import early_jobs, file_jobs, node_rules
from fastapi_guard.checks.jobs import Counters, Means, begin, do_jobs
from fastapi_guard.checks.run import CheckResult, check
from fastapi_guard.checks.settings import check_settings
from fastapi_guard.config.settings import Settings
from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.facts.syntax import parse
from fastapi_guard.project.authentication import KnownGuards
from fastapi_guard.project.build import BuildOptions, build_project
from fastapi_guard.project.imports import module_imports
from fastapi_guard.project.keeping import kept, key_of, reused
from fastapi_guard.project.model import Project
from fastapi_guard.project.public import with_public_reason, with_sign_ups
from fastapi_guard.project.sources import Sources
from fastapi_guard.project.versions import FastAPIVersion, assumed_version
from fastapi_guard.rule import Rule
from fastapi_guard.source.modules import ModuleFinder
from fastapi_guard.source.suppressions import Suppression, public_declarations

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a project beside its Python files."""

    markers: tuple[str, ...] = ()
    """Folders, relative to the root, that hold a project file."""
    version: FastAPIVersion = assumed_version()
    root_name: str = ""
    """The name of the root folder."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """The model of a project and what the rules say of it."""

    project: Project
    checked: CheckResult
    counters: Counters


class Trees:
    """Syntax trees by path, of the files that the model asks for. A class because each of them is parsed once."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._trees: dict[str, ast.Module | None] = {}

    def tree_of(self, path: str) -> ast.Module | None:
        """The tree of a file; None when there is none or it cannot be parsed."""
        if path not in self._trees:
            parsed = parse(path, self._texts[path]) if path in self._texts else None
            self._trees[path] = parsed if isinstance(parsed, ast.Module) else None
        return self._trees[path]

    def known(self, path: str) -> ast.Module | None:
        """The tree of a file that somebody asked for."""
        return self._trees.get(path)


def analyse(texts: Mapping[str, str], settings: Settings, rules: Sequence[Rule]) -> CheckResult:
    """What the selected rules find in a project whose files are `texts` by path."""
    return with_deep_stack(run_analysis, texts, settings, rules).checked


def run_analysis(
    texts: Mapping[str, str],
    settings: Settings,
    rules: Sequence[Rule],
    surroundings: Surroundings | None = None,
    paths: Sequence[str] = (),
    progress: Progress | None = None,
    means: Means | None = None,
) -> Analysis:
    """Analyse the files `texts` (by POSIX path relative to the root); to be called inside `with_deep_stack`.

    `paths` choose what is reported; `progress` is told the stage and how much of it is done; `means` say with
    what the work on single files is done.
    """
    surroundings = surroundings or Surroundings()
    trees = Trees(texts)
    finder = ModuleFinder(texts, surroundings.markers, settings.src, surroundings.root_name)
    wanted = check_settings(settings, rules, paths=paths)
    modules = {path: finder.dotted(path) for path in texts}
    chosen = node_rules(rules, wanted, modules.values())
    means = means or Means()
    sources = Sources(texts, trees.tree_of)
    begun = begin(early_jobs(texts, modules, sources.seeds), chosen, means)
    if progress:
        progress("model", 0, 1)
    project, is_known = _model(sources, finder, settings, surroundings, means)
    jobs = file_jobs(texts, modules, project)
    files, counters = do_jobs(jobs, chosen, means, trees.known, _told(progress, len(jobs)), begun)
    project = _with_public(project, settings, [found for file in files for found in file.suppressions])
    imports = {path: file.imports for path, file in zip(sorted(texts), files, strict=True)}
    project = replace(project, imports=module_imports(imports, finder))
    if progress:
        progress("rules", 0, 1)
    counters.is_model_known = is_known
    return Analysis(project, check(rules, project, texts, files, wanted), counters)


def _model(
    sources: Sources, finder: ModuleFinder, settings: Settings, surroundings: Surroundings, means: Means
) -> tuple[Project, bool]:
    """The model of the project, and whether it was on the shelf."""
    options = _build_options(settings, surroundings)
    if means.shelf is None:
        return build_project(sources, finder, options), False
    key = key_of(sources.texts, means.program, options, settings.src, surroundings.markers, surroundings.root_name)
    content = means.shelf.get([key]).get(key)
    known = reused(content, sources) if content is not None else None
    if known is not None:
        return known, True
    project = build_project(sources, finder, options)
    content = kept(project, sources.what_was_read())
    if content is not None:
        means.shelf.put({key: content})
    return project, False


def _told(progress: Progress | None, total: int) -> Callable[[int], None] | None:
    return (lambda done: progress("files", done, total)) if progress is not None else None


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
