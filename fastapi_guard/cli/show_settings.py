"""Settings as TOML that a configuration file could hold."""

import json
from collections.abc import Iterator, Mapping, Sequence

from fastapi_guard.cli.target import Target
from fastapi_guard.config.selection import selected_codes
from fastapi_guard.config.settings import Settings
from fastapi_guard.rule import Rule


def settings_toml(target: Target, rules: Sequence[Rule]) -> Iterator[str]:
    """The settings of a target; `select` names every rule that runs."""
    settings = target.settings
    yield f"# root: {json.dumps(str(target.root))}\n"
    yield f"# configuration: {json.dumps(str(target.document.file)) if target.document else 'none'}\n"
    for key, value in _top_level(settings, rules).items():
        yield f"{key} = {_toml(value)}\n"
    yield "\n[layers]\n"
    for key in ("routes", "services", "data", "schemas"):
        yield f"{key} = {_toml(getattr(settings.layers, key))}\n"
    yield "\n[auth]\n"
    for key in ("providers", "authorizers", "middleware"):
        yield f"{key} = {_toml(getattr(settings.auth, key))}\n"
    if settings.per_file_ignores:
        yield "\n[per-file-ignores]\n"
    for ignore in settings.per_file_ignores:
        yield f"{_toml(ignore.pattern)} = {_toml(ignore.selectors)}\n"
    for public in settings.public:
        yield f"\n[[public]]\nroute = {_toml(f'{public.method} {public.path}')}\nreason = {_toml(public.reason)}\n"
    for code, options in sorted(settings.rule_options.items()):
        yield f"\n[rules.{code}]\n"
        for name, value in sorted(options.items()):
            yield f"{name.replace('_', '-')} = {_toml(value)}\n"


def _top_level(settings: Settings, rules: Sequence[Rule]) -> Mapping[str, object]:
    return {
        "profile": settings.profile,
        "select": tuple(sorted(selected_codes(settings, rules))),
        "min-severity": settings.min_severity.label,
        "min-confidence": settings.min_confidence.label,
        "fail-on": settings.fail_on.label,
        "require-reason": settings.require_reason,
        "exclude": settings.exclude,
        "extend-exclude": settings.extend_exclude,
        "force-exclude": settings.force_exclude,
        "respect-gitignore": settings.respect_gitignore,
        "src": settings.src,
        **({"fastapi-version": ".".join(map(str, settings.fastapi_version))} if settings.fastapi_version else {}),
        **({"app": settings.app} if settings.app else {}),
        "router-classes": settings.router_classes,
        "owner-columns": settings.owner_columns,
        **({"plugins": settings.plugins} if settings.plugins else {}),
        "authentication": settings.policy.authentication,
        "delete-status": settings.policy.delete_status,
        "validation-status": settings.policy.validation_status,
        "database-in-handlers": settings.policy.database_in_handlers,
        "api-prefix": settings.policy.api_prefix,
    }


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    # A JSON string is a TOML string, but for DEL and for the surrogate pairs of characters beyond the first plane.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
