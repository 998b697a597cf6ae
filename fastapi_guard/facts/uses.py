"""How a function uses one of its parameters: whether it looks at it before it takes it apart."""

import ast
from collections.abc import Iterator

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def is_questioned(function: AnyFunction, name: str) -> bool:
    """Whether a condition depends on the name, or something else is given it and may ask."""
    for node in ast.walk(function):
        if isinstance(node, (ast.If, ast.IfExp, ast.While, ast.Assert)) and _mentions(node.test, name):
            return True
        if isinstance(node, (ast.BoolOp, ast.Compare)) and _mentions(node, name):
            return True
        if isinstance(node, ast.Match) and _mentions(node.subject, name):
            return True
        if isinstance(node, ast.comprehension) and any(_mentions(test, name) for test in node.ifs):
            return True
        if isinstance(node, ast.Call) and any(_is(argument, name) for argument in _arguments(node)):
            return True
    return False


def taken_apart(function: AnyFunction, name: str) -> Iterator[ast.Attribute | ast.Subscript]:
    """Each `name.attribute` and `name[key]` that no `try` stands around, in the order of the text."""
    pending: list[ast.AST] = [function]
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Attribute, ast.Subscript)) and _is(node.value, name):
            yield node
        if not isinstance(node, (ast.Try, ast.TryStar)):
            pending.extend(reversed(list(ast.iter_child_nodes(node))))


def _arguments(call: ast.Call) -> Iterator[ast.expr]:
    yield from call.args
    for keyword in call.keywords:
        yield keyword.value


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _mentions(node: ast.expr, name: str) -> bool:
    return any(isinstance(below, ast.Name) and below.id == name for below in ast.walk(node))


def called_names(function: AnyFunction) -> frozenset[str]:
    """The last parts of the names that a function calls: `decode` for `jwt.decode(token)`."""
    callees = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    attributes = {callee.attr for callee in callees if isinstance(callee, ast.Attribute)}
    return frozenset(attributes | {callee.id for callee in callees if isinstance(callee, ast.Name)})
