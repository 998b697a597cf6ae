"""Options that several commands have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from fastapi_guard.cli.grouped_help import option

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

PATH = click.Path(path_type=Path)
PROJECT, OUTPUT, EXIT = "Project", "Output", "Exit code"


def _remember(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Options that no command looks at: whoever runs the scan asks the context for them."""

    def callback(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
        context.meta[f"fastapi_guard.{name}"] = value
        return value

    return callback


def remembered(name: str) -> Any:
    """What was given for such an option of the command that runs; None outside of commands."""
    context = click.get_current_context(silent=True)
    return context.meta.get(f"fastapi_guard.{name}") if context is not None else None


def work_options(function: Decorated) -> Decorated:
    """Who does the work."""
    for add in reversed(
        (
            option(
                PROJECT,
                "--jobs",
                "-j",
                type=click.IntRange(min=1),
                metavar="N",
                expose_value=False,
                callback=_remember("jobs"),
                help="Use N processes.  [default: as many as there are processors, where it is worth it]",
            ),
            option(
                PROJECT,
                "--executor",
                metavar="URL",
                expose_value=False,
                callback=_remember("executor"),
                help="Do the work on single files elsewhere: `dask://HOST:PORT` is the scheduler of a Dask cluster.",
            ),
        )
    ):
        function = add(function)
    return function


def project_options(function: Decorated) -> Decorated:
    """Which project, and how it is configured."""
    for add in reversed(
        (
            option(
                PROJECT,
                "--root",
                type=PATH,
                metavar="DIR",
                help="Analyse the project below DIR. By default: the nearest ancestor of PATHS that configures "
                "fastapi-guard, else the nearest with pyproject.toml or .git.",
            ),
            option(PROJECT, "--config", type=PATH, metavar="FILE", help="Read the configuration from this TOML file."),
            option(PROJECT, "--isolated", is_flag=True, help="Ignore every configuration file."),
            option(
                PROJECT,
                "--allow-project-plugins",
                is_flag=True,
                help="Import the rule packs that the configuration names under `plugins`: this runs the project's code.",
            ),
            option(
                PROJECT,
                "--no-cache",
                is_flag=True,
                expose_value=False,
                callback=_remember("no-cache"),
                help="Neither read nor write the cache.",
            ),
            option(
                PROJECT,
                "--cache-dir",
                type=PATH,
                metavar="DIR",
                expose_value=False,
                callback=_remember("cache-dir"),
                help="Keep the cache in DIR instead of the user's folder for caches.",
            ),
        )
    ):
        function = add(function)
    return function


def output_options(function: Decorated) -> Decorated:
    """Where the report goes and how it looks."""
    for add in reversed(
        (
            option(
                OUTPUT,
                "--output",
                "-o",
                "outputs",
                multiple=True,
                metavar="[FORMAT:]FILE",
                help="Write a report to FILE. With FORMAT it is written beside the one on standard output, without "
                "it in its place. Repeatable.",
            ),
            option(
                OUTPUT,
                "--color",
                type=click.Choice(["auto", "always", "never"]),
                default="auto",
                show_default=True,
                help="Colour the report; `auto` colours a terminal unless NO_COLOR is set.",
            ),
            option(OUTPUT, "-q", "--quiet", is_flag=True, help="Print the report and nothing else."),
            option(OUTPUT, "-v", "--verbose", is_flag=True, help="Also print what is read and how long it takes."),
        )
    ):
        function = add(function)
    return function


def allow_no_app_option(function: Decorated) -> Decorated:
    """What an empty tree means."""
    return option(EXIT, "--allow-no-app", is_flag=True, help="Exit with 0 instead of 3 when no FastAPI is found.")(
        function
    )
