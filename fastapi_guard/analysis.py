"""Analyses a project that is given as texts, without a file system: what the tests of pages do."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from fastapi_guard.checks.execution import Sources
from fastapi_guard.checks.run import CheckResult, check
from fastapi_guard.checks.settings import check_settings
from fastapi_guard.config.settings import Settings
from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.facts.syntax import parse
from fastapi_guard.finding import Problem
from fastapi_guard.project.build import BuildOptions, build_project
from fastapi_guard.rule import Rule
from fastapi_guard.source.modules import ModuleFinder
from fastapi_guard.source.suppressions import mentions_suppressions, read_suppressions


def analyse(texts: Mapping[str, str], settings: Settings, rules: Sequence[Rule]) -> CheckResult:
    """What the selected rules find in a project whose files are `texts` by path."""
    return with_deep_stack(_analyse, texts, settings, rules)


def _analyse(texts: Mapping[str, str], settings: Settings, rules: Sequence[Rule]) -> CheckResult:
    trees: dict[str, ast.Module] = {}
    problems: list[Problem] = []
    for path, text in sorted(texts.items()):
        parsed = parse(path, text)
        if isinstance(parsed, Problem):
            problems.append(parsed)
        else:
            trees[path] = parsed
    suppressions = [
        suppression
        for path, tree in trees.items()
        if mentions_suppressions(texts[path])
        for suppression in read_suppressions(path, texts[path], tree)
    ]
    finder = ModuleFinder(texts, (), settings.src)
    project = build_project(texts, trees.get, finder, BuildOptions(router_classes=settings.router_classes))
    sources = Sources(texts, trees.get, finder.dotted)
    result = check(rules, project, sources, suppressions, check_settings(settings, rules))
    return replace(result, problems=(*problems, *result.problems))
