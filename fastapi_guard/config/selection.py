"""Which rules a list of selectors means.

A selector is `ALL`, a family (`authentication`), the start of a code with all its letters (`FG1`, `ACM`), a code or a name. The most specific
selector decides about a rule; between equally specific ones, the one that ignores.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from fastapi_guard.config.problem import nearest
from fastapi_guard.config.settings import Settings
from fastapi_guard.rule import Rule

_UNDESELECTABLE = ("FG001", "FG002")
_NONE, _ALL, _FAMILY, _EXACT = 0, 1, 2, 100
_DIGITS = 3
"""Of a code, behind its letters."""


def selector_error(selector: str, rules: Sequence[Rule]) -> str:
    """Why `selector` means no rule; empty when it means some."""
    if selector.upper() in _UNDESELECTABLE:
        return f"`{selector}` is a failed analysis, not a rule: it is always reported"
    if any(_specificity(selector, *identity) for identity in _identities(rules)):
        return ""
    known = [word for identity in _identities(rules) for word in identity]
    return f"unknown rule `{selector}`{nearest(selector, ['ALL', *known])}"


def selected_codes(settings: Settings, rules: Sequence[Rule]) -> frozenset[str]:
    """The codes that `select`, `extend-select`, `ignore` and the profile leave."""
    in_profile = {rule.code for rule in rules if rule.profile in ("default", settings.profile)}
    chosen: set[str] = set()
    for identity in _identities(rules):
        code = identity[0]
        base = _ALL * (code in in_profile) if settings.select is None else _most(settings.select, identity)
        wanted = max(base, _most(settings.extend_select, identity))
        if wanted > _most(settings.ignore, identity):
            chosen.add(code)
    return frozenset(chosen)


def overridden(
    settings: Settings,
    rules: Sequence[Rule],
    *,
    select: tuple[str, ...] | None,
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
) -> Settings:
    """The settings under a second layer of selectors, which wins over the first.

    With `select` the first layer counts for nothing; otherwise what it chose is the ground that the second stands on.
    """
    if select is not None:
        return replace(settings, select=select, extend_select=extend_select, ignore=ignore)
    if not extend_select and not ignore:
        return settings
    ground = selected_codes(settings, rules)
    removed = {i[0] for i in _identities(rules) if _most(ignore, i) and _most(ignore, i) >= _most(extend_select, i)}
    added = {i[0] for i in _identities(rules) if _most(extend_select, i) > _most(ignore, i)}
    return replace(settings, select=tuple(sorted((ground - removed) | added)), extend_select=(), ignore=())


def matching_codes(selectors: Iterable[str], rules: Sequence[Rule]) -> frozenset[str]:
    """The codes that any of the selectors means."""
    selectors = tuple(selectors)
    return frozenset(identity[0] for identity in _identities(rules) if _most(selectors, identity))


def _identities(rules: Sequence[Rule]) -> list[tuple[str, str, str]]:
    """(code, name, family) of everything that can be selected, sorted."""
    return sorted((rule.code, rule.name, rule.family) for rule in rules)


def _most(selectors: Iterable[str], identity: tuple[str, str, str]) -> int:
    return max((_specificity(selector, *identity) for selector in selectors), default=_NONE)


def _specificity(selector: str, code: str, name: str, family: str) -> int:
    """How closely `selector` means the rule; 0 when it does not."""
    folded = selector.casefold()
    if folded in (code.casefold(), name):
        return _EXACT
    if folded == family:
        return _FAMILY
    if folded == "all":
        return _ALL
    letters = code[:-_DIGITS].casefold()
    if not folded.startswith(letters) or not code.casefold().startswith(folded):
        return _NONE
    digits = len(folded) - len(letters)
    return _FAMILY + digits - 1 if digits else _ALL
