"""Finds the installed rules and says what each of them looks at."""

import importlib
import inspect
import pkgutil
import re
import types
import typing
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from fastapi_guard.checks.nouns import NOUNS
from fastapi_guard.rule import Rule

GROUP = "fastapi_guard.rules"
"""Entry-point group: each value is a package whose modules hold `Rule` values."""

_CODE = re.compile(r"[A-Z]{2,3}[0-9]{3}")


class RuleLoadError(Exception):
    """A rule or a pack of rules that cannot be used; the message names the rule and its file."""


def load_rules() -> tuple[Rule, ...]:
    """All rules of all installed packs, sorted by code."""
    packs = sorted(entry_points(group=GROUP), key=lambda pack: (pack.name, pack.value))
    return checked(rule for pack in packs for rule in _rules_of_pack(pack))


def checked(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules sorted by code, when each has a code and a name of its own, a known target and a page."""
    rule_by_identity: dict[str, Rule] = {}
    ordered = sorted(rules, key=lambda rule: (rule.code, rule.name))
    for rule in ordered:
        if not _CODE.fullmatch(rule.code):
            raise _error(rule, f"the code `{rule.code}` is not two or three capitals and three digits")
        if rule.profile not in ("default", "strict"):
            raise _error(rule, f"the profile `{rule.profile}` is neither `default` nor `strict`")
        for identity in (rule.code, rule.name):
            other = rule_by_identity.setdefault(identity, rule)
            if other is not rule:
                raise _error(rule, f"`{identity}` is also in {other.source}")
        if not rule.page.is_file():
            raise _error(rule, f"its page {rule.page.name} is missing")
        targets(rule)
    return tuple(ordered)


@lru_cache(maxsize=1024)
def targets(rule: Rule) -> tuple[type, ...]:
    """The types that the rule's first parameter is annotated with: nouns of the model or LibCST nodes."""
    parameters = list(inspect.signature(rule.function).parameters.values())
    if not parameters or parameters[0].annotation is inspect.Parameter.empty:
        raise _error(rule, "its first parameter has no annotation that says what it looks at")
    annotation = parameters[0].annotation
    if isinstance(annotation, str):
        try:
            annotation = eval(annotation, vars(inspect.getmodule(rule.function)))
        except Exception as error:
            raise _error(rule, f"the annotation `{annotation}` does not resolve: {error}") from error
    found = tuple(_members(annotation))
    for target in found:
        if not isinstance(target, type) or not (target in NOUNS or is_node_type(target)):
            name = getattr(target, "__name__", target)
            raise _error(rule, f"`{name}` is neither a noun of the model nor a LibCST node")
    return found


def is_node_type(target: type) -> bool:
    """Whether the type is one of LibCST's, said without importing LibCST."""
    return any(base.__module__.startswith("libcst.") and base.__name__ == "CSTNode" for base in target.__mro__)


def looks_at_nodes(rule: Rule) -> bool:
    """Whether the rule rides in the walk over LibCST trees."""
    return any(is_node_type(target) for target in targets(rule))


def _members(annotation: object) -> Iterator[type]:
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        for member in typing.get_args(annotation):
            yield from _members(member)
    else:
        yield annotation  # type: ignore[misc]  # checked by the caller


def _rules_of_pack(pack: EntryPoint) -> Iterator[Rule]:
    try:
        package = pack.load()
        names = [package.__name__]
        if hasattr(package, "__path__"):
            names += [module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.", _fail)]
        modules = [importlib.import_module(name) for name in sorted(names)]
    except Exception as error:
        raise RuleLoadError(f"rule pack `{pack.name}` ({pack.value}) does not load: {error!r}") from error
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Rule) and value.function.__module__ == module.__name__:
                yield value


def _fail(name: str) -> typing.NoReturn:
    raise ImportError(f"{name} cannot be imported")


def _error(rule: Rule, reason: str) -> RuleLoadError:
    return RuleLoadError(f"rule {rule.code} {rule.name} ({rule.source}): {reason}")
