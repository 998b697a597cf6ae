"""What a file says by itself: whether it parses, its suppressions, and what rules on LibCST nodes find in it.

A `FileJob` is plain data and decides its `FileResult`, so that results can be kept and jobs be done anywhere.
"""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from fastapi_guard.checks.attempts import FAILURES_LIMIT, Outcome, attempt, options_of
from fastapi_guard.checks.nouns import dependants_of, operations_of
from fastapi_guard.checks.prefilter import Prefilter
from fastapi_guard.checks.registry import is_node_type, targets
from fastapi_guard.checks.settings import CheckSettings
from fastapi_guard.facts.error_classes import ErrorClass
from fastapi_guard.facts.imports import ImportStatement, imports_of
from fastapi_guard.facts.names import ModuleNames, names_of
from fastapi_guard.facts.slices import UnitText, unit_texts, without_unwanted_methods
from fastapi_guard.facts.syntax import parse
from fastapi_guard.facts.unit import Surroundings, read_unit
from fastapi_guard.facts.walk import concrete_types
from fastapi_guard.finding import Finding, Problem
from fastapi_guard.knowledge.places import is_migration, is_test
from fastapi_guard.project.model import Project
from fastapi_guard.rule import Needs, Rule
from fastapi_guard.source.suppressions import Suppression, mentions_suppressions, read_suppressions


@dataclass(frozen=True, slots=True)
class FileJob:
    """A file, and what the rest of the project says about it."""

    path: str
    text: str
    module: str
    """Dotted name."""
    endpoints: tuple[int, ...] = ()
    """Lines of `def` of the functions in it that serve a path operation."""
    dependencies: tuple[int, ...] = ()
    """Lines of `def` of the functions in it that FastAPI calls as dependencies."""
    errors: tuple[tuple[str, ErrorClass], ...] = ()
    """The project's exceptions that answer clients, as the file writes them."""


@dataclass(frozen=True, slots=True)
class FileResult:
    """What came of a `FileJob`."""

    problems: tuple[Problem, ...] = ()
    """FG001: the file cannot be parsed, or LibCST refuses a statement of it."""
    suppressions: tuple[Suppression, ...] = ()
    imports: tuple[ImportStatement, ...] = ()
    findings: tuple[tuple[str, Finding], ...] = ()
    """With the code of their rule."""
    failures: tuple[tuple[str, Problem], ...] = ()
    """FG002, with the code of the rule that failed."""
    units: int = 0
    """How many statements LibCST was given."""
    characters: int = 0
    """And how much text that was."""


@dataclass(frozen=True, slots=True)
class NodeRules:
    """The rules on LibCST nodes that are to run."""

    rules: tuple[Rule, ...]
    options_by_code: Mapping[str, dict[str, object]]
    modules: frozenset[str] = frozenset()
    """Dotted names of all modules of the project."""
    whole: bool = False
    """Whether LibCST is given every statement, needed or not: for whoever doubts the prefilter."""


def node_rules(
    rules: Iterable[Rule], settings: CheckSettings, modules: Iterable[str] = (), *, whole: bool = False
) -> NodeRules:
    """Those of the rules that are selected and look at nodes, with what the configuration gives them."""
    chosen = tuple(
        rule for rule in rules if settings.selects(rule.code) and any(is_node_type(target) for target in targets(rule))
    )
    return NodeRules(chosen, {rule.code: options_of(rule, settings) for rule in chosen}, frozenset(modules), whole)


def file_jobs(texts: Mapping[str, str], modules: Mapping[str, str], project: Project) -> list[FileJob]:
    """A job for every file, ordered by path; `modules` are the dotted names by path."""
    endpoints: dict[str, set[int]] = {}
    for operation in operations_of(project):
        if operation.endpoint:
            endpoints.setdefault(operation.endpoint.location.path, set()).add(operation.endpoint.location.line)
    dependencies: dict[str, set[int]] = {}
    for dependant in dependants_of(project):
        if dependant.function:
            place = dependant.function.location
            dependencies.setdefault(place.path, set()).add(place.line)
    errors: dict[str, list[tuple[str, ErrorClass]]] = {}
    for raised in project.raised_names:
        errors.setdefault(raised.path, []).append((raised.written, raised.error))
    return [
        FileJob(
            path,
            texts[path],
            modules[path],
            tuple(sorted(endpoints.get(path, ()))),
            tuple(sorted(dependencies.get(path, ()))),
            tuple(errors.get(path, ())),
        )
        for path in sorted(texts)
    ]


