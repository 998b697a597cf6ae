"""A top-level statement as a rule on LibCST nodes sees it: what its names mean and where its nodes stand."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import libcst as cst

from fastapi_guard.facts.error_classes import ErrorClass
from fastapi_guard.facts.names import ModuleNames
from fastapi_guard.facts.positions import Span, def_lines, positions_of
from fastapi_guard.facts.slices import UnitText
from fastapi_guard.facts.walk import nodes_and_parents, walk
from fastapi_guard.finding import Problem
from fastapi_guard.location import Location

Scope = cst.FunctionDef | cst.Lambda


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known outside of a unit: of its module and of the project."""

    path: str
    module: str
    """Dotted: `app.api.tasks`."""
    names: ModuleNames
    endpoint_lines: frozenset[int] = frozenset()
    """Lines of the `def` of functions that serve a path operation."""
    dependency_lines: frozenset[int] = frozenset()
    """Lines of the `def` of functions that FastAPI calls as dependencies."""
    tree: ast.Module | None = None
    """The whole module."""
    own_modules: frozenset[str] = frozenset()
    """Dotted names of all modules of the project."""
    errors: Mapping[str, ErrorClass] = field(default_factory=dict)
    """The project's exception classes that answer clients, as the module writes them."""


@dataclass(slots=True, eq=False)
class Unit:
    """A parsed top-level statement. Positions are found when a rule first asks for them."""

    module: cst.Module
    source: UnitText
    surroundings: Surroundings
    nodes: list[cst.CSTNode]
    """Every node that means something, in the order of the source."""
    _parents: dict[int, cst.CSTNode]
    _positions: dict[cst.CSTNode, Span] | None = None
    _def_lines: dict[int, int] | None = None
    _bindings: dict[int, dict[str, str | None]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.surroundings.path

    def location(self, node: cst.CSTNode) -> Location:
        """Where `node` stands in its file."""
        if self._positions is None:
            self._positions = positions_of(self.module)
        line, column, end_line, end_column = self._positions[node]
        above = self.source.first_line - 1
        return Location(self.path, above + line, column + 1, above + end_line, end_column + 1)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node that holds `node`."""
        return self._parents.get(id(node))

    def enclosing_function(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """The innermost `def` around `node`; None inside a lambda or outside of functions."""
        scope = next(self._scopes(node), None)
        return scope if isinstance(scope, cst.FunctionDef) else None

    def symbol(self, function: cst.FunctionDef) -> str:
        """The dotted name of a function of this unit: `app.api.tasks.read_task`."""
        names = [function.name.value]
        holder = self.parent(function)
        while holder is not None:
            if isinstance(holder, (cst.FunctionDef, cst.ClassDef)):
                names.append(holder.name.value)
            holder = self.parent(holder)
        return ".".join([*([self.surroundings.module] if self.surroundings.module else []), *reversed(names)])

    def is_endpoint(self, function: cst.FunctionDef) -> bool:
        """Whether the function serves a path operation of the project."""
        return self._stands_in(function, self.surroundings.endpoint_lines)

    def is_dependency(self, function: cst.FunctionDef) -> bool:
        """Whether FastAPI calls the function as a dependency of a path operation."""
        return self._stands_in(function, self.surroundings.dependency_lines)

    def _stands_in(self, function: cst.FunctionDef, lines: frozenset[int]) -> bool:
        if not self.source.holds_line(lines):
            return False
        if self._def_lines is None:
            functions = [node for node in self.nodes if isinstance(node, cst.FunctionDef)]
            self._def_lines = def_lines(functions, self.source)
        line = self._def_lines.get(id(function))
        return (self.location(function).line if line is None else line) in lines

    def resolve(self, node: cst.CSTNode) -> str | None:
        """The dotted name that a name, an attribute or the callee of a call is bound to; None when unknown.

        `HTTPException` is `fastapi.HTTPException` where the module imports it from there, under any alias; a name that
        an enclosing function binds itself is unknown.
        """
        attributes: list[str] = []
        current = node.func if isinstance(node, cst.Call) else node
        while isinstance(current, cst.Attribute):
            attributes.append(current.attr.value)
            current = current.value
        if not isinstance(current, cst.Name):
            return None
        base = self._resolve_name(current)
        if base is None:
            return None
        return ".".join([base, *reversed(attributes)]) if attributes else base

    def error_class(self, node: cst.CSTNode) -> ErrorClass | None:
        """The exception class of the project that an expression, or the callee of a call, names."""
        written = _written(node.func if isinstance(node, cst.Call) else node)
        error = self.surroundings.errors.get(written) if written else None
        return error if error is not None and self.resolve(node) is not None else None

    def _resolve_name(self, name: cst.Name) -> str | None:
        for scope in self._scopes(name):
            bindings = self._bindings_of(scope)
            if name.value in bindings:
                return bindings[name.value]
        return self.surroundings.names.get(name.value)

    def _scopes(self, node: cst.CSTNode) -> Iterator[Scope]:
        """The functions around `node`, innermost first; decorators and defaults stand outside of theirs."""
        child, current = node, self.parent(node)
        while current is not None:
            if isinstance(current, cst.Lambda) or (isinstance(current, cst.FunctionDef) and child is current.body):
                yield current
            child, current = current, self.parent(current)

    def _bindings_of(self, scope: Scope) -> dict[str, str | None]:
        """What the function binds itself: imported names with their meaning, all others unknown."""
        if id(scope) not in self._bindings:
            self._bindings[id(scope)] = dict(_bindings(scope))
        return self._bindings[id(scope)]


def read_unit(unit_text: UnitText, surroundings: Surroundings) -> Unit | Problem:
    """The parsed statement, or the problem of one that the standard library takes and LibCST does not."""
    try:
        module = cst.parse_module(unit_text.text)
    except Exception as error:  # LibCST lets five unrelated classes escape
        place = Location(surroundings.path, unit_text.first_line)
        return Problem("FG001", place, f"LibCST cannot parse this statement: {type(error).__name__}")
    return Unit(module, unit_text, surroundings, *nodes_and_parents(module))


def _bindings(scope: Scope) -> Iterator[tuple[str, str | None]]:
    """The names that a function binds, over-counting those of functions and comprehensions within it."""
    for node in walk(scope):
        kind = type(node)
        if kind not in _BINDING:
            continue
        if isinstance(node, (cst.Import, cst.ImportFrom)):
            yield from _imported(node)
        elif isinstance(node, (cst.Param, cst.FunctionDef, cst.ClassDef)):
            if node is not scope:
                yield node.name.value, None
        elif isinstance(node, (cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.NamedExpr, cst.For, cst.CompFor)):
            yield from _target_names(node.target)
        elif isinstance(node, (cst.WithItem, cst.ExceptHandler, cst.ExceptStarHandler)):
            as_name = node.asname if isinstance(node, cst.WithItem) else node.name
            if as_name is not None:
                yield from _target_names(as_name.name)
        elif isinstance(node, (cst.MatchAs, cst.MatchStar)) and node.name is not None:
            yield node.name.value, None


_BINDING: frozenset[type] = frozenset(
    {
        cst.Import, cst.ImportFrom, cst.Param, cst.FunctionDef, cst.ClassDef, cst.AssignTarget, cst.AnnAssign, cst.AugAssign,
        cst.NamedExpr, cst.For, cst.CompFor, cst.WithItem, cst.ExceptHandler, cst.ExceptStarHandler, cst.MatchAs, cst.MatchStar,
    }
)  # fmt: skip
"""The nodes that bind names; asked by type first, as most nodes are none of them."""


def _target_names(target: cst.CSTNode) -> Iterator[tuple[str, None]]:
    pending = [target]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Name):
            yield node.value, None
        elif isinstance(node, (cst.Tuple, cst.List)):
            pending.extend(node.elements)
        elif isinstance(node, (cst.Element, cst.StarredElement)):
            pending.append(node.value)


def _imported(statement: cst.Import | cst.ImportFrom) -> Iterator[tuple[str, str | None]]:
    """The names that an import inside a function binds; those of a relative import are unknown."""
    if isinstance(statement.names, cst.ImportStar):
        return
    base = ""
    if isinstance(statement, cst.ImportFrom):
        base = _dotted(statement.module) if statement.module and not statement.relative else ""
    for alias in statement.names:
        name = _dotted(alias.name)
        bound = alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else ""
        if isinstance(statement, cst.ImportFrom):
            yield bound or name, f"{base}.{name}" if base else None
        else:
            yield bound or name.partition(".")[0], name if bound else name.partition(".")[0]


def _written(node: cst.CSTNode) -> str:
    """A name or an attribute of one as it is written; empty for anything else."""
    current = node
    while isinstance(current, cst.Attribute):
        current = current.value
    return _dotted(node) if isinstance(current, cst.Name) and isinstance(node, (cst.Name, cst.Attribute)) else ""


def _dotted(node: cst.Name | cst.Attribute) -> str:
    parts: list[str] = []
    current: cst.BaseExpression = node
    while isinstance(current, cst.Attribute):
        parts.append(current.attr.value)
        current = current.value
    if isinstance(current, cst.Name):
        parts.append(current.value)
    return ".".join(reversed(parts))
