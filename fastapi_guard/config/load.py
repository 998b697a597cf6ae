"""Settings from a configuration file: every key, what it accepts and where it goes."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi_guard.config.checker import Checker
from fastapi_guard.config.document import Document
from fastapi_guard.config.problem import ConfigurationError
from fastapi_guard.config.rule_options import check_rule_options
from fastapi_guard.config.selection import selector_error
from fastapi_guard.config.settings import Auth, Layers, PerFileIgnore, Policy, PublicRoute, Settings
from fastapi_guard.config.toml_places import Path as KeyPath
from fastapi_guard.finding import Confidence, Severity
from fastapi_guard.location import Location
from fastapi_guard.rule import Rule

PROFILES = ("default", "strict")
SEVERITIES = tuple(severity.label for severity in Severity)
CONFIDENCES = tuple(confidence.label for confidence in Confidence)
POLICIES: Mapping[str, tuple[str, ...]] = {
    "authentication": ("non-public", "every-operation"),
    "delete-status": ("either", "204", "200"),
    "validation-status": ("422", "400", "either"),
    "database-in-handlers": ("layered", "forbid", "allow"),
}
_STRICT_POLICY = Policy(database_in_handlers="forbid")
_METHODS = ("*", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE", "WEBSOCKET")

_Check = Callable[[Checker, KeyPath, object], object]


def load_settings(
    document: Document | None, rules: Sequence[Rule], *, config_path: str = "", profile: str | None = None
) -> Settings:
    """The settings that a document holds; `ConfigurationError` names everything that is wrong with them.

    `config_path` is the document's path relative to the root, for findings about its entries. `profile` replaces the
    profile that the document names.
    """
    if document is None:
        return Settings(profile=profile or "default", policy=_profile_policy(profile or "default"))
    checker = Checker(document)
    table = checker.table((), document.table, _CHECKS.keys() | _SPECIAL) or {}
    values: dict[str, Any] = {}
    for key, check in _CHECKS.items():
        if key in table:
            value = check(checker, (key,), table[key])
            if value is not None:
                values[key.replace("-", "_")] = value
    settings = replace(Settings(), **values)
    settings = replace(settings, profile=profile or settings.profile)
    settings = replace(
        settings,
        policy=_policy(checker, table, settings.profile),
        public=_public(checker, table.get("public", []), settings.require_reason, config_path),
        per_file_ignores=_per_file_ignores(checker, table.get("per-file-ignores", {}), rules),
        rule_options=check_rule_options(checker, table.get("rules", {}), rules),
    )
    for key in ("select", "extend-select", "ignore"):
        _check_selectors(checker, (key,), table.get(key), rules)
    if checker.problems:
        raise ConfigurationError(checker.problems)
    return settings


def _profile_policy(profile: str) -> Policy:
    """The policies of a profile where nothing is written down."""
    return _STRICT_POLICY if profile == "strict" else Policy()


def parse_version(text: str) -> tuple[int, ...] | None:
    """`0.115.2` as numbers; None for anything else."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6}){1,3}", text):
        return None
    return tuple(int(part) for part in text.split("."))


def _severity(checker: Checker, path: KeyPath, value: object) -> Severity | None:
    label = checker.choice(path, value, SEVERITIES)
    return Severity[label.upper()] if label else None


def _confidence(checker: Checker, path: KeyPath, value: object) -> Confidence | None:
    label = checker.choice(path, value, CONFIDENCES)
    return Confidence[label.upper()] if label else None


def _version(checker: Checker, path: KeyPath, value: object) -> tuple[int, ...] | None:
    text = checker.string(path, value)
    if text is None:
        return None
    version = parse_version(text)
    if version is None:
        checker.fail(path, f'`fastapi-version` is {text!r}, expected a version like "0.115.2"')
    return version


def _app(checker: Checker, path: KeyPath, value: object) -> str | None:
    text = checker.string(path, value)
    if text is None:
        return None
    if not re.fullmatch(r"[\w.]+:[\w.]+(\(\))?", text):
        checker.fail(path, f'`app` is {text!r}, expected "module:attribute" or "module:function()"')
    return text


def _dotted_names(checker: Checker, path: KeyPath, value: object) -> tuple[str, ...] | None:
    def dotted(element_path: KeyPath, element: object) -> str | None:
        name = checker.filled(element_path, element)
        if name is not None and not all(part.isidentifier() for part in name.split(".")):
            checker.fail(element_path, f"{name!r} is not a dotted name")
        return name

    return checker.each(path, value, dotted)


