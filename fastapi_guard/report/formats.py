"""Every format by its name; each is one function from a result to pieces of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Generic, TypeVar

from fastapi_guard.report.inert import without_commands

if TYPE_CHECKING:  # the names of formats are needed where the analysis is not
    from fastapi_guard.project.explanation import Explanation
    from fastapi_guard.report.view import View
    from fastapi_guard.scan import ScanResult

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Format(Generic[Result]):
    """A way to write a result. Its module is imported when it is used."""

    module: str
    is_colored: bool = False
    """Made for people at a terminal."""
    has_commands: bool = False
    """Made of lines that GitHub's runner obeys."""

    def write(self, result: Result, view: View) -> Iterator[str]:
        writer: Callable[[Result, View], Iterator[str]] = import_module(self.module).write
        pieces = writer(result, view)
        return pieces if self.has_commands else without_commands(pieces)


def _check(module: str, *, is_colored: bool = False, has_commands: bool = False) -> Format[ScanResult]:
    return Format(f"fastapi_guard.report.check.{module}", is_colored, has_commands)


def _routes(module: str, *, is_colored: bool = False) -> Format[ScanResult]:
    return Format(f"fastapi_guard.report.routes.{module}", is_colored)


def _why(module: str, *, is_colored: bool = False) -> Format[Explanation]:
    return Format(f"fastapi_guard.report.why.{module}", is_colored)


CHECK_FORMATS: Mapping[str, Format[ScanResult]] = {
    "full": _check("full", is_colored=True),
    "concise": _check("concise", is_colored=True),
    "grouped": _check("grouped", is_colored=True),
    "json": _check("json"),
    "json-lines": _check("json_lines"),
    "github": _check("github", has_commands=True),
    "sarif": _check("sarif"),
    "gitlab": _check("gitlab"),
    "junit": _check("junit"),
    "markdown": _check("markdown"),
}
ROUTES_FORMATS: Mapping[str, Format[ScanResult]] = {
    "table": _routes("table", is_colored=True),
    "json": _routes("json"),
    "csv": _routes("csv"),
    "markdown": _routes("markdown"),
    "mermaid": _routes("mermaid"),
    "html": _routes("html"),
}
WHY_FORMATS: Mapping[str, Format[Explanation]] = {
    "text": _why("text", is_colored=True),
    "json": _why("json"),
}
