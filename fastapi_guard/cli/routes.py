"""`fastapi-guard routes`: every operation with who may call it."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fastapi_guard.cli.destination import parse_outputs, replaces_standard_output
from fastapi_guard.cli.grouped_help import GroupedCommand, option
from fastapi_guard.cli.output import print_out, say, write_file
from fastapi_guard.cli.shared_options import EXIT, OUTPUT, PATH, allow_no_app_option, output_options, project_options
from fastapi_guard.cli.surroundings import read_surroundings
from fastapi_guard.cli.target import find_target
from fastapi_guard.own_version import own_version
from fastapi_guard.report.formats import ROUTES_FORMATS
from fastapi_guard.report.view import View

if TYPE_CHECKING:
    from fastapi_guard.scan import ScanResult


@click.command(cls=GroupedCommand)
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATHS]")
@project_options
@option(
    OUTPUT,
    "--output-format",
    type=click.Choice(list(ROUTES_FORMATS)),
    default="table",
    show_default=True,
    help="Format of the list.",
)
@output_options
@option(
    EXIT,
    "--min-auth-coverage",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit with 1 when fewer of the non-public operations are authenticated. An unknown verdict does not "
    "count as authenticated.",
)
@allow_no_app_option
def routes(
    paths: tuple[Path, ...],
    root: Path | None,
    config: Path | None,
    isolated: bool,
    allow_project_plugins: bool,
    output_format: str,
    outputs: tuple[str, ...],
    color: str,
    quiet: bool,
    verbose: bool,
    min_auth_coverage: float | None,
    allow_no_app: bool,
) -> int:
    """List every operation with who may call it.

    The verdict says who gets through without a credential:

    \b
      required     a stranger is always rejected
      optional     identity is looked at, its absence is allowed
      ineffective  looks like a guard and rejects nobody
      none         nothing looks at identity
      unknown      something that could not be resolved might guard it

    The table says `public` where nothing looks at identity and nothing has to: such operations are public by
    declaration or by nature.

    With PATHS only operations whose handler stands in them are listed, and counted by --min-auth-coverage.

    \b
    Examples
      fastapi-guard routes
      fastapi-guard routes app/api/tasks.py
      fastapi-guard routes -o csv:routes.csv -o html:routes.html
      fastapi-guard routes --min-auth-coverage 95
    """
    surroundings = read_surroundings()
    target = find_target(
        paths,
        surroundings,
        root=root,
        config=config,
        isolated=isolated,
        allow_project_plugins=allow_project_plugins,
    )
    destinations = parse_outputs(outputs, output_format, ROUTES_FORMATS)

    from fastapi_guard.cli.exit_code import CLEAN, FOUND, exit_code
    from fastapi_guard.cli.run_scan import run_scan
    from fastapi_guard.project.coverage import coverage
    from fastapi_guard.report.footer import notes, problem_lines

    result = run_scan(target, surroundings, is_quiet=quiet, is_verbose=verbose, with_rules=False)
    shown = _below(result, target.root, target.paths)
    view = View(
        version=own_version(),
        color=surroundings.colors(color),
        width=surroundings.width,
        is_unicode=surroundings.is_unicode,
        path_prefix=target.path_prefix,
        git_prefix=target.git_prefix,
    )
    for destination in destinations:
        plain = replace(view, color=False, is_unicode=True)
        write_file(destination.file, ROUTES_FORMATS[destination.format].write(shown, plain))
    if not replaces_standard_output(outputs, ROUTES_FORMATS):
        print_out(ROUTES_FORMATS[output_format].write(shown, view))
    for line in problem_lines(result, target.path_prefix):
        say(line)
    if not quiet:
        for line in notes(result):
            say(line)
    code = exit_code(result, fail_on=None, allow_no_app=allow_no_app)
    covered = coverage(shown.project.operations)
    if min_auth_coverage is None or covered.reaches(min_auth_coverage):
        return code
    say(
        f"error: {covered.authenticated:,} of {covered.total:,} non-public operations are authenticated: "
        f"{covered.shown} %, less than the {min_auth_coverage:g} % of --min-auth-coverage"
    )
    return FOUND if code == CLEAN else code


def _below(result: "ScanResult", root: Path, paths: tuple[Path, ...]) -> "ScanResult":
    """The result with only the operations whose file is one of the paths or below one."""
    if not paths:
        return result
    kept = tuple(
        operation
        for operation in result.project.operations
        if any(Path(os.path.normpath(root / operation.location.path)).is_relative_to(path) for path in paths)
    )
    return replace(result, project=replace(result.project, operations=kept))
