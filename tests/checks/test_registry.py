"""Which rules are accepted, and what they look at."""

from collections.abc import Iterator
from pathlib import Path

import libcst as cst
import pytest

from fastapi_guard.api import ERROR, Application, Finding, PathOperation, Project, Unit, rule
from fastapi_guard.checks.registry import RuleLoadError, checked, load_rules, looks_at_nodes, targets
from fastapi_guard.rule import Needs, Rule


def on_operation(operation: PathOperation, project: Project) -> Iterator[Finding]:
    yield from ()


def on_either(node: "cst.Return | cst.Raise", unit: Unit) -> Iterator[Finding]:
    yield from ()


def on_nothing(thing, project):  # type: ignore[no-untyped-def]
    yield from ()


def on_text(text: str, project: Project) -> Iterator[Finding]:
    yield from ()


def on_unknown(text: "Nowhere", project: Project) -> Iterator[Finding]:  # type: ignore[name-defined]  # noqa: F821
    yield from ()


def test_targets() -> None:
    """The annotation of the first parameter, a union counts as its members."""
    decorate = rule("XX101", severity=ERROR)

    assert targets(decorate(on_operation)) == (PathOperation,)
    assert targets(decorate(on_either)) == (cst.Return, cst.Raise)
    assert looks_at_nodes(decorate(on_either))
    assert not looks_at_nodes(decorate(on_operation))


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (on_nothing, "its first parameter has no annotation"),
        (on_text, "`str` is neither a noun of the model nor a LibCST node"),
        (on_unknown, "the annotation `Nowhere` does not resolve"),
    ],
)
def test_an_unusable_target_is_named(function: object, reason: str) -> None:
    """The error says which rule, in which file, and what is wrong with it."""
    faulty = rule("XX101", severity=ERROR)(function)  # type: ignore[arg-type]

    with pytest.raises(RuleLoadError, match=rf"rule XX101 [\w-]+ \({Path(__file__)}\): {reason}"):
        targets(faulty)


def named(code: str, name: str, profile: str = "default") -> Rule:
    def function(application: Application, project: Project) -> Iterator[Finding]:
        yield from ()

    function.__code__ = function.__code__.replace(co_filename=str(page.with_suffix(".py")))
    return Rule(code, name, ERROR, ERROR, profile, Needs(), function)  # type: ignore[arg-type]


page = next(rule.page for rule in load_rules())


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ([named("XX101", "a"), named("XX101", "b")], "`XX101` is also in"),
        ([named("XX101", "a"), named("XX102", "a")], "`a` is also in"),
        ([named("fg1", "a")], "the code `fg1` is not"),
        ([named("XX101", "a", "loose")], "the profile `loose`"),
        ([rule("XX101", severity=ERROR)(on_operation)], "its page test_registry.md is missing"),
    ],
)
def test_rules_that_cannot_be_told_apart_or_explained(rules: list[Rule], reason: str) -> None:
    """Codes and names are unique, codes well-formed, and every rule has a page."""
    with pytest.raises(RuleLoadError, match=reason):
        checked(rules)


def test_the_built_in_pack_loads() -> None:
    """Its rules come sorted by code."""
    codes = [rule.code for rule in load_rules()]

    assert codes == sorted(set(codes))
    assert "FG003" in codes
