"""Which lines belong to a statement: all of a simple one, the head of a compound one."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lines:
    """A range of lines, 1-based, both ends included."""

    first: int
    last: int

    def __contains__(self, line: int) -> bool:
        return self.first <= line <= self.last


def statement_lines(tree: ast.Module, text: str) -> Iterator[Lines]:
    """The lines of every statement; of a function, a class, an `if` … from the first decorator to the colon."""
    source_lines = text.split("\n")
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.stmt, ast.ExceptHandler)):
            yield _lines_of(node, source_lines)
        elif isinstance(node, ast.match_case):
            yield Lines(node.pattern.lineno, _end_of_head(node.pattern.lineno, node.body, source_lines))
        pending.extend(
            child
            for child in ast.iter_child_nodes(node)
            if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case))
        )


def _lines_of(node: ast.stmt | ast.ExceptHandler, source_lines: list[str]) -> Lines:
    first = first_line(node)
    if isinstance(node, ast.Match):
        return Lines(first, node.subject.end_lineno or first)
    body = getattr(node, "body", None)
    if isinstance(body, list) and body:
        return Lines(first, _end_of_head(node.lineno, body, source_lines))
    return Lines(first, node.end_lineno or node.lineno)


def first_line(node: ast.stmt | ast.ExceptHandler) -> int:
    """The line of the first decorator, or of the statement itself."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _end_of_head(head: int, body: list[ast.stmt], source_lines: list[str]) -> int:
    """The line of the colon: the last one before the body that holds code, or the body's own."""
    body_line = first_line(body[0])
    line = body_line - 1
    while line > head and (not source_lines[line - 1].strip() or source_lines[line - 1].lstrip().startswith("#")):
        line -= 1
    return max(line, head)
