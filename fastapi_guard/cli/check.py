"""`fastapi-guard check`: find violations and report them."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fastapi_guard.cli.completion import complete_rules
from fastapi_guard.cli.destination import parse_outputs, replaces_standard_output
from fastapi_guard.cli.grouped_help import GroupedCommand, option
from fastapi_guard.cli.known_rules import described
from fastapi_guard.cli.output import print_out, say, write_file
from fastapi_guard.cli.selectors import checked_selectors, parse_per_file_ignores
from fastapi_guard.cli.shared_options import (
    EXIT,
    OUTPUT,
    PATH,
    PROJECT,
    allow_no_app_option,
    output_options,
    work_options,
)
from fastapi_guard.cli.shared_options import project_options as _project_options
from fastapi_guard.cli.show_settings import settings_toml
from fastapi_guard.cli.surroundings import Surroundings, read_surroundings
from fastapi_guard.cli.target import Target, find_target, relative_to_root
from fastapi_guard.config.load import CONFIDENCES, PROFILES, SEVERITIES
from fastapi_guard.config.selection import overridden
from fastapi_guard.config.settings import Settings
from fastapi_guard.finding import Confidence, Severity
from fastapi_guard.own_version import own_version
from fastapi_guard.report.formats import CHECK_FORMATS
from fastapi_guard.report.view import View
from fastapi_guard.rule import Rule

if TYPE_CHECKING:
    from fastapi_guard.scan import ScanResult

SELECTION = "Rule selection"
STDIN = Path("-")


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line says beyond the configuration; None and empty where it says nothing."""

    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    per_file_ignores: tuple[str, ...]
    min_severity: str | None
    min_confidence: str | None
    fail_on: str | None
    force_exclude: bool


@click.command(cls=GroupedCommand)
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATHS|-]")
@_project_options
@work_options
@option(PROJECT, "--stdin-filename", type=PATH, metavar="FILE", help="The file that `-` stands for.")
@option(PROJECT, "--force-exclude", is_flag=True, help="Leave excluded files out even when PATHS names them.")
@option(
    SELECTION,
    "--select",
    multiple=True,
    metavar="RULES",
    shell_complete=complete_rules,
    help="Run these rules, and only these.",
)
@option(
    SELECTION,
    "--extend-select",
    multiple=True,
    metavar="RULES",
    shell_complete=complete_rules,
    help="Run these rules as well.",
)
@option(
    SELECTION, "--ignore", multiple=True, metavar="RULES", shell_complete=complete_rules, help="Do not run these rules."
)
@option(
    SELECTION,
    "--per-file-ignores",
    multiple=True,
    metavar="PATTERN:RULE",
    help="Do not report a rule in files that match a pattern. Comma separated or repeated.",
)
@option(
    SELECTION,
    "--profile",
    type=click.Choice(PROFILES),
    help="`strict` adds the house rules that not every team wants.  [default: default]",
)
@option(
    SELECTION,
    "--min-severity",
    type=click.Choice(SEVERITIES),
    help="Report findings of at least this severity.  [default: info]",
)
@option(
    SELECTION,
    "--min-confidence",
    type=click.Choice(CONFIDENCES),
    help="Report findings of at least this confidence.  [default: low]",
)
@option(
    OUTPUT,
    "--output-format",
    type=click.Choice(list(CHECK_FORMATS)),
    metavar="FORMAT",
    help="Format of the report, one of those above.  [default: full on a terminal, else concise]",
)
@output_options
@option(OUTPUT, "--statistics", is_flag=True, help="Print how many findings each rule has instead of the findings.")
@option(OUTPUT, "--show-settings", is_flag=True, help="Print the settings that would be used, and exit.")
@option(OUTPUT, "--show-files", is_flag=True, help="Print the files that are analysed, and exit.")
@option(
    EXIT,
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="Exit with 1 on findings of at least this severity.  [default: info]",
)
@option(EXIT, "--exit-zero", is_flag=True, help="Exit with 0 where it would be 1.")
@allow_no_app_option
def check(
    paths: tuple[Path, ...],
    root: Path | None,
    config: Path | None,
    isolated: bool,
    allow_project_plugins: bool,
    stdin_filename: Path | None,
    output_format: str | None,
    outputs: tuple[str, ...],
    color: str,
    quiet: bool,
    verbose: bool,
    profile: str | None,
    statistics: bool,
    show_settings: bool,
    show_files: bool,
    exit_zero: bool,
    allow_no_app: bool,
    **flags: Any,
) -> int:
    """Find violations in a FastAPI project.

    The analysis always covers the whole project below the root; PATHS choose what is reported: a finding is reported
    when any of its places lies in them. With `-` the file named by --stdin-filename is read from standard input.

    RULES are codes (FG101), names (missing-authentication), beginnings of codes (FG1), families (authentication) or
    ALL, comma separated. The most specific one decides.

    \b
    Examples
      fastapi-guard check
      fastapi-guard check app/api --select authentication,FG201
      fastapi-guard check --output-format github -o sarif:results.sarif
      fastapi-guard check --profile strict --fail-on error
      fastapi-guard check - --stdin-filename app/main.py < app/main.py

    \b
    Formats
      full        source, the places that belong together, what to do
      concise     path:line:column: CODE message
      grouped     findings under their file
      json        one document, whose fields stay
      json-lines  one object a line
      github      annotations of GitHub Actions
      sarif       SARIF 2.1.0, for code scanning
      gitlab      a Code Quality report
      junit       XML for continuous integration servers
      markdown    a summary for a pull request

    \b
    Files
      fastapi-guard.toml  configuration
      pyproject.toml      configuration, in the table [tool.fastapi-guard]

    \b
    Environment
      NO_COLOR                 no colours unless --color always
      FASTAPI_GUARD_CACHE_DIR  the folder of the cache

    \b
    Exit codes
      0  clean, or nothing at or above --fail-on
      1  findings, or a file that could not be read or parsed
      2  wrong use or configuration, a rule that failed, an internal fault
      3  nothing to analyse: no FastAPI application or router
    """
    surroundings = read_surroundings()
    given, stdin = _read_stdin(paths, stdin_filename)
    target = find_target(
        given,
        surroundings,
        root=root,
        config=config,
        isolated=isolated,
        allow_project_plugins=allow_project_plugins,
        profile=profile,
        must_exist=stdin is None,
    )
    rules = target.rules
    settings = with_flags(target.settings, Flags(**flags), rules)
    target = replace(target, settings=settings)
    if show_settings:
        print_out(settings_toml(target, rules))
        return 0
    default_format = output_format or ("full" if surroundings.is_terminal else "concise")
    destinations = parse_outputs(outputs, default_format, CHECK_FORMATS)

    from fastapi_guard.cli.exit_code import exit_code
    from fastapi_guard.cli.run_scan import run_scan
    from fastapi_guard.report.footer import footer
    from fastapi_guard.report.statistics import write_statistics

    result = run_scan(
        target,
        surroundings,
        paths=target.paths,
        stdin=(relative_to_root(target.paths[0], target.root), stdin) if stdin is not None else None,
        is_quiet=quiet,
        is_verbose=verbose,
    )
    if show_files:
        print_out(f"{target.path_prefix}{file}\n" for file in result.files)
        return 0
    view = _view(target, surroundings, result, rules, is_colored=surroundings.colors(color))
    for destination in destinations:
        plain = replace(view, color=False, is_unicode=True)
        write_file(destination.file, CHECK_FORMATS[destination.format].write(result, plain))
    if statistics:
        print_out(write_statistics(result, is_json=default_format == "json"))
    elif not replaces_standard_output(outputs, CHECK_FORMATS):
        print_out(CHECK_FORMATS[default_format].write(result, view))
    if not quiet:
        for line in footer(result):
            say(line)
    return exit_code(result, fail_on=settings.fail_on, exit_zero=exit_zero, allow_no_app=allow_no_app)


