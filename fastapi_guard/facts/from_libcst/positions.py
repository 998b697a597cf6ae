"""Where every LibCST node stands in the text, counted as `ast` counts: lines from 1, columns in UTF-8 bytes."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict

import libcst as cst
from libcst._nodes.internal import CodegenState

_LINE_END = re.compile(r"\r\n|\r|\n")


class Place(TypedDict):
    """The attributes that every located `ast` node has."""

    lineno: int
    col_offset: int
    end_lineno: int
    end_col_offset: int


class Spans(CodegenState):
    """Offsets of nodes, recorded while LibCST writes the module out.

    LibCST asks for a class of its own here. A node is known by its identity, so the tree must outlive the spans.
    """

    def __init__(self, module: cst.Module) -> None:
        super().__init__(default_indent=module.default_indent, default_newline=module.default_newline)
        self.offset = 0
        self.starts: list[int] = []
        self.inner: dict[int, tuple[int, int]] = {}
        """The node alone, without its parentheses, its comma and the white space around it."""
        self.outer: dict[int, tuple[int, int]] = {}
        """All that the node writes, its own parentheses included."""
        module._codegen(self)
        self.text = "".join(self.tokens)

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.offset += len(value)

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.starts.append(self.offset)

    def after_codegen(self, node: cst.CSTNode) -> None:
        self.outer[id(node)] = (self.starts.pop(), self.offset)

    @contextmanager
    def record_syntactic_position(
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> Iterator[None]:
        start = self.offset
        yield
        end = self.offset
        if start_node is not None:
            start = self.inner[id(start_node)][0]
        if end_node is not None:
            # CPython ends a block after the semicolon of its last statement, LibCST before it.
            semicolon = getattr(end_node, "semicolon", None)
            known = semicolon if isinstance(semicolon, cst.Semicolon) else end_node
            end = self.inner.get(id(known), self.outer[id(known)])[1]
        self.inner[id(node)] = (start, end)


class Positions:
    """Turns offsets in what LibCST wrote into places in what it read."""

    def __init__(self, text: str, written: str) -> None:
        self.text = text
        self.source_offsets = None if written == text else _aligned(text, written)
        self.line_starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self.is_ascii = text.isascii()

    def source(self, start: int, end: int) -> str:
        return self.text[slice(*self._source_span(start, end))]

    def place(self, start: int, end: int) -> Place:
        start, end = self._source_span(start, end)
        line, column = self._line_and_column(start)
        end_line, end_column = self._line_and_column(end)
        return {"lineno": line, "col_offset": column, "end_lineno": end_line, "end_col_offset": end_column}

    def _source_span(self, start: int, end: int) -> tuple[int, int]:
        """An end is where the character before it ends: white space that LibCST lost may follow."""
        offsets = self.source_offsets
        if offsets is None:
            return start, end
        return offsets[start], offsets[end - 1] + 1 if end > start else offsets[start]

    def _line_and_column(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.line_starts, offset)
        line_start = self.line_starts[line - 1]
        if self.is_ascii:
            return line, offset - line_start
        return line, len(self.text[line_start:offset].encode())


def _aligned(text: str, written: str) -> list[int]:
    """For each offset in `written` the one in `text`, where LibCST lost white space on the way.

    It loses form feeds at the start of a file and the space in `except (A, B) :`; all else stands in the same order.
    """
    offsets: list[int] = []
    position = 0
    for character in written:
        if not character.isspace():
            while position < len(text) and text[position] != character and text[position].isspace():
                position += 1
        offsets.append(position)
        if position < len(text) and text[position] == character:
            position += 1
    offsets.append(len(text))
    return offsets
