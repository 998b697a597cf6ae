"""`fastapi-guard rule`: the pages of rules."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from fastapi_guard.cli.completion import complete_rule
from fastapi_guard.cli.grouped_help import GroupedCommand, option
from fastapi_guard.cli.known_rules import known_packs, known_rules, read_page, summary_of, usable_packs
from fastapi_guard.cli.output import print_out
from fastapi_guard.cli.problem_pages import PROBLEM_PAGES, ProblemPage
from fastapi_guard.cli.shared_options import OUTPUT
from fastapi_guard.cli.surroundings import read_surroundings
from fastapi_guard.config.problem import nearest
from fastapi_guard.config.rule_options import options_of
from fastapi_guard.report.json_text import dumps
from fastapi_guard.repository import OWN_PACK
from fastapi_guard.rule import ERROR, HIGH, Rule

if TYPE_CHECKING:
    from fastapi_guard.checks.registry import Pack


@click.command(cls=GroupedCommand, short_help="Explain a rule.")
@click.argument("rule_name", required=False, metavar="[CODE|NAME]", shell_complete=complete_rule)
@option("Choice", "--all", "is_all", is_flag=True, help="Every rule: a list as text, whole pages as JSON.")
@option(
    OUTPUT,
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Format of the page.",
)
@option(
    "Project",
    "--allow-project-plugins",
    is_flag=True,
    help="Also list the rules that the configuration of this project names under `plugins`: this runs its code.",
)
def rule(rule_name: str | None, is_all: bool, output_format: str, allow_project_plugins: bool) -> int:
    """Explain a rule: what it finds, why that is harmful, and how good code looks.

    \b
    Examples
      fastapi-guard rule FG101
      fastapi-guard rule missing-authentication --output-format json
      fastapi-guard rule --all
    """
    if is_all == (rule_name is not None):
        raise click.UsageError("give the code or name of one rule, or --all")
    packs = [*known_packs(), *(_packs_of_project() if allow_project_plugins else ())]
    rules = known_rules(packs)
    origins = {each.code: pack.origin for pack in packs for each in pack.rules}
    if is_all and output_format == "json":
        print_out([dumps([_record(each, origins[each.code]) for each in rules]) + "\n"])
    elif is_all:
        print_out(_list(rules, origins))
    elif problem := _find_problem(rule_name or ""):
        print_out([dumps(_problem_record(problem)) + "\n" if output_format == "json" else problem.text])
    else:
        chosen = _find(rule_name or "", rules)
        is_json = output_format == "json"
        print_out([dumps(_record(chosen, origins[chosen.code])) + "\n" if is_json else _page(chosen)])
    return 0


def _packs_of_project() -> "tuple[Pack, ...]":
    """The packs that the configuration around the working directory names."""
    from fastapi_guard.config.plugins import project_plugins
    from fastapi_guard.config.root import find_root

    found = find_root((), read_surroundings().working_directory)
    return usable_packs(project_plugins(found.document, is_allowed=True), found.directory)


def _find_problem(name: str) -> ProblemPage | None:
    """The failure that is meant: it is explained like a rule and is none."""
    return next((each for each in PROBLEM_PAGES if name.casefold() in (each.code.casefold(), each.name)), None)


def _find(name: str, rules: tuple[Rule, ...]) -> Rule:
    for each in rules:
        if name.casefold() in (each.code.casefold(), each.name):
            return each
    known = [word for each in rules for word in (each.code, each.name)]
    raise click.UsageError(f"unknown rule `{name}`{nearest(name, known)}; --all lists the rules")


def _list(rules: tuple[Rule, ...], origins: Mapping[str, str]) -> Iterator[str]:
    width = max((len(each.name) for each in rules), default=0)
    for each in rules:
        facts = f"{each.severity.label:7}  {each.profile:7}  {origins[each.code]}"
        yield f"{each.code:6} {each.name:{width}}  {facts}\n"


def _page(chosen: Rule) -> str:
    return (read_page(chosen).strip() or f"# {chosen.code} {chosen.name}") + "\n"


def _problem_record(problem: ProblemPage) -> dict[str, Any]:
    return {
        "code": problem.code,
        "name": problem.name,
        "family": "meta",
        "severity": ERROR.label,
        "confidence": HIGH.label,
        "profile": "default",
        "origin": OWN_PACK,
        "summary": summary_of(problem.text),
        "options": [],
        "page": problem.text,
    }


def _record(chosen: Rule, origin: str) -> dict[str, Any]:
    page = read_page(chosen)
    return {
        "code": chosen.code,
        "name": chosen.name,
        "family": chosen.family,
        "severity": chosen.severity.label,
        "confidence": chosen.confidence.label,
        "profile": chosen.profile,
        "origin": origin,
        "summary": summary_of(page),
        "options": [{"name": each.name, "type": each.kind, "default": each.default} for each in options_of(chosen)],
        "page": page,
    }
