"""What a function does to names and attributes that outlive it: adds, changes, removes, binds, counts, gives, asks."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from fastapi_guard.facts.nodes import children_of, nodes_below

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef

ADDING = frozenset({"add", "append", "appendleft", "extend", "extendleft", "insert", "setdefault", "update"})
REMOVING = frozenset({"clear", "discard", "pop", "popitem", "popleft", "remove"})
LOOKING = frozenset({"__contains__", "count", "index", "keys", "get"})

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
CLOSED = (*FUNCTIONS, ast.ClassDef)
WRITING = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete, ast.Call)


@dataclass(frozen=True, slots=True)
class StateUse:
    """One use of something by its path: `TASKS` is `("TASKS",)`, `self.tasks[1]` is `("self", "tasks")`."""

    path: tuple[str, ...]
    kind: str
    """adds, changes (a part of it), removes, binds, counts, gives, asks (whether something is in it)."""
    node: ast.expr | ast.stmt
    value: ast.expr | None = None
    """What is added or bound."""
    remembers: bool = False
    """It happens only when what is asked for is not there yet."""


def state_uses(function: AnyFunction) -> Iterator[StateUse]:
    """The uses of everything that the function does not bind itself, functions within it left out."""
    own, parents = _own(function)
    outer = _declared_outer(own)
    local = _bound_in(function, own) - outer
    for node in own:
        if isinstance(node, (ast.Name, ast.Attribute)):
            read = _read(node, parents, local)
            if read is not None:
                yield read
            continue
        for use in _written(node) if isinstance(node, WRITING) else ():
            is_bound = use.kind in ("binds", "counts") and len(use.path) == 1
            if use.path[0] not in local and not (is_bound and use.path[0] not in outer):
                remembers = use.kind in ("adds", "binds") and _remembers(use, function, own, parents)
                yield replace(use, remembers=True) if remembers else use


def outer_names(function: AnyFunction) -> set[str]:
    """What the function declares `global`."""
    return _declared_outer(_own(function)[0])


def _declared_outer(own: Iterable[ast.AST]) -> set[str]:
    return {name for node in own if isinstance(node, ast.Global) for name in node.names}


def local_names(function: AnyFunction) -> set[str]:
    """What the function binds, its `self` left out."""
    return _bound_in(function, _own(function)[0])


def _bound_in(function: AnyFunction, own: Iterable[ast.AST]) -> set[str]:
    spec = function.args
    every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *filter(None, (spec.vararg, spec.kwarg))]
    bound = {parameter.arg for parameter in every} - {"self", "cls"}
    for node in own:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler)):
            bound.add(node.name or "")
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    return bound


def path_of(node: ast.expr) -> tuple[tuple[str, ...], bool]:
    """The names that lead to an expression, and whether it is a part of what they lead to; empty for other ones."""
    names: list[str] = []
    is_part = False
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Subscript):
            names, is_part = [], True
            node = node.value
        elif isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        else:
            return (), False
    return (node.id, *reversed(names)), is_part


def _own(function: AnyFunction) -> tuple[list[ast.AST], dict[ast.AST, ast.AST]]:
    """The nodes of the body in order, functions within it left out but for their names, and what they stand in."""
    found: list[ast.AST] = []
    parents: dict[ast.AST, ast.AST] = {}
    pending: list[ast.AST] = list(reversed(function.body))
    while pending:
        node = pending.pop()
        found.append(node)
        if not isinstance(node, CLOSED):
            below = children_of(node)
            below.reverse()
            for child in below:
                parents[child] = node
            pending += below
    return found, parents


def _written(node: ast.AST) -> Iterator[StateUse]:
    """What a statement or a call binds, adds, changes or removes."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _bound(target, node, node.value)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield from _bound(node.target, node, node.value)
    elif isinstance(node, ast.AugAssign):
        path, is_part = path_of(node.target)
        if path:
            yield StateUse(path, "changes" if is_part else "counts", node, node.value)
    elif isinstance(node, ast.Delete):
        for target in node.targets:
            path, is_part = path_of(target)
            if is_part:
                yield StateUse(path, "removes", node)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        path, is_part = path_of(node.func.value)
        if path and node.func.attr in ADDING | REMOVING:
            kind = "changes" if is_part else "adds" if node.func.attr in ADDING else "removes"
            value = node.args[-1] if node.args else None
            yield StateUse(path, kind, node, value)


