"""The rules that are installed, and their descriptions for reports."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fastapi_guard.report.view import RuleDescription
from fastapi_guard.rule import Rule

if TYPE_CHECKING:
    from fastapi_guard.checks.registry import Pack


def known_packs() -> "tuple[Pack, ...]":
    """Every installed pack; one that cannot be used ends the command."""
    from fastapi_guard.checks.registry import installed_packs

    with _usable():
        return installed_packs()


def known_rules(packs: "Sequence[Pack] | None" = None) -> tuple[Rule, ...]:
    """The rules of the packs, by default of all that are installed, sorted by code."""
    from fastapi_guard.checks.registry import installed_packs, rules_of

    with _usable():
        return rules_of(installed_packs() if packs is None else packs)


def usable_packs(packages: Sequence[str], folder: Path, *, is_first: bool = False) -> "tuple[Pack, ...]":
    """Packs that are imported from `folder`."""
    from fastapi_guard.checks.registry import project_packs

    with _usable():
        return project_packs(packages, folder, is_first=is_first)


@contextmanager
def _usable() -> Iterator[None]:
    from fastapi_guard.checks.registry import RuleLoadError

    try:
        yield
    except RuleLoadError as error:
        raise click.ClickException(str(error)) from None


def describe(rule: Rule) -> RuleDescription:
    """A rule with its page."""
    page = read_page(rule)
    return RuleDescription(
        rule.code, rule.name, rule.family, rule.severity, rule.confidence, summary_of(page) or rule.name, page
    )


def described(codes: Iterable[str], rules: Sequence[Rule]) -> Mapping[str, RuleDescription]:
    """Descriptions of the rules with these codes."""
    wanted = frozenset(codes)
    return {rule.code: describe(rule) for rule in rules if rule.code in wanted}


def read_page(rule: Rule) -> str:
    """The Markdown page of a rule; empty when its pack has none."""
    try:
        return rule.page.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def summary_of(page: str) -> str:
    """The first paragraph under the title of a page, as one line."""
    for paragraph in re.split(r"\n[ \t]*\n", page):
        lines = [line for line in paragraph.strip().splitlines() if not line.startswith("#")]
        if lines:
            return " ".join(line.strip() for line in lines)
    return ""
