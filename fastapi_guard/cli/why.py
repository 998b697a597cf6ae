"""`fastapi-guard why`: the proof of one operation's verdict."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fastapi_guard.cli.destination import parse_outputs, replaces_standard_output
from fastapi_guard.cli.grouped_help import GroupedCommand, option
from fastapi_guard.cli.output import print_out, say, write_file
from fastapi_guard.cli.shared_options import OUTPUT, PROJECT, output_options, project_options
from fastapi_guard.cli.surroundings import read_surroundings
from fastapi_guard.cli.target import find_target
from fastapi_guard.own_version import own_version
from fastapi_guard.report.formats import WHY_FORMATS
from fastapi_guard.report.view import View

if TYPE_CHECKING:
    from fastapi_guard.project.model import PathOperation


@click.command(cls=GroupedCommand, short_help="Prove who may call one operation.")
@click.argument("operation", nargs=-1, required=True, metavar="[METHOD] PATH")
@project_options
@option(PROJECT, "--app", metavar="MODULE:NAME", help="Look in this application only, as `routes` names it.")
@option(
    OUTPUT,
    "--output-format",
    type=click.Choice(list(WHY_FORMATS)),
    default="text",
    show_default=True,
    help="Format of the proof.",
)
@output_options
def why(
    operation: tuple[str, ...],
    root: Path | None,
    config: Path | None,
    isolated: bool,
    allow_project_plugins: bool,
    app: str | None,
    output_format: str,
    outputs: tuple[str, ...],
    color: str,
    quiet: bool,
    verbose: bool,
) -> int:
    """Show what guards an operation, or which places could and do not.

    The way from the application over its inclusions and routers to the handler, with what each step adds: every
    dependency with what it does to a stranger and where it rejects, the middlewares, and near misses: what could have
    guarded the operation and does not.

    PATH is the full path, also without the names of its parameters; the end of a path, when only one operation has it;
    or the path of a request. METHOD is GET, POST ..., or WEBSOCKET.

    \b
    Exit codes
      0  the operation was found, whatever its verdict
      1  a file could not be read or parsed
      2  no operation, or several, are meant
      3  nothing to analyse

    \b
    Examples
      fastapi-guard why "DELETE /api/v1/tasks/{task_id}"
      fastapi-guard why GET /tasks/42 --root backend
      fastapi-guard why "POST /login" --output-format json
    """
    surroundings = read_surroundings()
    target = find_target(
        (),
        surroundings,
        root=root,
        config=config,
        isolated=isolated,
        allow_project_plugins=allow_project_plugins,
    )
    destinations = parse_outputs(outputs, output_format, WHY_FORMATS)
    method, path = _parts(" ".join(operation))

    from dataclasses import replace

    from fastapi_guard.cli.exit_code import NOTHING, WRONG, exit_code
    from fastapi_guard.cli.run_scan import run_scan
    from fastapi_guard.project.lookup import find_operations
    from fastapi_guard.project.near_misses import explain, neighbourhood
    from fastapi_guard.report.footer import is_empty, notes, problem_lines

    result = run_scan(target, surroundings, is_quiet=quiet, is_verbose=verbose, with_rules=False)
    for line in problem_lines(result, target.path_prefix):
        say(line)
    if is_empty(result):
        for line in notes(result):
            say(line)
        return NOTHING
    candidates = tuple(found for found in result.project.operations if app is None or found.app == app)
    meant = find_operations(method, path, candidates)
    if len(meant) != 1:
        for line in _misunderstanding(method, path, meant, candidates, target.path_prefix):
            say(line)
        return WRONG
    explanation = explain(meant[0], neighbourhood(result.project, result.texts))
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
        write_file(destination.file, WHY_FORMATS[destination.format].write(explanation, plain))
    if not replaces_standard_output(outputs, WHY_FORMATS):
        print_out(WHY_FORMATS[output_format].write(explanation, view))
    return exit_code(result, fail_on=None)


def _parts(text: str) -> tuple[str, str]:
    """Method (empty when there is none) and path of `GET /tasks`."""
    first, _, rest = text.strip().partition(" ")
    if not rest:
        if first.isupper() and "/" not in first:
            raise click.UsageError(f'{text!r} is no operation: write METHOD PATH, as in "GET /tasks"')
        return "", first
    return first.upper(), rest.strip()


def _misunderstanding(
    method: str,
    path: str,
    meant: "tuple[PathOperation, ...]",
    candidates: "tuple[PathOperation, ...]",
    path_prefix: str,
) -> Iterator[str]:
    """Why not one operation is meant, and which may be."""
    from fastapi_guard.project.lookup import nearest_operations

    title = f"{method} {path}".strip()
    if meant:
        yield f"error: `{title}` may be any of {len(meant)} operations:"
        several_apps = len({operation.app for operation in meant}) > 1
        for operation in meant[:_MOST_SHOWN]:
            app = f"  --app {operation.app}" if several_apps else ""
            yield f"  {operation.title}  {path_prefix}{operation.location.start_only}{app}"
        if len(meant) > _MOST_SHOWN:
            yield f"  and {len(meant) - _MOST_SHOWN} more"
        return
    yield f"error: no operation is `{title}`"
    near = nearest_operations(method, path, candidates)
    if near:
        yield "did you mean"
        for operation in near:
            yield f"  {operation.title}  {path_prefix}{operation.location.start_only}"


_MOST_SHOWN = 10
