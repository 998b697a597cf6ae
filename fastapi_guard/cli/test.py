"""`fastapi-guard test`: runs the pages of rules."""

import os
from collections.abc import Iterator
from pathlib import Path

import click

from fastapi_guard.cli.grouped_help import GroupedCommand, option
from fastapi_guard.cli.known_rules import known_packs, known_rules, usable_packs
from fastapi_guard.cli.output import print_out, say
from fastapi_guard.cli.shared_options import OUTPUT, PATH
from fastapi_guard.rule import Rule


@click.command(cls=GroupedCommand, short_help="Run the pages of rules.")
@click.argument("path", type=PATH, metavar="PATH")
@option(OUTPUT, "-q", "--quiet", is_flag=True, help="Print what is wrong and nothing else.")
def test(path: Path, quiet: bool) -> int:
    """Analyse the examples on the pages of rules and compare what is found with their `# error: CODE` markers.

    PATH is a rule, its page, or a folder with rules below it. The packages at PATH are imported from where they
    stand, installed or not.

    \b
    Exit codes
      0  every page is right
      1  a page and the analysis disagree
      2  no rule at PATH, or one that cannot be loaded

    \b
    Examples
      fastapi-guard test acme_rules
      fastapi-guard test acme_rules/paths/unversioned_path.md
    """
    if not os.path.lexists(path):
        raise click.UsageError(f"Path {str(path)!r} does not exist.")
    place = path.resolve()
    rules = _rules_with_those_at(place)
    chosen = [rule for rule in rules if _stands_in(rule, place)]
    if not chosen:
        raise click.UsageError(f"no rule stands at {str(path)!r}: a rule is a module with a page beside it")

    from fastapi_guard.analysis import analyse
    from fastapi_guard.pages import run_page

    wrong = 0
    for rule in chosen:
        mismatches = run_page(rule, rules, analyse)
        wrong += bool(mismatches)
        page = os.path.relpath(rule.page)
        print_out(f"{page}:{mismatch.line}: {mismatch.message}\n" for mismatch in mismatches)
    if not quiet:
        pages = "1 page" if len(chosen) == 1 else f"{len(chosen)} pages"
        say(f"{wrong} of {pages} wrong." if wrong else f"All right: {pages}.")
    return 1 if wrong else 0


def _rules_with_those_at(place: Path) -> tuple[Rule, ...]:
    """All rules; those of packages at or below `place` are imported from there, also when they are installed."""
    found = sorted({_top_package(module) for module in _rule_modules(place)})
    here = [pack for top in found for pack in usable_packs([top.name], top.parent, is_first=True)]
    packages = {pack.package for pack in here}
    return known_rules([*here, *(pack for pack in known_packs() if pack.package not in packages)])


def _rule_modules(place: Path) -> Iterator[Path]:
    """Modules with a page beside them."""
    candidates = place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]
    for module in candidates:
        in_package = (module.parent / "__init__.py").is_file()
        if in_package and module.is_file() and module.with_suffix(".md").is_file():
            yield module


def _top_package(module: Path) -> Path:
    folder = module.parent
    while (folder.parent / "__init__.py").is_file():
        folder = folder.parent
    return folder


def _stands_in(rule: Rule, place: Path) -> bool:
    source = rule.source.resolve()
    return source.is_relative_to(place) or source == place.with_suffix(".py")
