"""Runs rules on nouns, and one rule on one thing; a rule that fails costs itself on that place and nothing else."""

import inspect
import itertools
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from fastapi_guard.checks.nouns import INSTANCES
from fastapi_guard.checks.registry import targets
from fastapi_guard.checks.settings import CheckSettings
from fastapi_guard.finding import Finding, Problem
from fastapi_guard.location import Location
from fastapi_guard.project.model import Project
from fastapi_guard.rule import Rule

FINDINGS_LIMIT = 10_000
"""On one noun or node: a rule that says more is taken to say it forever."""


FAILURES_LIMIT = 20
"""Of one rule on the nouns of a project or the nodes of a file: after so many it is not tried again."""


@dataclass(slots=True)
class Outcome:
    """What rules have said so far, and which of them failed where."""

    findings: list[tuple[Rule, Finding]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """FG001: what LibCST refuses."""
    failures: list[tuple[str, Problem]] = field(default_factory=list)
    """FG002, with the code of the rule that failed."""
    failed: Counter[str] = field(default_factory=Counter)
    """How often each rule failed, by code."""


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
                attempt(rule, noun, project, options, partial(_same, location), outcome)


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


def attempt(
    rule: Rule,
    target: object,
    context: object,
    options: Mapping[str, object],
    place: Callable[[], Location],
    outcome: Outcome,
) -> None:
    """Run one rule on one thing; what it said before it failed counts."""
    if outcome.failed[rule.code] >= FAILURES_LIMIT:
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
        outcome.failed[rule.code] += 1
        outcome.failures.append((rule.code, Problem("FG002", _place_or_root(place), _failure(rule, error))))


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
