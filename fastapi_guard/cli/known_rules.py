"""The rules that are installed, and their descriptions for reports."""

import re
from collections.abc import Iterable, Mapping, Sequence

import click

from fastapi_guard.report.view import RuleDescription
from fastapi_guard.rule import Rule


def known_rules() -> tuple[Rule, ...]:
    """Every installed rule, sorted by code; a pack that cannot be used ends the command."""
    from fastapi_guard.checks.registry import RuleLoadError, load_rules

    try:
        return tuple(sorted(load_rules(), key=lambda rule: rule.code))
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
