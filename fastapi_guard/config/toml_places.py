"""Where the keys and values of a TOML document stand.

The parser gives values without positions. This is a scan of text that the parser has already accepted, so it
recognises structure and checks nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

Path = tuple[str | int, ...]

_MAX_DEPTH = 12
"""Values nested deeper than any setting have no places of their own."""

_BLANK = re.compile(r"[ \t\n]*(?:#[^\n]*[ \t\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\"]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^\\"\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")
_NEXT_DELIMITER = re.compile(r"[^\[\]{}\"'#]*")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_SHORT_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


@dataclass(frozen=True, slots=True)
class Places:
    """1-based (line, column) of keys and values, by the path of keys and list indices that leads to them."""

    keys: dict[Path, tuple[int, int]]
    values: dict[Path, tuple[int, int]]

    def key(self, path: Path) -> tuple[int, int]:
        """The key at `path`, or the closest one around it."""
        while path:
            if path in self.keys:
                return self.keys[path]
            path = path[:-1]
        return 1, 1

    def value(self, path: Path) -> tuple[int, int]:
        """The value at `path`; for a table, its key."""
        return self.values.get(path) or self.key(path)


def find_places(text: str) -> Places:
    """The places of every key and value of a valid TOML document."""
    return _Scan(text.replace("\r\n", "\n")).run()


class _Scan:
    """One pass over the text: `position` moves on, places are noted."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.line = 1
        self.line_start = 0
        self.counted = 0
        self.places = Places({}, {})
        self.tables: dict[Path, int] = {}
        """How many elements each array of tables has so far."""

    def run(self) -> Places:
        table: Path = ()
        self._skip(_BLANK)
        while self.position < len(self.text):
            if self.text[self.position] == "[":
                table = self._header()
            else:
                self._key_and_value(table, 0)
            self._skip(_BLANK)
        return self.places

    def _header(self) -> Path:
        is_array = self.text.startswith("[[", self.position)
        self.position += 2 if is_array else 1
        keys = list(self._keys())
        self.position += 2 if is_array else 1
        table: Path = ()
        for index, (key, place) in enumerate(keys):
            table = (*table, key)
            self.places.keys.setdefault(table, place)
            if is_array and index == len(keys) - 1:
                self.tables[table] = self.tables.get(table, 0) + 1
            if table in self.tables:
                table = (*table, self.tables[table] - 1)
                self.places.keys.setdefault(table, place)
        return table

    def _key_and_value(self, table: Path, depth: int) -> None:
        path = table
        for key, place in self._keys():
            path = (*path, key)
            self.places.keys.setdefault(path, place)
        self.position += 1  # the equals sign
        self._skip(_BLANK)
        self._value(path, depth)

    def _keys(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """The parts of a dotted key; ends behind the last one and its spaces."""
        while True:
            self._skip(_SPACE)
            place = self._place()
            quoted = _STRING.match(self.text, self.position)
            bare = quoted or _BARE_KEY.match(self.text, self.position)
            if bare is None:  # not reached for a document that the parser accepted
                raise ValueError(f"no key at line {place[0]}, column {place[1]}")
            self.position = bare.end()
            yield (_unquote(bare.group()) if quoted else bare.group()), place
            self._skip(_SPACE)
            if not self.text.startswith(".", self.position):
                return
            self.position += 1

    def _value(self, path: Path, depth: int) -> None:
        self.places.values[path] = self._place()
        first = self.text[self.position]
        if first in "[{" and depth >= _MAX_DEPTH:
            self._skip_nested()
        elif first == "[":
            self._array(path, depth + 1)
        elif first == "{":
            self._inline_table(path, depth + 1)
        else:
            self._skip(_STRING if first in "\"'" else _SCALAR)

    def _array(self, path: Path, depth: int) -> None:
        self.position += 1
        self._skip(_BLANK)
        index = 0
        while self.text[self.position] != "]":
            self._value((*path, index), depth)
            self._skip_comma()
            index += 1
        self.position += 1

    def _inline_table(self, path: Path, depth: int) -> None:
        self.position += 1
        self._skip(_BLANK)
        while self.text[self.position] != "}":
            self._key_and_value(path, depth)
            self._skip_comma()
        self.position += 1

    def _skip_comma(self) -> None:
        self._skip(_BLANK)
        if self.text[self.position] == ",":
            self.position += 1
            self._skip(_BLANK)

    def _skip_nested(self) -> None:
        """Move behind a bracketed value by counting brackets outside strings and comments."""
        open_brackets = 0
        while True:
            self._skip(_NEXT_DELIMITER)
            character = self.text[self.position]
            if character in "\"'":
                self._skip(_STRING)
            elif character == "#":
                self._skip(_BLANK)
            else:
                self.position += 1
                open_brackets += 1 if character in "[{" else -1
                if not open_brackets:
                    return

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.position)
        if match:
            self.position = match.end()

    def _place(self) -> tuple[int, int]:
        newlines = self.text.count("\n", self.counted, self.position)
        if newlines:
            self.line += newlines
            self.line_start = self.text.rindex("\n", self.counted, self.position) + 1
        self.counted = self.position
        return self.line, self.position - self.line_start + 1


def _unquote(literal: str) -> str:
    """The text of a one-line string literal."""
    if literal.startswith("'"):
        return literal[1:-1]
    return _ESCAPE.sub(_unescape, literal[1:-1])


def _unescape(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    return chr(int(digits, 16)) if digits else _SHORT_ESCAPES.get(match[4], match[4])
