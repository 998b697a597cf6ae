"""A configuration file as it was read: its values and where they stand."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import tomli

from fastapi_guard.config.problem import ConfigurationError, ConfigurationProblem
from fastapi_guard.config.toml_places import Path as KeyPath
from fastapi_guard.config.toml_places import Places, find_places

PYPROJECT = "pyproject.toml"
OWN_FILE = "fastapi-guard.toml"
TABLE: KeyPath = ("tool", "fastapi-guard")

_MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """The settings table of one file."""

    file: Path
    shown: str
    """The path as messages name it."""
    table: Mapping[str, object]
    places: Places
    prefix: KeyPath
    """The keys that lead to the table: none in a file of our own."""

    def problem(self, path: KeyPath, message: str, *, at_value: bool = False) -> ConfigurationProblem:
        """A fault of the key or the value at `path`, relative to the settings table."""
        line, column = self.places.value(self.prefix + path) if at_value else self.places.key(self.prefix + path)
        return ConfigurationProblem(self.shown, line, column, message)


def read_document(file: Path, shown: str) -> Document | None:
    """The settings of a file; None for a `pyproject.toml` that has none."""
    text = _read_text(file, shown)
    data = _parse(text, shown)
    if file.name != PYPROJECT:
        return Document(file, shown, data, find_places(text), ())
    tool = data.get("tool")
    if not isinstance(tool, dict) or "fastapi-guard" not in tool:
        return None
    places = find_places(text)
    table = tool["fastapi-guard"]
    if not isinstance(table, dict):
        line, column = places.value(TABLE)
        raise ConfigurationError([ConfigurationProblem(shown, line, column, "`tool.fastapi-guard` is not a table")])
    return Document(file, shown, table, places, TABLE)


def _read_text(file: Path, shown: str) -> str:
    def fail(message: str, line: int = 1, column: int = 1) -> ConfigurationError:
        return ConfigurationError([ConfigurationProblem(shown, line, column, message)])

    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise fail(f"cannot be read: it is {_kind(status.st_mode)}, not a file")
            if status.st_size > _MAX_BYTES:
                raise fail(f"cannot be read: it has {status.st_size:,} bytes, more than {_MAX_BYTES:,}")
            content = _read_all(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise fail(f"cannot be read: {error.strerror or error}") from None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        good = content[: error.start].decode("utf-8")
        line, column = good.count("\n") + 1, len(good) - good.rfind("\n")
        raise fail("is not UTF-8 text", line, column) from None


def _read_all(descriptor: int) -> bytes:
    pieces = []
    while piece := os.read(descriptor, _MAX_BYTES):
        pieces.append(piece)
    return b"".join(pieces)


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a directory"
    return "a named pipe" if stat.S_ISFIFO(mode) else "a device or socket"


def _parse(text: str, shown: str) -> dict[str, object]:
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        message = f"is not valid TOML: {error.msg[:1].lower()}{error.msg[1:]}"
        problem = ConfigurationProblem(shown, error.lineno, error.colno, message)
    except RecursionError:
        problem = ConfigurationProblem(shown, 1, 1, "is nested too deeply to be read")
    except ValueError as error:  # e.g. an integer with more digits than int() takes
        problem = ConfigurationProblem(shown, 1, 1, f"is not valid TOML: {error}")
    raise ConfigurationError([problem])
