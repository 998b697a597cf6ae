"""Source lines with a span underlined, as compilers show them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_guard.location import Location
from fastapi_guard.report.inert import visible
from fastapi_guard.report.ink import Ink, width_of
from fastapi_guard.report.span import end_of
from fastapi_guard.report.wrap import wrapped

_NEWLINE = re.compile(r"\r\n|\r|\n")
_MAX_LINES = 5
_TAB = "    "
_CUT = "..."


@dataclass(frozen=True, slots=True)
class Marker:
    """How a span is pointed out."""

    sign: str
    style: str
    label: str = ""


def lines_of(text: str) -> list[str]:
    """The lines of a source text as Python counts them."""
    return _NEWLINE.split(text.removeprefix("\ufeff"))


def excerpt(lines: list[str], location: Location, marker: Marker, ink: Ink, gutter: int, width: int) -> Iterator[str]:
    """The lines of a span behind a gutter of line numbers, the span marked and labelled."""
    if not 1 <= location.line <= len(lines):
        return
    end_line, end_column = end_of(location)
    end_line = min(end_line, len(lines))
    blank = f"{'':{gutter}} {ink('|', 'blue')}"
    yield blank
    if end_line == location.line:
        yield from _one_line(lines, location, end_column, marker, ink, gutter, width)
    else:
        yield from _many_lines(lines, location, end_line, end_column, marker, ink, gutter, width)


def _one_line(
    lines: list[str], location: Location, end_column: int, marker: Marker, ink: Ink, gutter: int, width: int
) -> Iterator[str]:
    source = lines[location.line - 1]
    start, end = location.column - 1, max(end_column - 1, location.column)
    shown, offset, length = _window(source, start, end, width - gutter - 3)
    yield f"{_number(location.line, gutter, ink)} {shown}".rstrip()
    yield from _label(" " * offset + marker.sign * length, marker, ink, gutter, width)


def _many_lines(
    lines: list[str],
    location: Location,
    end_line: int,
    end_column: int,
    marker: Marker,
    ink: Ink,
    gutter: int,
    width: int,
) -> Iterator[str]:
    room = width - gutter - 5
    numbers = range(location.line, end_line + 1)
    for number in numbers:
        if len(numbers) > _MAX_LINES and _MAX_LINES - 2 <= number - location.line < len(numbers) - 1:
            if number - location.line == _MAX_LINES - 2:
                yield f"{'':{gutter}} {ink('|', 'blue')} {ink('|', marker.style)} {_CUT}"
            continue
        edge = ink("/" if number == location.line else "|", marker.style)
        shown, _, _ = _window(lines[number - 1], 0, 1, room)
        yield f"{_number(number, gutter, ink)} {edge} {shown}".rstrip()
    last = lines[end_line - 1]
    end = min(width_of(_shown(last[: max(end_column - 2, 0)])), room - 1)
    yield from _label("|" + "_" * (end + 1) + marker.sign, marker, ink, gutter, width)


def _label(underline: str, marker: Marker, ink: Ink, gutter: int, width: int) -> Iterator[str]:
    """The underline with its label beside it, or below where there is no room."""
    bar = f"{'':{gutter}} {ink('|', 'blue')} "
    label = visible(marker.label)
    if not label:
        yield bar + ink(underline, marker.style)
    elif len(underline) + width_of(label) + gutter + 4 <= width:
        yield bar + ink(f"{underline} {label}", marker.style)
    else:
        yield bar + ink(underline, marker.style)
        for line in wrapped(label, max(width - gutter - 3, 20)):
            yield bar + ink(line, marker.style)


def _number(line: int, gutter: int, ink: Ink) -> str:
    return ink(f"{line:>{gutter}} |", "blue")


def _window(source: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """The part of a line that fits, and where in it the span begins and how long it is, in cells."""
    room = max(room, 20)
    before = width_of(_shown(source[:start])) + max(start - len(source), 0)
    length = max(width_of(_shown(source[start:end])), 1)
    shown = _shown(source)
    if width_of(shown) <= room:
        return shown, before, length
    left = 0
    if before + length > room - len(_CUT):
        left = max(0, min(start, len(source)) - room // 3)
    head = _CUT if left else ""
    text = _shown(source[left:])
    offset = len(head) + width_of(_shown(source[left:start]))
    kept = _cut(text, room - len(head) - len(_CUT))
    tail = _CUT if len(kept) < len(text) else ""
    return head + kept + tail, offset, max(1, min(length, room - offset))


def _cut(text: str, room: int) -> str:
    used = 0
    for index, character in enumerate(text):
        used += width_of(character)
        if used > room:
            return text[:index]
    return text


def _shown(source: str) -> str:
    return visible(source.replace("\t", _TAB))
