"""What a function returns, as far as its own text says."""

import ast
from collections.abc import Iterator

_KINDS: dict[type[ast.expr], str] = {
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.GeneratorExp: "generator",
    ast.JoinedStr: "str",
    ast.List: "list",
    ast.ListComp: "list",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.Tuple: "tuple",
}


def returns_of(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Iterator[ast.Return]:
    """The `return` statements of the function itself, in order, not of functions within it."""
    if isinstance(function, ast.Lambda):
        return
    pending: list[ast.AST] = list(reversed(function.body))
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Return):
            yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.expr)):
            pending.extend(reversed(list(ast.iter_child_nodes(node))))


def literal_kind(value: ast.expr | None) -> str:
    """The name of the type that an expression certainly has; `None` for nothing, empty when only a run would tell."""
    if value is None:
        return "None"
    if isinstance(value, ast.Constant):
        return "None" if value.value is None else type(value.value).__name__
    return _KINDS.get(type(value), "")


def returns_a_response(statement: ast.Return, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a `return` gives a response object, by the name of its class, directly or in a variable."""
    value = statement.value
    if isinstance(value, ast.Name):
        assigned = [
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == value.id for t in node.targets)
        ]
        return bool(assigned) and all(_is_response(one) for one in assigned)
    return value is not None and _is_response(value)


def _is_response(value: ast.expr) -> bool:
    if isinstance(value, ast.Await):
        value = value.value
    if not isinstance(value, ast.Call):
        return False
    name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    return name.endswith("Response")
