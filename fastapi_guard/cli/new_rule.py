"""`fastapi-guard new-rule`: begins a rule, its page and its failing example."""

import os
import re
from pathlib import Path

import click
import tomli

from fastapi_guard.checks.registry import GROUP
from fastapi_guard.cli.grouped_help import GroupedCommand, option
from fastapi_guard.cli.known_rules import known_rules
from fastapi_guard.cli.output import print_out, say, write_file
from fastapi_guard.cli.shared_options import PATH
from fastapi_guard.cli.surroundings import read_surroundings
from fastapi_guard.repository import OWN_PACK
from fastapi_guard.scaffold import NewRule, ScaffoldError, files_of, placed

RULE = "Rule"
OWN_PREFIX = "FG"
_FOLDERS = (".", "src", "rules")
"""Where packages stand in a project."""
_CODE = re.compile(r"[A-Z]{2,3}[0-9]{3}")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_DECLARED = re.compile(r'@rule\(\s*"([A-Z]{2,3}[0-9]{3})"')


@click.command("new-rule", cls=GroupedCommand, short_help="Begin a rule.")
@click.argument("name", metavar="NAME")
@option(
    RULE, "--code", metavar="CODE", help="Two or three capitals and three digits.  [default: the next of the family]"
)
@option(RULE, "--family", metavar="FOLDER", help="Folder of the pack.  [default: the one with codes like CODE]")
@option(
    RULE,
    "--pack",
    type=PATH,
    metavar="DIR",
    help="Folder of the package.  [default: the one that pyproject.toml names under fastapi_guard.rules]",
)
def new_rule(name: str, code: str | None, family: str | None, pack: Path | None) -> int:
    """Write the module of a rule, its page and an example that fails until the rule is written.

    NAME is in kebab-case and names the fault: missing-authentication, unscoped-query.

    \b
    Examples
      fastapi-guard new-rule unversioned-path --code ACM101 --family paths
      fastapi-guard new-rule path-with-verb --family paths
    """
    if not _NAME.fullmatch(name):
        raise click.UsageError(f"`{name}` is not in kebab-case")
    if code is not None and not _CODE.fullmatch(code):
        raise click.UsageError(f"--code: `{code}` is not two or three capitals and three digits")
    if family is not None and not family.isidentifier():
        raise click.UsageError(f"--family: `{family}` cannot be the name of a package")
    here = read_surroundings().working_directory
    package = _package(here) if pack is None else here / pack
    if not (package / "__init__.py").is_file():
        raise click.UsageError(f"{os.path.relpath(package)} is not a package: it has no __init__.py")
    try:
        new = placed(name, code, family, _family_by_code(package))
    except ScaffoldError as error:
        raise click.UsageError(str(error)) from None
    _refuse_what_is_taken(new, package)
    files = dict(files_of(new))
    initial = package / new.family / "__init__.py"
    if not initial.is_file():
        files[f"{new.family}/__init__.py"] = f'"""TODO: what the rules of the family {new.family} are about."""\n'
    existing = [path for path in files if (package / path).exists()]
    if existing:
        raise click.UsageError(f"{os.path.relpath(package / existing[0])} exists")
    (package / new.family).mkdir(exist_ok=True)
    for path, text in files.items():
        write_file(package / path, [text])
        print_out([f"{os.path.relpath(package / path)}\n"])
    say(f"{new.code} {new.name} begins; its example fails until it is written:")
    say(f"  fastapi-guard test {os.path.relpath(package / next(iter(files)))}")
    return 0


def _package(here: Path) -> Path:
    """The package that the nearest pyproject.toml names as a pack."""
    for directory in (here, *here.parents):
        file = directory / "pyproject.toml"
        if not file.is_file():
            continue
        try:
            project = tomli.loads(file.read_text("utf-8")).get("project", {})
            modules = list(project.get("entry-points", {}).get(GROUP, {}).values())
        except (OSError, ValueError, AttributeError) as error:
            raise click.UsageError(f"{os.path.relpath(file)} cannot be read: {error}") from None
        for module in modules:
            for folder in _FOLDERS:
                package = directory / folder / str(module).replace(".", "/")
                if package.is_dir():
                    return package
        raise click.UsageError(
            f'{os.path.relpath(file)} names no package of this project under [project.entry-points."{GROUP}"]; '
            "add one or give --pack"
        )
    raise click.UsageError("there is no pyproject.toml here or above: give --pack")


def _family_by_code(package: Path) -> dict[str, str]:
    """The codes of the pack's rules, read from their text."""
    families = {}
    for module in sorted(package.rglob("*.py")):
        for code in _DECLARED.findall(module.read_text("utf-8", errors="replace")):
            folder = module.parent.relative_to(package).as_posix()
            families[code] = "" if folder == "." else folder
    return families


def _refuse_what_is_taken(new: NewRule, package: Path) -> None:
    if new.code.startswith(OWN_PREFIX) and new.code[2:].isdigit() and package.name != OWN_PACK:
        raise click.UsageError(f"codes that begin with {OWN_PREFIX} belong to the rules of fastapi-guard itself")
    for rule in known_rules():
        if new.code == rule.code or new.name == rule.name:
            raise click.UsageError(f"{new.code} {new.name}: there is {rule.code} {rule.name} already")
    if new.code in _family_by_code(package):
        raise click.UsageError(f"{new.code} is taken in this pack")
