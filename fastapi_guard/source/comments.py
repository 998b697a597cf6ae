"""Where the comments of a Python file are.

Knows the strings of every Python version, also f-strings and t-strings with strings and comments inside, and nothing
else of the grammar: it gives the same answer under every interpreter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment and where its `#` stands."""

    line: int
    column: int
    """1-based, in code points."""
    text: str
    """From the `#` to the end of the line."""
    is_alone: bool
    """Whether nothing but white space stands before it."""


@dataclass(slots=True)
class _Literal:
    """The text of a formatted string, or of a format specification within one."""

    quote: str
    """What ends it; empty for a specification."""


@dataclass(slots=True)
class _Expression:
    """The code between the braces of a formatted string."""

    depth: int = 0
    """How many brackets are open within it."""


_FORMATTED = frozenset({"f", "rf", "fr", "t", "rt", "tr"})
_PREFIXES = frozenset({"", "r", "u", "b", "br", "rb"}) | _FORMATTED

_TOKEN = re.compile(
    r"""
      (?P<comment> \#[^\n]* )
    | (?P<prefix> (?:\b[A-Za-z]{1,2})? ) (?P<quote> '''|\"\"\"|'|\" )
    | \w+
    | [^\w#'"(){}\[\]:]+
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_REST_OF_STRING = {
    quote: re.compile(
        rf"(?:\\.|[^\\])*?(?:{quote}|\Z)" if len(quote) == 3 else rf"(?:\\.|[^\\\n{quote}])*{quote}?", re.DOTALL
    )
    for quote in ("'", '"', "'''", '"""')
}
_LITERAL_TOKEN = re.compile(r"\\N\{[^{}\n]*\}|\\['\"\\\n]|\{\{|'''|\"\"\"|[^\\{}'\"\n]+|.", re.DOTALL)


def comments_of(text: str) -> Iterator[Comment]:
    """The comments of a text whose newlines are `\\n`, in order."""
    line, counted = 1, 0
    for start, end in _comment_spans(text):
        line += text.count("\n", counted, start)
        counted = start
        line_start = text.rfind("\n", 0, start) + 1
        yield Comment(line, start - line_start + 1, text[start:end], not text[line_start:start].strip())


def _comment_spans(text: str) -> Iterator[tuple[int, int]]:
    around: list[_Literal | _Expression] = []
    position = 0
    while position < len(text):
        inner = around[-1] if around else None
        if isinstance(inner, _Literal):
            position = _read_literal(text, position, inner, around)
            continue
        match = _TOKEN.match(text, position)
        assert match is not None  # the last alternative takes any character
        position = match.end()
        if match["comment"]:
            yield match.span()
        elif match["quote"]:
            if match["prefix"].lower() in _FORMATTED:
                around.append(_Literal(match["quote"]))
            else:
                rest = _REST_OF_STRING[match["quote"]].match(text, position)
                position = rest.end() if rest else len(text)
        elif isinstance(inner, _Expression):
            _read_bracket(match[0], inner, around)


def _read_literal(text: str, position: int, literal: _Literal, around: list[_Literal | _Expression]) -> int:
    """Read one token of a formatted string's text and return the position after it."""
    match = _LITERAL_TOKEN.match(text, position)
    assert match is not None  # the last alternative takes any character
    token = match[0]
    is_specification = not literal.quote
    if token[0] in "'\"":
        if literal.quote and text.startswith(literal.quote, position):
            around.pop()
            return position + len(literal.quote)
        return position + 1
    if token == "{" or (token == "{{" and is_specification):
        around.append(_Expression())
        return position + 1
    if token == "}" and is_specification:
        del around[-2:]
    if token == "\n" and len(literal.quote) == 1:
        around.pop()  # an unfinished string ends with its line
    return match.end()


def _read_bracket(token: str, expression: _Expression, around: list[_Literal | _Expression]) -> None:
    if token == "}" and expression.depth == 0:
        around.pop()
    elif token in ("(", "[", "{"):
        expression.depth += 1
    elif token in (")", "]", "}"):
        expression.depth -= 1
    elif token == ":" and expression.depth == 0:
        around.append(_Literal(""))
