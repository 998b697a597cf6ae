"""What the conversion of one module carries along: its spans, and the tables that say which function takes which node."""

import ast
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import libcst as cst

from fastapi_guard.facts.from_libcst.positions import Place, Positions, Spans

LOAD, STORE, DELETE = ast.Load(), ast.Store(), ast.Del()


class CannotParse(Exception):
    """LibCST refuses the text too; the place is a line and a column, both from 1."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.message = message


@dataclass(slots=True)
class Conversion:
    """One module on its way from LibCST to `ast`."""

    spans: Spans
    positions: Positions
    # Each function takes its own class of node, which the key names and the type system cannot follow.
    expressions: Mapping[type[cst.CSTNode], Callable[..., ast.expr]]
    statements: Mapping[type[cst.CSTNode], Callable[..., ast.stmt]]
    patterns: Mapping[type[cst.CSTNode], Callable[..., ast.pattern]]
    newer_syntax: set[str] = field(default_factory=set)
    """Names of constructs met that the running Python does not know."""

    def expression(self, node: cst.CSTNode, context: ast.expr_context = LOAD) -> ast.expr:
        return self.expressions[type(node)](self, node, context)

    def optional(self, node: cst.CSTNode | None) -> ast.expr | None:
        return None if node is None else self.expression(node)

    def pattern(self, node: cst.CSTNode) -> ast.pattern:
        return self.patterns[type(node)](self, node)

    def body(self, lines: Iterable[cst.CSTNode]) -> list[ast.stmt]:
        """The statements of a block: those of one line, separated by semicolons, are statements of their own."""
        statements: list[ast.stmt] = []
        for line in lines:
            if isinstance(line, cst.SimpleStatementLine):
                statements.extend(self.statements[type(small)](self, small) for small in line.body)
            else:
                statements.append(self.statement(line))
        return statements

    def statement(self, node: cst.CSTNode) -> ast.stmt:
        return self.statements[type(node)](self, node)

    def suite(self, node: cst.BaseSuite) -> list[ast.stmt]:
        if isinstance(node, cst.SimpleStatementSuite):
            return [self.statement(small) for small in node.body]
        return self.body(node.body)

    def inner(self, node: cst.CSTNode) -> tuple[int, int]:
        return self.spans.inner[id(node)]

    def outer(self, node: cst.CSTNode) -> tuple[int, int]:
        return self.spans.outer[id(node)]

    def at(self, node: cst.CSTNode) -> Place:
        """The place of a node without its parentheses, as `ast` has it for all but tuples and generators."""
        return self.positions.place(*self.spans.inner[id(node)])

    def between(self, start: int, end: int) -> Place:
        return self.positions.place(start, end)


def identifier(node: cst.Name) -> str:
    """Names as Python compares them: PEP 3131 normalises them to NFKC."""
    return node.value if node.value.isascii() else unicodedata.normalize("NFKC", node.value)