def _read(node: ast.Name | ast.Attribute, parents: dict[ast.AST, ast.AST], local: set[str]) -> StateUse | None:
    """What an expression gives or asks of something that the function does not bind."""
    path, is_part = path_of(node)
    if not path or is_part or path[0] in local or not isinstance(node.ctx, ast.Load):
        return None
    holder = parents.get(node)
    if isinstance(holder, ast.Attribute) and isinstance(node, ast.Name) and isinstance(holder.ctx, ast.Store):
        return None
    if _is_written(node, parents):
        return None
    return StateUse(path, "asks" if _only_asks(node, holder) else "gives", node)


def _bound(target: ast.expr, statement: ast.stmt, value: ast.expr) -> Iterator[StateUse]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from _bound(element, statement, value)
        return
    path, is_part = path_of(target)
    if not path:
        return
    if isinstance(target, ast.Subscript) and not path_of(target.value)[1]:
        yield StateUse(path, "adds", statement, value)
    else:
        yield StateUse(path, "changes" if is_part else "binds", statement, value)


def _is_written(node: ast.expr, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether an expression is read only to be written to: `TASKS` in `TASKS[1] = …` and `TASKS.append(…)`."""
    holder = parents.get(node)
    while isinstance(holder, ast.Subscript) and holder.value is node:
        if not isinstance(holder.ctx, ast.Load):
            return True
        node, holder = holder, parents.get(holder)
    if isinstance(holder, ast.Attribute) and holder.attr in (ADDING | REMOVING):
        above = parents.get(holder)
        statement = parents.get(above) if above is not None else None
        return isinstance(above, ast.Call) and above.func is holder and isinstance(statement, ast.Expr)
    return False


def _only_asks(node: ast.expr, holder: ast.AST | None) -> bool:
    if isinstance(holder, ast.Compare):
        return node in holder.comparators
    if isinstance(holder, (ast.If, ast.UnaryOp, ast.While)):
        return True
    return isinstance(holder, ast.Call) and isinstance(holder.func, ast.Name) and holder.func.id in ("len", "bool")


def _remembers(use: StateUse, function: AnyFunction, own: Sequence[ast.AST], parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether a write only happens because a test or a lookup has found nothing: a cache, an object made once."""
    found = _looked_up(use.path, own)
    node: ast.AST | None = use.node
    while node is not None and node is not function:
        if isinstance(node, ast.If) and _mentions(node.test, use.path, found) and not _turns_away(node):
            return True
        if isinstance(node, ast.ExceptHandler) and _mentions(parents[node], use.path, found):
            return True
        node = parents.get(node)
    return any(
        isinstance(other, ast.If)
        and other.lineno < use.node.lineno
        and _mentions(other.test, use.path, found)
        and any(_gives_back(statement, use, found) for statement in nodes_below(other))
        for other in own
    )


def _gives_back(statement: ast.AST, use: StateUse, found: set[str]) -> bool:
    """Whether a statement returns what was found; for what is made once, whether it returns at all."""
    if not isinstance(statement, ast.Return):
        return False
    return use.kind == "binds" if statement.value is None else _mentions(statement.value, use.path, found)


def _looked_up(path: tuple[str, ...], own: Sequence[ast.AST]) -> set[str]:
    """The variables that hold what was found under the path."""
    return {
        target.id
        for node in own
        if isinstance(node, (ast.Assign, ast.NamedExpr))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and _mentions(node.value, path, set())
    }


def _mentions(node: ast.AST, path: tuple[str, ...], names: set[str]) -> bool:
    """Whether a test speaks of the state, or of something that was found in it."""
    for part in nodes_below(node):
        if isinstance(part, ast.Name) and (part.id in names or (len(path) == 1 and part.id == path[0])):
            return True
        if isinstance(part, ast.Attribute) and path_of(part)[0] == path:
            return True
    return False


def _turns_away(test: ast.If) -> bool:
    """Whether a client who asks in vain, or asks for what is there already, gets an error."""
    return any(isinstance(statement, ast.Raise) for statement in (*test.body, *test.orelse))
