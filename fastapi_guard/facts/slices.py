"""The pieces of a module that LibCST is given: top-level statements, without the methods that nobody looks at.

LibCST parses about a tenth as fast as `ast`, so what it is not given is what makes a run quick. A method that is left
out becomes empty lines: every line that stays keeps its number.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Statement = ast.stmt
Wanted = Callable[[str], bool]
"""Whether somebody looks into the text of a method."""


@dataclass(frozen=True, slots=True)
class UnitText:
    """The lines of one top-level statement, or of several that share a line."""

    first_line: int
    text: str
    statements: tuple[Statement, ...] = ()
    """Their trees, with the line numbers of the file."""

    def holds_line(self, lines: frozenset[int]) -> bool:
        """Whether one of the lines of the file stands in here."""
        return any(self.first_line <= line < self.first_line + self.text.count("\n") for line in lines)

    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """The functions that were not left out, in the order of the source."""
        lines = self.text.split("\n")
        found = [
            node
            for statement in self.statements
            for node in ast.walk(statement)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and "def" in lines[node.lineno - self.first_line]
        ]
        return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def unit_texts(tree: ast.Module, text: str) -> Iterator[UnitText]:
    """Cut a module into its top-level statements, each from its first decorator to its last line."""
    lines = text.split("\n")
    spans: list[tuple[int, int, tuple[Statement, ...]]] = []
    for statement in tree.body:
        first, last = _span(statement)
        before: tuple[Statement, ...] = ()
        if spans and first <= spans[-1][1]:
            first, last, before = spans[-1][0], max(last, spans[-1][1]), spans[-1][2]
            spans.pop()
        spans.append((first, last, (*before, statement)))
    for first, last, statements in spans:
        yield UnitText(first, "\n".join(lines[first - 1 : last]) + "\n", statements)


def without_unwanted_methods(unit: UnitText, wanted: Wanted) -> UnitText:
    """The unit with empty lines for the methods of its classes that `wanted` denies."""
    lines = unit.text.split("\n")
    dropped = False
    pending = [statement for statement in unit.statements if isinstance(statement, ast.ClassDef)]
    while pending:
        definition = pending.pop()
        kept = 0
        places: list[tuple[int, str]] = []
        for child in definition.body:
            if isinstance(child, ast.ClassDef):
                pending.append(child)
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                first, last = _span(child)
                above, below = first - unit.first_line, last - unit.first_line + 1
                if not wanted("\n".join(lines[above:below])):
                    first_text = lines[above]
                    places.append((above, first_text[: len(first_text) - len(first_text.lstrip())]))
                    lines[above:below] = [""] * (below - above)
                    continue
            kept += 1
        dropped = dropped or bool(places)
        if places and not kept:
            line, indent = places[0]
            lines[line] = f"{indent}pass"
    return UnitText(unit.first_line, "\n".join(lines), unit.statements) if dropped else unit


def _span(statement: ast.stmt) -> tuple[int, int]:
    decorators = getattr(statement, "decorator_list", ())
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    return first, statement.end_lineno or statement.lineno
