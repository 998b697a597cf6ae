"""Finds the installed rules and says what each of them looks at."""

import importlib
import inspect
import pkgutil
import re
import sys
import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from fastapi_guard.checks.nouns import NOUNS
from fastapi_guard.rule import Rule

GROUP = "fastapi_guard.rules"
"""Entry-point group: each value is a package whose modules hold `Rule` values."""

_CODE = re.compile(r"[A-Z]{2,3}[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Pack:
    """Rules that come together."""

    package: str
    """The import package whose modules hold them."""
    origin: str
    """The distribution that brings the package, with its version; `project` for code of the analysed project."""
    rules: tuple[Rule, ...]


class RuleLoadError(Exception):
    """A rule or a pack of rules that cannot be used; the message names the rule and its file."""


def load_rules() -> tuple[Rule, ...]:
    """All rules of all installed packs, sorted by code."""
    return rules_of(installed_packs())


def rules_of(packs: Iterable[Pack]) -> tuple[Rule, ...]:
    """All rules of the packs, sorted by code."""
    return checked(rule for pack in packs for rule in pack.rules)


def installed_packs() -> tuple[Pack, ...]:
    """The packs that installed distributions name by entry point."""
    points = sorted(set(entry_points(group=GROUP)), key=lambda point: (point.name, point.value))
    return tuple(Pack(point.module, _origin(point), tuple(_rules_of_package(point.module, point))) for point in points)


def project_packs(packages: Sequence[str], root: Path, *, is_first: bool = False) -> tuple[Pack, ...]:
    """Packs of the analysed project: packages that are imported from below `root`, and so run its code.

    Installed packages and the standard library come before those of the project, unless it `is_first`.
    """
    with _importable_from(root, 0 if is_first else len(sys.path)):
        return tuple(Pack(package, "project", tuple(_rules_of_package(package))) for package in packages)


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


def _rules_of_package(name: str, point: EntryPoint | None = None) -> Iterator[Rule]:
    described = f"`{point.name}` ({point.value})" if point else f"`{name}`"
    try:
        package = importlib.import_module(name)
        names = [package.__name__]
        if hasattr(package, "__path__"):
            names += [module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.", _fail)]
        modules = [importlib.import_module(name) for name in sorted(names)]
    except Exception as error:
        raise RuleLoadError(f"rule pack {described} does not load: {error!r}") from error
    rules = [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, Rule) and value.function.__module__ == module.__name__
    ]
    if not rules:
        raise RuleLoadError(f"rule pack {described} holds no rule")
    yield from rules


def _origin(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else "unknown"


@contextmanager
def _importable_from(directory: Path, position: int) -> Iterator[None]:
    sys.path.insert(position, str(directory))
    try:
        yield
    finally:
        sys.path.remove(str(directory))


def _fail(name: str) -> typing.NoReturn:
    raise ImportError(f"{name} cannot be imported")


def _error(rule: Rule, reason: str) -> RuleLoadError:
    return RuleLoadError(f"rule {rule.code} {rule.name} ({rule.source}): {reason}")