def early_jobs(texts: Mapping[str, str], modules: Mapping[str, str], seeds: Collection[str]) -> list[FileJob]:
    """Jobs for the files that the model will hardly have a word for: those that register nothing."""
    return [FileJob(path, texts[path], modules[path]) for path in sorted(texts) if path not in seeds]


def do_job(job: FileJob, chosen: NodeRules, tree: ast.Module | None = None) -> FileResult:
    """Do one job, inside `with_deep_stack`; `tree` is the file's, when somebody has it already."""
    if tree is None:
        parsed = parse(job.path, job.text)
        if isinstance(parsed, Problem):
            return FileResult((parsed,))
        tree = parsed
    suppressions = read_suppressions(job.path, job.text, tree) if mentions_suppressions(job.text) else ()
    outcome = Outcome()
    units = characters = 0
    names = names_of(tree, job.module, is_package=job.path.endswith("__init__.py"))
    surroundings = Surroundings(
        job.path,
        job.module,
        names,
        frozenset(job.endpoints),
        frozenset(job.dependencies),
        tree,
        chosen.modules,
        dict(job.errors),
    )
    rules = [rule for rule in chosen.rules if _speaks_of(rule.needs, job.path)]
    for candidates, unit_text in _slices(rules, tree, job, names, whole=chosen.whole):
        units += 1
        characters += len(unit_text.text)
        _run_on_unit(candidates, unit_text, surroundings, chosen.options_by_code, outcome)
    return FileResult(
        tuple(outcome.problems),
        tuple(suppressions),
        imports_of(tree),
        tuple((rule.code, finding) for rule, finding in outcome.findings),
        tuple(outcome.failures),
        units,
        characters,
    )


def _speaks_of(needs: Needs, path: str) -> bool:
    return (needs.tests or not is_test(path)) and (needs.migrations or not is_migration(path))


def _slices(
    rules: Sequence[Rule], tree: ast.Module, job: FileJob, names: ModuleNames, *, whole: bool
) -> Iterator[tuple[Sequence[Rule], UnitText]]:
    """What LibCST has to be given of a file, each with the rules that can fire there."""
    lines = frozenset((*job.endpoints, *job.dependencies))
    errors = [written for written, _ in job.errors]
    if not whole:
        rules = Prefilter(rules, names, errors).in_statement(job.text, served=bool(lines))
    if not rules:
        return
    prefilter = Prefilter(rules, names, errors)
    for unit_text in unit_texts(tree, job.text):
        if whole:
            yield rules, unit_text
            continue
        candidates = prefilter.in_statement(unit_text.text, served=unit_text.holds_line(lines))
        if candidates:
            yield candidates, without_unwanted_methods(unit_text, partial(prefilter.looks_into, candidates))


def _run_on_unit(
    rules: Sequence[Rule],
    unit_text: UnitText,
    surroundings: Surroundings,
    options_by_code: Mapping[str, dict[str, object]],
    outcome: Outcome,
) -> None:
    unit = read_unit(unit_text, surroundings)
    if isinstance(unit, Problem):
        outcome.problems.append(unit)
        return
    rules_by_type = _rules_by_type(tuple(rules))
    for node in unit.nodes:
        for rule in rules_by_type.get(type(node), ()):
            attempt(rule, node, unit, options_by_code[rule.code], partial(unit.location, node), outcome)


@lru_cache(maxsize=256)
def _rules_by_type(rules: tuple[Rule, ...]) -> Mapping[type, tuple[Rule, ...]]:
    """The rules that look at each concrete type of node."""
    rules_by_type: dict[type, tuple[Rule, ...]] = {}
    for rule in rules:
        for node_type in dict.fromkeys(concrete for target in targets(rule) for concrete in concrete_types(target)):
            rules_by_type[node_type] = (*rules_by_type.get(node_type, ()), rule)
    return rules_by_type


def failures_as_problems(failures: Iterable[tuple[str, Problem]]) -> tuple[Problem, ...]:
    """What is reported of rules that failed: of each rule the first failures, the last of which says that it was given up."""
    by_rule: dict[str, list[Problem]] = {}
    for code, problem in failures:
        by_rule.setdefault(code, []).append(problem)
    reported: list[Problem] = []
    for problems in by_rule.values():
        problems.sort(key=lambda problem: (problem.location, problem.message))
        kept = problems[:FAILURES_LIMIT]
        if len(problems) >= FAILURES_LIMIT:
            last = kept.pop()
            given_up = f"{last.message}; it failed {FAILURES_LIMIT} times and is not tried again"
            kept.append(Problem(last.code, last.location, given_up))
        reported += kept
    return tuple(reported)
