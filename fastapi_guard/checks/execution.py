"""Runs rules on nouns and nodes; a rule that fails costs itself on that place and nothing else."""

import ast
import inspect
import itertools
import traceback
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial

from fastapi_guard.checks.nouns import INSTANCES, dependants_of, operations_of
from fastapi_guard.checks.registry import is_node_type, targets
from fastapi_guard.checks.settings import CheckSettings
from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.facts.error_classes import ErrorClass
from fastapi_guard.facts.names import ModuleNames, names_of
from fastapi_guard.facts.unit import Surroundings, UnitText, read_unit, unit_texts
from fastapi_guard.facts.walk import concrete_types, walk
from fastapi_guard.finding import Finding, Problem
from fastapi_guard.location import Location
from fastapi_guard.project.model import Project
from fastapi_guard.rule import Rule

FINDINGS_LIMIT = 10_000
"""On one noun or node: a rule that says more is taken to say it forever."""


FAILURES_LIMIT = 20
"""Of one rule in one run: after so many it is not tried again."""


@dataclass(slots=True)
class Outcome:
    """What rules have said so far, and which of them failed where."""

    findings: list[tuple[Rule, Finding]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    """How often each rule failed, by code."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a project, as rules on nodes need them."""

    texts: Mapping[str, str]
    """Source text by path, of every file that is analysed."""
    tree_of: Callable[[str], ast.Module | None]
    """The tree of a file; None when it cannot be parsed."""
    module_name: Callable[[str], str]
    """The dotted name of the module in a file."""
    canonical: Callable[[str], str] = str
    """Follows re-exports: `app.errors.HTTPException` is `fastapi.HTTPException`."""


def run_on_nouns(
    rules: Sequence[Rule],
    project: Project,
    settings: CheckSettings,
    outcome: Outcome,
    nouns: Iterable[object] | None = None,
) -> None:
    """Run the rules on the nouns of the project that they look at, or on the given `nouns`."""
    for rule in rules:
        options = options_of(rule, settings)
        for target in targets(rule):
            if nouns is not None:
                instances = [noun for noun in nouns if isinstance(noun, target)]
            elif target in INSTANCES:
                instances = list(INSTANCES[target](project))
            else:
                continue
            for noun in instances:
                location = getattr(noun, "location", None) or Location(".", 1)
                _attempt(rule, noun, project, options, partial(_same, location), outcome)


def run_on_nodes(
    rules: Sequence[Rule], project: Project, sources: Sources, settings: CheckSettings, outcome: Outcome
) -> None:
    """Run the rules on the LibCST nodes that they look at, in the units that hold one of their words."""
    with_deep_stack(_run_on_nodes, rules, project, sources, settings, outcome)


def options_of(rule: Rule, settings: CheckSettings) -> dict[str, object]:
    """The keyword arguments that the configuration gives to the rule."""
    chosen = settings.rule_options.get(rule.code, {})
    given: dict[str, object] = {}
    for parameter in inspect.signature(rule.function).parameters.values():
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            continue
        if parameter.name in chosen:
            given[parameter.name] = chosen[parameter.name]
        elif parameter.name in settings.shared_options:
            given[parameter.name] = settings.shared_options[parameter.name]
    return given


def _run_on_nodes(
    rules: Sequence[Rule], project: Project, sources: Sources, settings: CheckSettings, outcome: Outcome
) -> None:
    node_rules = [rule for rule in rules if any(is_node_type(target) for target in targets(rule))]
    if not node_rules:
        return
    options_by_code = {rule.code: options_of(rule, settings) for rule in node_rules}
    endpoint_lines, dependency_lines = _functions_called_by_fastapi(project)
    own_words = {rule.code: rule.words for rule in node_rules}
    errors = _errors_by_path(project)
    for path, text in sorted(sources.texts.items()):
        if (
            sources.canonical is str
            and path not in errors
            and not any(_may_fire(rule, own_words, text) for rule in node_rules)
        ):
            continue
        tree = sources.tree_of(path)
        if tree is None:
            continue
        module = sources.module_name(path)
        names = names_of(tree, module, is_package=path.endswith("__init__.py"))
        own_errors = errors.get(path, {})
        words = _words_in_module(node_rules, names, sources.canonical, own_errors)
        if not any(_may_fire(rule, words, text) for rule in node_rules):
            continue
        surroundings = Surroundings(
            path,
            module,
            names,
            sources.canonical,
            endpoint_lines.get(path, frozenset()),
            dependency_lines.get(path, frozenset()),
            own_errors,
        )
        for unit_text in unit_texts(tree, text):
            candidates = [rule for rule in node_rules if _may_fire(rule, words, unit_text.text)]
            if candidates:
                _run_on_unit(candidates, unit_text, surroundings, options_by_code, outcome)


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
    for node in walk(unit.module):
        for rule in rules_by_type.get(type(node), ()):
            _attempt(rule, node, unit, options_by_code[rule.code], partial(unit.location, node), outcome)


@lru_cache(maxsize=256)
def _rules_by_type(rules: tuple[Rule, ...]) -> Mapping[type, tuple[Rule, ...]]:
    """The rules that look at each concrete type of node."""
    rules_by_type: dict[type, tuple[Rule, ...]] = {}
    for rule in rules:
        for node_type in dict.fromkeys(concrete for target in targets(rule) for concrete in concrete_types(target)):
            rules_by_type[node_type] = (*rules_by_type.get(node_type, ()), rule)
    return rules_by_type


def _words_in_module(
    rules: Sequence[Rule], names: ModuleNames, canonical: Callable[[str], str], errors: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Each rule's words and the names under which the module knows them, by code."""
    names_by_word: dict[str, list[str]] = {"HTTPException": [written.partition(".")[0] for written in errors]}
    for name, dotted in sorted(names.dotted_by_name.items()):
        names_by_word.setdefault(canonical(dotted).rpartition(".")[2], []).append(name)
    return {
        rule.code: tuple(dict.fromkeys((*rule.words, *(name for w in rule.words for name in names_by_word.get(w, ())))))
        for rule in rules
    }


def _may_fire(rule: Rule, words_by_code: Mapping[str, tuple[str, ...]], text: str) -> bool:
    """Whether the text holds a word of the rule, in any of the spellings that Python takes for the same name."""
    if not rule.words or any(word in text for word in words_by_code[rule.code]):
        return True
    if text.isascii():
        return False
    normalised = unicodedata.normalize("NFKC", text)
    return any(unicodedata.normalize("NFKC", word) in normalised for word in words_by_code[rule.code])


def _errors_by_path(project: Project) -> dict[str, dict[str, ErrorClass]]:
    """The exception classes that answer clients, by path and by how they are written there."""
    errors: dict[str, dict[str, ErrorClass]] = {}
    for raised in project.raised_names:
        errors.setdefault(raised.path, {})[raised.written] = raised.error
    return errors


def _functions_called_by_fastapi(project: Project) -> tuple[dict[str, frozenset[int]], dict[str, frozenset[int]]]:
    """The lines of `def` of endpoints and of dependencies, by path."""
    endpoints: dict[str, set[int]] = {}
    for operation in operations_of(project):
        if operation.endpoint:
            endpoints.setdefault(operation.endpoint.location.path, set()).add(operation.endpoint.location.line)
    dependencies: dict[str, set[int]] = {}
    for dependant in dependants_of(project):
        if dependant.function:
            place = dependant.function.location
            dependencies.setdefault(place.path, set()).add(place.line)
    return (
        {path: frozenset(lines) for path, lines in endpoints.items()},
        {path: frozenset(lines) for path, lines in dependencies.items()},
    )


def _attempt(
    rule: Rule,
    target: object,
    context: object,
    options: Mapping[str, object],
    place: Callable[[], Location],
    outcome: Outcome,
) -> None:
    """Run one rule on one thing; what it said before it failed counts."""
    if outcome.failures[rule.code] >= FAILURES_LIMIT:
        return
    said = 0
    try:
        for finding in itertools.islice(rule(target, context, **options), FINDINGS_LIMIT + 1):
            if not isinstance(finding, Finding):
                raise TypeError(f"it yielded {type(finding).__name__} instead of Finding")
            said += 1
            if said > FINDINGS_LIMIT:
                raise RuntimeError(f"it yielded more than {FINDINGS_LIMIT:,} findings")
            outcome.findings.append((rule, finding))
    except (Exception, SystemExit) as error:
        outcome.failures[rule.code] += 1
        message = _failure(rule, error)
        if outcome.failures[rule.code] == FAILURES_LIMIT:
            message += f"; it failed {FAILURES_LIMIT} times and is not tried again"
        outcome.problems.append(Problem("FG002", _place_or_root(place), message))


def _same(location: Location) -> Location:
    return location


def _place_or_root(place: Callable[[], Location]) -> Location:
    try:
        return place()
    except Exception:  # a tree too deep to be written out has no positions
        return Location(".", 1)


def _failure(rule: Rule, error: BaseException) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(rule.source)]
    where = f" at {rule.function.__module__}:{frames[-1].lineno}" if frames else ""
    text = " ".join(str(error).split())[:200]
    return f"rule {rule.code} {rule.name} failed here{where}: {type(error).__name__}{f': {text}' if text else ''}"