def with_flags(settings: Settings, flags: Flags, rules: tuple[Rule, ...]) -> Settings:
    """The settings under what the command line says."""
    settings = overridden(
        settings,
        rules,
        select=checked_selectors("--select", flags.select, rules) if flags.select else None,
        extend_select=checked_selectors("--extend-select", flags.extend_select, rules),
        ignore=checked_selectors("--ignore", flags.ignore, rules),
    )
    return replace(
        settings,
        per_file_ignores=(*settings.per_file_ignores, *parse_per_file_ignores(flags.per_file_ignores, rules)),
        min_severity=Severity[flags.min_severity.upper()] if flags.min_severity else settings.min_severity,
        min_confidence=Confidence[flags.min_confidence.upper()] if flags.min_confidence else settings.min_confidence,
        fail_on=Severity[flags.fail_on.upper()] if flags.fail_on else settings.fail_on,
        force_exclude=settings.force_exclude or flags.force_exclude,
    )


def _read_stdin(paths: tuple[Path, ...], filename: Path | None) -> tuple[tuple[Path, ...], bytes | None]:
    """The paths that are meant, and the content of standard input when `-` is among them."""
    if STDIN not in paths:
        if filename is not None:
            raise click.UsageError("--stdin-filename needs `-` as the path")
        return paths, None
    if len(paths) > 1:
        raise click.UsageError("`-` stands alone: other paths cannot be given with it")
    return (filename or Path("stdin.py"),), sys.stdin.buffer.read()


def _view(
    target: Target, surroundings: Surroundings, result: "ScanResult", rules: tuple[Rule, ...], *, is_colored: bool
) -> View:
    reported = {diagnostic.code for diagnostic in result.diagnostics}
    silenced = {suppressed.diagnostic.code for suppressed in result.suppressed}
    return View(
        version=own_version(),
        color=is_colored,
        width=surroundings.width,
        is_unicode=surroundings.is_unicode,
        path_prefix=target.path_prefix,
        git_prefix=target.git_prefix,
        rules=described(reported | silenced, rules),
    )
