"""Where the reports of one run go: standard output, and files named by `--output [FORMAT:]FILE`."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from fastapi_guard.config.problem import nearest


@dataclass(frozen=True, slots=True)
class Destination:
    """A file and the format written to it."""

    format: str
    file: Path


def parse_outputs(values: Sequence[str], default: str, formats: Collection[str]) -> tuple[Destination, ...]:
    """The files that `--output` names; without a format they are written in `default`."""
    destinations = []
    for value in values:
        prefix, colon, file = value.partition(":")
        if colon and prefix in formats and file:
            destinations.append(Destination(prefix, Path(file)))
        elif colon and re.fullmatch(r"[a-z][a-z-]+", prefix):
            raise click.UsageError(f"--output: unknown format `{prefix}`{nearest(prefix, formats)}")
        elif value:
            destinations.append(Destination(default, Path(value)))
        else:
            raise click.UsageError("--output: the file name is empty")
    return tuple(destinations)


def replaces_standard_output(values: Sequence[str], formats: Collection[str]) -> bool:
    """Whether a report is redirected: some `--output` names a file and no format."""
    return any(value.partition(":")[0] not in formats or ":" not in value for value in values)
