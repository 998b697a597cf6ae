"""How much work a handler does itself: decisions, loops and computations, without what every handler has to do."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
PAGINATION = frozenset(
    {
        "count",
        "limit",
        "offset",
        "page",
        "page_number",
        "page_size",
        "pages",
        "per_page",
        "size",
        "skip",
        "total",
        "total_pages",
    }
)
LOGGING = frozenset({"critical", "debug", "error", "exception", "info", "print", "warning"})

STATEMENTS_FREE = 12
"""So many statements cost nothing; then every `STATEMENTS_STEP` count one."""
STATEMENTS_STEP = 5


@dataclass(frozen=True, slots=True)
class Work:
    """Something that a handler decides or computes."""

    what: str
    weight: int
    line: int
    column: int


def work_of(definition: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> tuple[Work, ...]:
    """The work of a handler, in the order of its code.

    Two for a loop that does more than collect, one for a branch that is no guard, for each level below another branch,
    for a computation that is no pagination, and for every five statements beyond twelve.
    """
    if isinstance(definition, ast.Lambda):
        return ()
    found = list(_work_in(definition.body, 0))
    statements = sum(_counts(node) for statement in definition.body for node in ast.walk(statement))
    extra = max(0, statements - STATEMENTS_FREE) // STATEMENTS_STEP
    if extra:
        found.append(Work(f"{statements} statements", extra, definition.lineno, definition.col_offset + 1))
    return tuple(found)


def _work_in(body: list[ast.stmt], depth: int) -> Iterator[Work]:
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
            if not _only_collects(statement.body):
                yield _work("a loop", 2 + depth, statement)
            yield from _work_in([*statement.body, *statement.orelse], depth + 1)
        elif isinstance(statement, ast.If):
            if not _is_guard(statement):
                yield _work("a decision", 1 + depth, statement)
            yield from _work_in(statement.body, depth if _is_guard(statement) else depth + 1)
            yield from _work_in(statement.orelse, depth)
        elif isinstance(statement, ast.Match):
            yield _work("a decision", len(statement.cases), statement)
            for case in statement.cases:
                yield from _work_in(case.body, depth + 1)
        elif isinstance(statement, (ast.With, ast.AsyncWith)):
            yield from _work_in(statement.body, depth)
        elif isinstance(statement, (ast.Try, ast.TryStar)):
            yield from _work_in([*statement.body, *statement.orelse, *statement.finalbody], depth)
        elif _computes(statement):
            yield _work("a computation", 1, statement)


def _work(what: str, weight: int, node: ast.stmt) -> Work:
    return Work(what, weight, node.lineno, node.col_offset + 1)


def _is_guard(statement: ast.If) -> bool:
    """`if not task: raise …`, `if value is not None: query = query.where(…)`: a check of the input, or a filter."""
    if statement.orelse:
        return False
    last = statement.body[-1]
    if isinstance(last, (ast.Raise, ast.Return, ast.Continue)):
        return len(statement.body) <= 3
    if len(statement.body) != 1 or not isinstance(last, (ast.Assign, ast.Expr)):
        return False
    return isinstance(last, ast.Expr) or isinstance(last.targets[0], (ast.Name, ast.Attribute))


def _only_collects(body: list[ast.stmt]) -> bool:
    """One call or assignment for each item."""
    return len(body) == 1 and isinstance(body[0], (ast.Expr, ast.Assign))


def _computes(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.AugAssign):
        return isinstance(statement.op, ARITHMETIC) and not _is_text(statement.value) and not _is_pagination(statement)
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return False
    operators = [
        node for node in ast.walk(statement.value) if isinstance(node, ast.BinOp) and isinstance(node.op, ARITHMETIC)
    ]
    return any(not (_is_text(node.left) or _is_text(node.right)) for node in operators) and not _is_pagination(
        statement
    )


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_pagination(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Name) and node.id in PAGINATION for node in ast.walk(statement))


def _counts(node: ast.AST) -> bool:
    """Whether a statement does something: no docstring, no logging, no error, no answer."""
    if isinstance(node, ast.Expr):
        value = node.value
        if isinstance(value, ast.Constant):
            return False
        func = value.func if isinstance(value, ast.Call) else None
        name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        return name not in LOGGING
    return isinstance(
        node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.If, ast.For, ast.While, ast.AsyncFor, ast.Delete)
    )
