"""`fastapi-guard rule`: the pages of rules."""

from collections.abc import Iterator
from typing import Any

import click

from fastapi_guard.cli.grouped_help import GroupedCommand, option
from fastapi_guard.cli.known_rules import known_rules, read_page, summary_of
from fastapi_guard.cli.output import print_out
from fastapi_guard.cli.shared_options import OUTPUT
from fastapi_guard.config.problem import nearest
from fastapi_guard.config.rule_options import options_of
from fastapi_guard.report.json_text import dumps
from fastapi_guard.rule import Rule


@click.command(cls=GroupedCommand, short_help="Explain a rule.")
@click.argument("rule_name", required=False, metavar="[CODE|NAME]")
@option("Choice", "--all", "is_all", is_flag=True, help="Every rule: a list as text, whole pages as JSON.")
@option(
    OUTPUT,
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Format of the page.",
)
def rule(rule_name: str | None, is_all: bool, output_format: str) -> int:
    """Explain a rule: what it finds, why that is harmful, and how good code looks.

    \b
    Examples
      fastapi-guard rule FG101
      fastapi-guard rule missing-authentication --output-format json
      fastapi-guard rule --all
    """
    if is_all == (rule_name is not None):
        raise click.UsageError("give the code or name of one rule, or --all")
    rules = known_rules()
    if is_all:
        print_out([dumps([_record(each) for each in rules]) + "\n"] if output_format == "json" else _list(rules))
        return 0
    chosen = _find(rule_name or "", rules)
    print_out([dumps(_record(chosen)) + "\n" if output_format == "json" else _page(chosen)])
    return 0


def _find(name: str, rules: tuple[Rule, ...]) -> Rule:
    for each in rules:
        if name.casefold() in (each.code.casefold(), each.name):
            return each
    known = [word for each in rules for word in (each.code, each.name)]
    raise click.UsageError(f"unknown rule `{name}`{nearest(name, known)}; --all lists the rules")


def _list(rules: tuple[Rule, ...]) -> Iterator[str]:
    width = max((len(each.name) for each in rules), default=0)
    for each in rules:
        yield f"{each.code}  {each.name:{width}}  {each.severity.label:7}  {each.profile}\n"


def _page(chosen: Rule) -> str:
    return (read_page(chosen).strip() or f"# {chosen.code} {chosen.name}") + "\n"


def _record(chosen: Rule) -> dict[str, Any]:
    page = read_page(chosen)
    return {
        "code": chosen.code,
        "name": chosen.name,
        "family": chosen.family,
        "severity": chosen.severity.label,
        "confidence": chosen.confidence.label,
        "profile": chosen.profile,
        "summary": summary_of(page),
        "options": [{"name": each.name, "type": each.kind, "default": each.default} for each in options_of(chosen)],
        "page": page,
    }
