"""The options of single rules: `[tool.fastapi-guard.rules.CODE]` against the rule's keyword-only parameters."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi_guard.config.checker import Checker
from fastapi_guard.config.problem import nearest
from fastapi_guard.config.settings import OptionValue
from fastapi_guard.config.toml_places import Path as KeyPath
from fastapi_guard.rule import Rule


@dataclass(frozen=True, slots=True)
class RuleOption:
    """One option that a rule takes."""

    name: str
    """kebab-case, as configuration and pages write it."""
    kind: str
    """`bool`, `int`, `str` or `tuple[str, ...]`."""
    default: object

    @property
    def parameter(self) -> str:
        return self.name.replace("-", "_")


def options_of(rule: Rule) -> tuple[RuleOption, ...]:
    """The options of a rule, in the order in which its function declares them."""
    parameters = inspect.signature(rule.function).parameters.values()
    return tuple(
        RuleOption(parameter.name.replace("_", "-"), _annotation(parameter.annotation), parameter.default)
        for parameter in parameters
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    )


def check_rule_options(
    checker: Checker, value: object, rules: Sequence[Rule]
) -> Mapping[str, Mapping[str, OptionValue]]:
    """Keyword arguments by rule code; problems go to the checker."""
    by_key = {key.casefold(): rule for rule in rules for key in (rule.code, rule.name)}
    options_by_code: dict[str, dict[str, OptionValue]] = {}
    for key, element in (checker.table(("rules",), value) or {}).items():
        path = ("rules", key)
        rule = by_key.get(key.casefold())
        if rule is None:
            names = [name for rule in rules for name in (rule.code, rule.name)]
            checker.fail_key(path, f"unknown rule `{key}`{nearest(key, names)}")
            continue
        chosen = options_by_code.setdefault(rule.code, {})
        for name, checked in _check_table(checker, path, element, rule).items():
            if name in chosen:
                checker.fail_key(path, f"options of {rule.code} stand twice: under its code and its name")
            chosen[name] = checked
    return options_by_code


def _check_table(checker: Checker, path: KeyPath, value: object, rule: Rule) -> Mapping[str, OptionValue]:
    options = {option.name: option for option in options_of(rule)}
    if not options:
        checker.fail_key(path, f"rule {rule.code} {rule.name} has no options")
        return {}
    table = checker.table(path, value, options) or {}
    checked = {
        options[name].parameter: _check_option(checker, (*path, name), element, options[name].kind)
        for name, element in table.items()
    }
    return {name: element for name, element in checked.items() if element is not None}


def _check_option(checker: Checker, path: KeyPath, value: object, kind: str) -> OptionValue | None:
    if kind == "bool":
        return checker.boolean(path, value)
    if kind == "int":
        return checker.integer(path, value)
    if kind == "tuple[str, ...]":
        return checker.strings(path, value)
    if kind == "str":
        return checker.string(path, value)
    raise TypeError(f"option `{path[-1]}` of rule {path[-2]} has the type {kind}, which no setting can have")


def _annotation(annotation: object) -> str:
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
