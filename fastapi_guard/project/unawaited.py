"""Calls whose result is used as it is: a coroutine, should the callee be one, is never run there."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fastapi_guard.facts.nodes import nodes_below, nodes_of

AnyDef = ast.FunctionDef | ast.AsyncFunctionDef

BLOCKS = ("body", "handlers", "cases", "orelse", "finalbody")


@dataclass(frozen=True, slots=True)
class BareCall:
    """A call whose result is used as it is."""

    call: ast.Call
    use: str
    """alone, asked, kept, returned."""
    names: tuple[str, ...] = ()
    """The variables that it is kept in."""

    def is_passed_on(self, function: AnyDef) -> bool:
        """Whether the function does something with the variables that may await what is in them."""
        return bool(self.names) and not _names_passed_on(function).isdisjoint(self.names)


def unawaited_calls(function: AnyDef, is_endpoint: bool) -> Iterator[ast.Call]:
    """Calls of a function's own body that stand alone, in a condition, in a `return`, or in a variable nobody awaits.

    What local variables are called is left out.
    """
    for bare in bare_calls(function):
        if bare.use == "returned" and is_endpoint:
            continue
        if _root(bare.call.func) not in _bound_names(function) and not bare.is_passed_on(function):
            yield bare.call


def bare_calls(function: AnyDef) -> Iterator[BareCall]:
    """The calls of a function's own body whose results are used as they are, as far as one statement shows."""
    for holder in _own_statements(function):
        if isinstance(holder, ast.Expr):
            yield from (BareCall(call, "alone") for call in _calls(holder.value))
        elif isinstance(holder, (ast.If, ast.While, ast.Assert)):
            yield from (BareCall(call, "asked") for call in _conditions(holder.test))
        elif isinstance(holder, ast.Return) and holder.value is not None:
            yield from (BareCall(call, "returned") for call in _calls(holder.value))
        elif isinstance(holder, ast.Assign):
            names = tuple(target.id for target in holder.targets if isinstance(target, ast.Name))
            if len(names) == len(holder.targets):
                yield from (BareCall(call, "kept", names) for call in _calls(holder.value))


def _conditions(test: ast.expr) -> Iterator[ast.Call]:
    """The calls whose truth is asked."""
    if isinstance(test, ast.UnaryOp):
        yield from _conditions(test.operand)
    elif isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from _conditions(value)
    elif isinstance(test, ast.Compare):
        for value in (test.left, *test.comparators):
            yield from _calls(value)
    else:
        yield from _calls(test)


def _calls(node: ast.expr) -> Iterator[ast.Call]:
    if isinstance(node, ast.Call):
        yield node


def _own_statements(function: AnyDef) -> Iterator[ast.stmt]:
    """The statements that run with the function: not those of functions and classes within it."""
    pending: list[ast.AST] = list(reversed(function.body))
    while pending:
        node = pending.pop()
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            pending += reversed(list(_blocks(node)))


def _blocks(node: ast.AST) -> Iterator[ast.AST]:
    """What stands right below a statement and is, or holds, statements."""
    for name in BLOCKS:
        yield from getattr(node, name, ())


@lru_cache(maxsize=1_024)
def _names_passed_on(function: AnyDef) -> frozenset[str]:
    """Variables that are awaited, returned, yielded, kept in a collection or given to a call."""
    found: set[str] = set()
    for node in nodes_of(function):
        if isinstance(node, ast.Call):
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
        elif isinstance(node, (ast.Await, ast.Return, ast.Yield, ast.Starred)):
            values = [node.value] if node.value is not None else []
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            values = list(node.elts)
        else:
            continue
        found.update(value.id for value in values if isinstance(value, ast.Name))
    return frozenset(found)


@lru_cache(maxsize=1_024)
def _bound_names(function: AnyDef) -> frozenset[str]:
    """Names that mean something else inside the function than around it."""
    found = {node.arg for node in nodes_below(function.args) if isinstance(node, ast.arg)}
    for node in nodes_of(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node is not function:
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
    return frozenset(found)


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
