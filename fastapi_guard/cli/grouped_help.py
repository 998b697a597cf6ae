"""Commands whose help lists options under headings, and suggests the nearest command."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class GroupedOption(click.Option):
    """An option that stands under a heading in its command's help."""

    def __init__(self, *args: Any, heading: str = "Options", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heading = heading


class GroupedCommand(click.Command):
    """A command that prints its options by heading, in the order of their declaration."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records_by_heading: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record is not None:
                heading = parameter.heading if isinstance(parameter, GroupedOption) else "Help"
                records_by_heading.setdefault(heading, []).append(record)
        records_by_heading["Help"] = records_by_heading.pop("Help", [])
        for heading, records in records_by_heading.items():
            with formatter.section(heading):
                formatter.write_dl(records, col_max=34)


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is used."""

    def __init__(self, *args: Any, modules: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.modules:
            return None
        command = getattr(import_module(self.modules[cmd_name]), cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.modules and not name.startswith("-"):
            from fastapi_guard.config.problem import nearest

            ctx.fail(f"No such command '{name}'{nearest(name, self.modules)}.")
        return super().resolve_command(ctx, args)


def option(heading: str, *declarations: str, **attributes: Any) -> Callable[[Decorated], Decorated]:
    """`click.option` under a heading."""
    return click.option(*declarations, cls=GroupedOption, heading=heading, **attributes)