def _layers(checker: Checker, path: KeyPath, value: object) -> Layers | None:
    table = checker.table(path, value, ("routes", "services", "data", "schemas"))
    if table is None:
        return None
    globs = {key: checker.strings((*path, key), element) for key, element in table.items()}
    return replace(Layers(), **{key: element for key, element in globs.items() if element is not None})


def _auth(checker: Checker, path: KeyPath, value: object) -> Auth | None:
    table = checker.table(path, value, ("providers", "authorizers", "middleware"))
    if table is None:
        return None
    names = {key: _dotted_names(checker, (*path, key), element) for key, element in table.items()}
    return replace(Auth(), **{key: element for key, element in names.items() if element is not None})


def _policy(checker: Checker, table: Mapping[str, object], profile: str) -> Policy:
    chosen = {
        key.replace("-", "_"): checker.choice((key,), table[key], choices)
        for key, choices in POLICIES.items()
        if key in table
    }
    if "api-prefix" in table:
        prefix = checker.string(("api-prefix",), table["api-prefix"])
        if prefix and (not prefix.startswith("/") or prefix.endswith("/")):
            checker.fail(("api-prefix",), f'`api-prefix` is {prefix!r}, expected a path like "/api"')
        chosen["api_prefix"] = prefix
    return replace(_profile_policy(profile), **{key: value for key, value in chosen.items() if value is not None})


def _public(checker: Checker, value: object, require_reason: bool, config_path: str) -> tuple[PublicRoute, ...]:
    def entry(path: KeyPath, element: object) -> PublicRoute | None:
        table = checker.table(path, element, ("route", "reason"))
        if table is None:
            return None
        if "route" not in table:
            checker.fail_key(path, "`public` entry has no `route`")
            return None
        route = checker.string((*path, "route"), table["route"])
        reason = checker.string((*path, "reason"), table.get("reason", ""))
        if require_reason and reason is not None and not reason.strip():
            checker.fail_key(path, "`public` entry has no `reason` (or set `require-reason = false`)")
        if route is None or reason is None:
            return None
        method, _, route_path = route.partition(" ")
        if method.upper() not in _METHODS or not route_path.startswith("/"):
            checker.fail((*path, "route"), f'`public.route` is {route!r}, expected "METHOD /path" like "POST /login"')
            return None
        line, column = checker.document.places.value((*checker.document.prefix, *path, "route"))
        return PublicRoute(method.upper(), route_path.strip(), reason.strip(), Location(config_path, line, column))

    return checker.each(("public",), value, entry) or ()


def _per_file_ignores(checker: Checker, value: object, rules: Sequence[Rule]) -> tuple[PerFileIgnore, ...]:
    table = checker.table(("per-file-ignores",), value) or {}
    ignores = []
    for pattern, element in table.items():
        path = ("per-file-ignores", pattern)
        selectors = checker.strings(path, element)
        if selectors is not None:
            _check_selectors(checker, path, element, rules)
            ignores.append(PerFileIgnore(pattern, selectors))
    return tuple(ignores)


def _check_selectors(checker: Checker, path: KeyPath, value: object, rules: Sequence[Rule]) -> None:
    for index, selector in enumerate(value if isinstance(value, list) else ()):
        if isinstance(selector, str) and selector.strip():
            error = selector_error(selector, rules)
            if error:
                checker.fail((*path, index), error)


_CHECKS: Mapping[str, _Check] = {
    "app": _app,
    "auth": _auth,
    "exclude": Checker.strings,
    "extend-exclude": Checker.strings,
    "extend-select": Checker.strings,
    "fail-on": _severity,
    "fastapi-version": _version,
    "force-exclude": Checker.boolean,
    "ignore": Checker.strings,
    "layers": _layers,
    "min-confidence": _confidence,
    "min-severity": _severity,
    "owner-columns": Checker.strings,
    "plugins": _dotted_names,
    "profile": lambda checker, path, value: checker.choice(path, value, PROFILES),
    "require-reason": Checker.boolean,
    "respect-gitignore": Checker.boolean,
    "router-classes": _dotted_names,
    "select": Checker.strings,
    "src": Checker.strings,
}
_SPECIAL = frozenset({*POLICIES, "api-prefix", "per-file-ignores", "public", "rules"})
