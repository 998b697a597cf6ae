"""What a shell offers for arguments that name rules."""

import click
from click.shell_completion import CompletionItem

from fastapi_guard.cli.known_rules import known_rules, read_page, summary_of
from fastapi_guard.rule import Rule


def complete_rule(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Codes and names of rules."""
    return [CompletionItem(word, help=help) for word, help in _offered(incomplete)]


def complete_rules(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Codes, names and families behind the last comma."""
    before, comma, last = incomplete.rpartition(",")
    return [CompletionItem(f"{before}{comma}{word}", help=help) for word, help in _offered(last, with_families=True)]


def _offered(begun: str, *, with_families: bool = False) -> list[tuple[str, str]]:
    try:
        rules = known_rules()
    except click.ClickException:
        return []
    words = [(word, _summary(rule)) for rule in rules for word in (rule.code, rule.name)]
    if with_families:
        words += [(family, "a family of rules") for family in sorted({rule.family for rule in rules})]
        words.append(("ALL", "every rule"))
    return [(word, help) for word, help in words if word.casefold().startswith(begun.casefold())]


def _summary(rule: Rule) -> str:
    return summary_of(read_page(rule)).replace("\n", " ")
