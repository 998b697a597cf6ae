"""What the process stands in: working directory, terminal, environment."""

import codecs
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

_FILE_WIDTH = 100
"""Columns of a report that no terminal shows."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Read once per command and passed down."""

    working_directory: Path
    is_terminal: bool
    """Of standard output."""
    is_error_terminal: bool
    width: int
    is_unicode: bool
    """Whether standard output can show every character."""
    wants_no_color: bool

    def colors(self, choice: str) -> bool:
        """Whether standard output is coloured, for `--color auto|always|never`."""
        if choice == "auto":
            return self.is_terminal and not self.wants_no_color
        return choice == "always"


def read_surroundings() -> Surroundings:
    """What holds now, for this process."""
    return Surroundings(
        working_directory=Path.cwd(),
        is_terminal=_is_terminal(sys.stdout),
        is_error_terminal=_is_terminal(sys.stderr),
        width=shutil.get_terminal_size((_FILE_WIDTH, 24)).columns,
        is_unicode=encoding_of(sys.stdout).startswith("utf"),
        wants_no_color=bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb",
    )


def encoding_of(stream: TextIO | None) -> str:
    """The normalised name of a stream's encoding."""
    try:
        return codecs.lookup(getattr(stream, "encoding", None) or "utf-8").name
    except LookupError:
        return "utf-8"


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False
