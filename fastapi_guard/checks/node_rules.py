"""Rules on LibCST nodes, file by file: what a file says depends on its text and on which of its functions FastAPI calls."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from fastapi_guard.checks.attempts import Outcome, attempt, options_of
from fastapi_guard.checks.nouns import dependants_of, operations_of
from fastapi_guard.checks.prefilter import Prefilter
from fastapi_guard.checks.registry import is_node_type, targets
from fastapi_guard.checks.settings import CheckSettings
from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.facts.names import ModuleNames, names_of
from fastapi_guard.facts.slices import UnitText, unit_texts, without_unwanted_methods
from fastapi_guard.facts.unit import Surroundings, read_unit
from fastapi_guard.facts.walk import concrete_types
from fastapi_guard.finding import Problem
from fastapi_guard.knowledge.places import is_test
from fastapi_guard.project.model import Project
from fastapi_guard.rule import Rule


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a project, as rules on nodes need them."""

    texts: Mapping[str, str]
    """Source text by path, of every file that is analysed."""
    tree_of: Callable[[str], ast.Module | None]
    """The tree of a file; None when it cannot be parsed."""
    module_name: Callable[[str], str]
    """The dotted name of the module in a file."""
    whole: bool = False
    """Whether LibCST is given every statement, needed or not: for whoever doubts the prefilter."""


@dataclass(slots=True)
class Parsed:
    """How much LibCST was given."""

    units: int = 0
    characters: int = 0


@dataclass(frozen=True, slots=True)
class CalledLines:
    """The lines of `def` of the functions that FastAPI calls, by path."""

    endpoints: Mapping[str, frozenset[int]]
    dependencies: Mapping[str, frozenset[int]]

    def both(self, path: str) -> frozenset[int]:
        return self.endpoints.get(path, frozenset()) | self.dependencies.get(path, frozenset())


def run_on_nodes(
    rules: Sequence[Rule], project: Project, sources: Sources, settings: CheckSettings, outcome: Outcome
) -> Parsed:
    """Run the rules on the LibCST nodes that they look at, in the statements that have what they need."""
    return with_deep_stack(_run_on_nodes, rules, project, sources, settings, outcome)


def _run_on_nodes(
    rules: Sequence[Rule], project: Project, sources: Sources, settings: CheckSettings, outcome: Outcome
) -> Parsed:
    parsed = Parsed()
    node_rules = [rule for rule in rules if any(is_node_type(target) for target in targets(rule))]
    if node_rules:
        options = {rule.code: options_of(rule, settings) for rule in node_rules}
        called = called_lines(project)
        for path in sorted(sources.texts):
            run_on_file(node_rules, path, sources, called, options, outcome, parsed)
    return parsed


def run_on_file(
    rules: Sequence[Rule],
    path: str,
    sources: Sources,
    called: CalledLines,
    options_by_code: Mapping[str, dict[str, object]],
    outcome: Outcome,
    parsed: Parsed,
) -> None:
    """Run the rules on one file."""
    text, lines = sources.texts[path], called.both(path)
    rules = [rule for rule in rules if rule.needs.tests or not is_test(path)]
    if not rules or (tree := sources.tree_of(path)) is None:
        return
    module = sources.module_name(path)
    names = names_of(tree, module, is_package=path.endswith("__init__.py"))
    surroundings = Surroundings(
        path, module, names, called.endpoints.get(path, frozenset()), called.dependencies.get(path, frozenset())
    )
    slices: list[tuple[Sequence[Rule], UnitText]]
    if sources.whole:
        slices = [(rules, unit_text) for unit_text in unit_texts(tree, text)]
    else:
        slices = list(_slices(Prefilter(rules, names).in_statement(text, served=bool(lines)), tree, text, names, lines))
    for candidates, unit_text in slices:
        parsed.units += 1
        parsed.characters += len(unit_text.text)
        _run_on_unit(candidates, unit_text, surroundings, options_by_code, outcome)


def _slices(
    rules: Sequence[Rule], tree: ast.Module, text: str, names: ModuleNames, lines: frozenset[int]
) -> Iterator[tuple[Sequence[Rule], UnitText]]:
    """What LibCST has to be given of a file, each with the rules that can fire there."""
    prefilter = Prefilter(rules, names)
    for unit_text in unit_texts(tree, text) if rules else ():
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


def called_lines(project: Project) -> CalledLines:
    """Where the endpoints and the dependencies of a project are defined."""
    endpoints: dict[str, set[int]] = {}
    for operation in operations_of(project):
        if operation.endpoint:
            endpoints.setdefault(operation.endpoint.location.path, set()).add(operation.endpoint.location.line)
    dependencies: dict[str, set[int]] = {}
    for dependant in dependants_of(project):
        if dependant.function:
            place = dependant.function.location
            dependencies.setdefault(place.path, set()).add(place.line)
    return CalledLines(
        {path: frozenset(lines) for path, lines in endpoints.items()},
        {path: frozenset(lines) for path, lines in dependencies.items()},
    )
