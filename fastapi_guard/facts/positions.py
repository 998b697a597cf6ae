"""Where the nodes of a LibCST tree stand in its text: functions by their pair in `ast`, all by writing the tree out once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import libcst as cst
from libcst._nodes.internal import CodegenState

from fastapi_guard.facts.slices import UnitText

Span = tuple[int, int, int, int]
"""Line, column, end line, end column: lines from 1, columns in code points from 0, the end exclusive."""


def def_lines(functions: Sequence[cst.FunctionDef], source: UnitText) -> dict[int, int]:
    """The line of `def` of the functions of a unit, by `id`; empty where LibCST and `ast` count them differently.

    Both name the functions in the order of the source, and `ast` knows their lines for nothing.
    """
    known = source.functions()
    if [function.name.value for function in functions] != [function.name for function in known]:
        return {}
    return {id(function): there.lineno for function, there in zip(functions, known, strict=True)}


def positions_of(module: cst.Module) -> dict[cst.CSTNode, Span]:
    """The span of every node, without the whitespace that it owns."""
    state = _Positions(default_indent=module.default_indent, default_newline=module.default_newline)
    module._codegen(state)
    return state.spans


@dataclass(slots=True)
class _Positions(CodegenState):
    """LibCST's writer, counting lines and columns as it goes. A class because LibCST asks for one."""

    line: int = 1
    column: int = 0
    starts: list[tuple[int, int]] = field(default_factory=list)
    spans: dict[cst.CSTNode, Span] = field(default_factory=dict)

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self._advance(token)

    def add_token(self, value: str) -> None:
        self._advance(value)

    def pop_trailing_newline(self) -> None:
        """Nothing is kept of what was written."""

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.starts.append((self.line, self.column))

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self.starts.pop()
        self.spans.setdefault(node, (*start, self.line, self.column))

    @contextmanager
    def record_syntactic_position(
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> Iterator[None]:
        start = (self.line, self.column)
        yield
        end = (self.line, self.column)
        if start_node is not None:
            start = self.spans[start_node][:2]
        if end_node is not None:
            end = self.spans[end_node][2:]
        self.spans[node] = (*start, *end)

    def _advance(self, text: str) -> None:
        newlines = text.count("\n")
        if newlines:
            self.line += newlines
            self.column = len(text) - text.rfind("\n") - 1
        else:
            self.column += len(text)
