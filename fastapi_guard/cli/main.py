"""The program: dispatches to commands, and turns every way to fail into a message and an exit code."""

import sys
from collections.abc import Sequence

import click

from fastapi_guard.cli.grouped_help import LazyGroup
from fastapi_guard.own_version import own_version

_MODULES = {
    "check": "fastapi_guard.cli.check",
    "routes": "fastapi_guard.cli.routes",
    "why": "fastapi_guard.cli.why",
    "rule": "fastapi_guard.cli.rule",
    "test": "fastapi_guard.cli.test",
    "new-rule": "fastapi_guard.cli.new_rule",
    "clean": "fastapi_guard.cli.clean",
}


def _print_version(context: click.Context, parameter: click.Parameter, is_given: bool) -> None:
    if is_given:
        click.echo(f"fastapi-guard {own_version()}")
        context.exit()


@click.group(
    cls=LazyGroup,
    modules=_MODULES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Run `fastapi-guard COMMAND --help` for the options and examples of a command, "
    "`fastapi-guard rule --all` for the list of rules.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and exit.",
)
def program() -> None:
    """Find what a FastAPI backend leaves open, without running it.

    fastapi-guard reads the whole project below its root, works out which operations the application will serve and
    what runs before each, and reports where authentication, ownership and the other promises of a backend are broken.

    Nothing of the analysed code is imported or executed.

    \b
    Exit codes
      0  clean
      1  findings, or a file that could not be read or parsed
      2  wrong use or configuration, a rule that failed, an internal fault
      3  nothing to analyse: no FastAPI application or router
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and end the process."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit code."""
    from fastapi_guard.cli.output import OutputError, say
    from fastapi_guard.config.problem import ConfigurationError

    try:
        code = program.main(args=arguments, prog_name="fastapi-guard", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except ConfigurationError as error:
        for problem in error.problems:
            say(str(problem))
        return 2
    except OutputError as error:
        say(f"error: cannot write to {error}")
        return 2
    except (click.Abort, KeyboardInterrupt):
        say("Interrupted.")
        return 130
    except Exception as error:
        _report_fault(error)
        return 2
    return code if isinstance(code, int) else 0


def _report_fault(error: Exception) -> None:
    import traceback

    from fastapi_guard.cli.output import say

    say(f"internal error: {type(error).__name__}: {error}")
    for frame in traceback.extract_tb(error.__traceback__)[-3:]:
        say(f"  in {frame.name}, {frame.filename}:{frame.lineno}")
    say("This is a fault of fastapi-guard, not of the analysed code; a report with these lines helps to remove it.")
