"""Gathers the uses of what a process keeps between requests: variables of modules, attributes of objects that outlive one."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from fastapi_guard.facts.nodes import nodes_below, nodes_of
from fastapi_guard.facts.state_uses import AnyFunction, StateUse, local_names, outer_names, state_uses
from fastapi_guard.knowledge.live_objects import is_live
from fastapi_guard.project.authentication import Judge, without_wrappers
from fastapi_guard.project.evaluator.expressions import evaluate
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.model import PathOperation
from fastapi_guard.project.scope import ModuleScope, Scope
from fastapi_guard.project.seeds import TEST_FILE
from fastapi_guard.project.shared_uses import Body, Kept, Key, Ran, SharedUses, Use
from fastapi_guard.project.values import Alias, BoundMethod, Class, External, Function, Instance, Module, Result, Value

COLLECTIONS = frozenset(
    {
        "builtins.bytearray",
        "builtins.dict",
        "builtins.list",
        "builtins.set",
        "collections.Counter",
        "collections.OrderedDict",
        "collections.defaultdict",
        "collections.deque",
    }
)
LITERALS = (ast.Dict, ast.DictComp, ast.List, ast.ListComp, ast.Set, ast.SetComp)
RECORDS = ("pydantic.", "sqlmodel.", "sqlalchemy.", "typing.NamedTuple", "typing.TypedDict")
"""Bases of classes whose class attributes are fields of each object."""


@dataclass(frozen=True, slots=True, eq=False)
class _Definition:
    """What makes something that is kept."""

    name: str
    module: ModuleScope
    node: ast.Assign | ast.AnnAssign
    is_collection: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """An operation and the identities of the definitions that it runs."""

    operation: PathOperation
    bodies: frozenset[int]
    own: frozenset[int]


class SharedStateReader:
    """Gathers the uses of what outlives a request; a class because every function is read once."""

    def __init__(self, interpreter: Interpreter, judge: Judge) -> None:
        self.interpreter = interpreter
        self.judge = judge
        self._kept: dict[Key, _Definition | None] = {}
        self._uses: list[tuple[Key, Use]] = []
        self._runs: list[_Run] = []

    def ran_by(self, operation: PathOperation, endpoint: Value) -> None:
        """Note which functions an operation runs."""
        behaviours = self.judge.behaviours
        own = behaviours.trace_of(endpoint).bodies | behaviours.trace_of(without_wrappers(endpoint)).bodies
        targets = (self.judge.reader.target_of(node) for node in operation.walk_dependencies())
        bodies = own.union(*(behaviours.trace_of(target).bodies for target in targets if target is not None))
        self._runs.append(_Run(operation, frozenset(bodies), frozenset(own)))

    def gathered(self, middlewares: Iterable[Value]) -> SharedUses:
        """What the operations that were run so far do with what outlives them."""
        shared = self._shared_objects()
        classes = {id(value) for value in middlewares if isinstance(value, Class)}
        read: set[tuple[int, int, bool]] = set()
        bodies: dict[int, Body] = {}
        uses: dict[int, tuple[StateUse, ...]] = {}
        for known in list(self.interpreter.watched.values()):
            function = known.kept[0] if known.kept else None
            if not isinstance(function, Function) or isinstance(function.definition, ast.Lambda):
                continue
            if TEST_FILE.search(function.module.path):
                continue
            receiver = known.kept[1] if len(known.kept) > 1 and function.owner is not None else None
            is_shared = isinstance(receiver, Instance) and (
                id(receiver) in shared or any(id(base) in classes for base in receiver.cls.linearized())
            )
            cls = receiver.cls if isinstance(receiver, Instance) else receiver if isinstance(receiver, Class) else None
            key = id(function.definition), id(cls), is_shared
            if key in read:
                continue
            read.add(key)
            is_new = id(function.definition) not in bodies
            if is_new:
                bodies[id(function.definition)] = _body(function.module.path, function.definition)
                uses[id(function.definition)] = tuple(state_uses(function.definition))
            for use in uses[id(function.definition)]:
                if use.path[0] in ("self", "cls") and function.owner is not None:
                    self._note_of_object(function, use, cls, is_shared)
                elif is_new:
                    self._note_of_module(function, use)
        kept = ((key, made) for key, made in self._kept.items() if made is not None)
        return SharedUses(
            tuple((key, Kept(made.name, made.module.location(made.node), made.is_collection)) for key, made in kept),
            tuple(self._uses),
            tuple(self._ran(run, bodies) for run in self._runs),
        )

    def _ran(self, run: _Run, bodies: Mapping[int, Body]) -> Ran:
        endpoint = run.operation.endpoint
        return Ran(
            run.operation.places,
            run.operation.methods,
            frozenset(bodies[body] for body in run.bodies if body in bodies),
            frozenset(bodies[body] for body in run.own if body in bodies),
            bodies.get(id(endpoint.definition)) if endpoint is not None else None,
        )

    def _shared_objects(self) -> set[int]:
        """Objects that modules hold, or that are guards themselves, and what they hold in turn."""
        pending: list[Value] = [
            value
            for module in self.interpreter.modules.values()
            if module is not None
            for value in module.names.values()
        ]
        pending += [
            target.receiver if isinstance(target, BoundMethod) else target for target in self.judge.reader.targets()
        ]
        found: dict[int, Value] = {}
        while pending:
            value = pending.pop()
            if isinstance(value, Instance) and not value.is_abstract and id(value) not in found:
                found[id(value)] = value
                pending.extend(value.attributes.values())
        return set(found)

    # Finding what a path means

    def _note_of_object(self, function: Function, use: StateUse, cls: Class | None, is_shared: bool) -> None:
        if cls is None or len(use.path) != 2 or function.definition.name in ("__init__", "__new__"):  # type: ignore[union-attr]
            return
        self._note(self._attribute(cls, use.path[1], is_shared), function, use)

    def _note_of_module(self, function: Function, use: StateUse) -> None:
        name = use.path[0]
        scope: Scope | None = function.scope
        while scope is not None:
            if scope.kind == "function" and name in scope.names:
                return
            scope = scope.parent
        module, value = self._found(function.module, name)
        rest = use.path[1:]
        if isinstance(value, Module) and rest:
            module, value = self._found(value.scope, rest[0])
            name, rest = rest[0], rest[1:]
        if module is None:
            return
        if not rest:
            self._note(self._variable(module[0], module[1]), function, use)
        elif len(rest) == 1 and isinstance(value, Instance) and not value.is_abstract and use.kind != "binds":
            self._note(self._attribute(value.cls, rest[0], True), function, use)
        elif len(rest) == 1 and isinstance(value, Class):
            self._note(self._attribute(value, rest[0], False), function, use)

    def _found(self, module: ModuleScope, name: str) -> tuple[tuple[ModuleScope, str] | None, Value | None]:
        """The module that defines what a module calls by a name, its name there, and its value."""
        value = module.names.get(name)
        for _ in range(20):
            if not isinstance(value, Alias):
                break
            inner = self.interpreter.modules.get(value.path)
            if inner is None:
                return None, None
            if value.name not in inner.names:
                return None, self.interpreter.settle(value)
            module, name, value = inner, value.name, inner.names[value.name]
        return (module, name), value

    def _note(self, key: Key | None, function: Function, use: StateUse) -> None:
        if key is None or self._kept[key] is None:
            return
        assert not isinstance(function.definition, ast.Lambda)
        noted = Use(
            _body(function.module.path, function.definition),
            f"{function.module.name}.{function.name}",
            use.kind,
            function.module.location(use.node),
            _is_change(use),
            self._adds_live(function, use),
        )
        self._uses.append((key, noted))

    def _variable(self, module: ModuleScope, name: str) -> Key:
        key = (module.path, name)
        if key not in self._kept:
            self._kept[key] = None
            definition = _definitions(module.tree).get(name)
            if definition is not None and not TEST_FILE.search(module.path):
                scope = Scope(module, module.names, kind="module")
                is_collection = self._is_collection(definition.value, scope)
                if not self._is_of_live_objects(definition, scope):
                    self._kept[key] = _Definition(f"{module.name}.{name}", module, definition, is_collection)
        return key

    def _attribute(self, cls: Class, name: str, is_shared: bool) -> Key | None:
        """An attribute of a class, or of an object that many requests share: a collection."""
        for base in cls.linearized():
            if not isinstance(base, Class):
                continue
            scope = Scope(base.module, base.module.names, kind="module")
            initializer = base.namespace.get("__init__")
            made = _own_attribute(initializer.definition, name) if isinstance(initializer, Function) else None
            declared = _definitions(base.definition).get(name)
            if made is None and declared is None:
                continue
            if made is None and (declared is None or _holds_fields(base)):
                return None
            if made is not None and not is_shared:
                return None
            key = (f"{base.module.name}.{base.name}", name)
            if key not in self._kept:
                definition = made or declared
                assert definition is not None
                is_kept = self._is_collection(definition.value, scope) and not self._is_of_live_objects(
                    definition, scope
                )
                title = f"{base.module.name}.{base.name}.{name}"
                self._kept[key] = _Definition(title, base.module, definition, True) if is_kept else None
            return key
        return None

    def _is_collection(self, value: ast.expr | None, scope: Scope) -> bool:
        if isinstance(value, LITERALS):
            return True
        return isinstance(value, ast.Call) and self._name(value.func, scope) in COLLECTIONS

    def _is_of_live_objects(self, definition: ast.Assign | ast.AnnAssign, scope: Scope) -> bool:
        annotation = definition.annotation if isinstance(definition, ast.AnnAssign) else None
        parts = [definition.value, *(_names_in(annotation) if annotation is not None else ())]
        return any(self._is_live(part, scope) for part in parts if part is not None)

    def _is_live(self, node: ast.expr, scope: Scope) -> bool:
        """Whether a class, or what a call gives, lives in one process only, itself or by what it holds."""
        if isinstance(node, ast.Call):
            node = node.func
        value = self._value(node, scope)
        if isinstance(value, Class):
            module = Scope(value.module, value.module.names, kind="module")
            fields = (part for annotation in value.annotations.values() for part in _names_in(annotation))
            return any(is_live(self._name(part, module)) for part in fields)
        return isinstance(value, External) and is_live(value.name)

    def _value(self, node: ast.expr, scope: Scope) -> Value | None:
        value = evaluate(self.interpreter, node, scope) if isinstance(node, (ast.Name, ast.Attribute)) else None
        return value.callee if isinstance(value, Result) else value

    def _name(self, node: ast.expr, scope: Scope) -> str:
        """The dotted name of a library's class or function; empty for all others."""
        value = self._value(node, scope)
        return value.name if isinstance(value, External) else ""

    def _adds_live(self, function: Function, use: StateUse) -> bool:
        """Whether something is added that only lives in this process: a task, a lock, a connection."""
        assert not isinstance(function.definition, ast.Lambda)
        scope = Scope(function.module, function.module.names, kind="module")
        return any(self._is_live(node, scope) for node in _origins(use.value, function.definition))


def _body(path: str, definition: AnyFunction) -> Body:
    return path, definition.lineno, definition.col_offset


def _is_change(use: StateUse) -> bool:
    """Whether a write changes what the next request finds; what is made once, or can be made again, does not."""
    is_reset = isinstance(use.value, ast.Constant) and not use.value.value
    return not use.remembers and not (use.kind == "binds" and is_reset)


def _names_in(annotation: ast.expr) -> Iterator[ast.expr]:
    """The names in an annotation, also in one that is written as text."""
    for part in nodes_below(annotation):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            try:
                parsed = ast.parse(part.value, mode="eval")
            except SyntaxError:
                continue
            yield from (inner for inner in nodes_below(parsed) if isinstance(inner, (ast.Name, ast.Attribute)))
        elif isinstance(part, (ast.Name, ast.Attribute)):
            yield part


@lru_cache(maxsize=4_096)
def _definitions(holder: ast.Module | ast.ClassDef) -> dict[str, ast.Assign | ast.AnnAssign]:
    """The first statements of a module or class that give names their values."""
    found: dict[str, ast.Assign | ast.AnnAssign] = {}
    for statement in _flat(holder.body):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets if statement.value is not None else ():
            if isinstance(target, ast.Name):
                found.setdefault(target.id, statement)
    return found


def _flat(body: Iterable[ast.stmt]) -> Iterator[ast.Assign | ast.AnnAssign]:
    for statement in body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            yield statement
        elif isinstance(statement, (ast.If, ast.Try)):
            yield from _flat([*statement.body, *statement.orelse])


@lru_cache(maxsize=4_096)
def _own_attribute(function: ast.AST, name: str) -> ast.Assign | ast.AnnAssign | None:
    """`self.name = …` in an initializer."""
    for node in nodes_of(function) if isinstance(function, AnyFunction) else ():
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Attribute) and target.attr == name and isinstance(target.value, ast.Name):
                    return node
    return None


def _holds_fields(cls: Class) -> bool:
    decorators = (ast.unparse(decorator) for decorator in cls.definition.decorator_list)
    return any(base.startswith(RECORDS) for base in cls.external_bases()) or any(
        "dataclass" in decorator or "define" in decorator for decorator in decorators
    )


def _origins(value: ast.expr | None, function: AnyFunction) -> Iterator[ast.expr]:
    """What an expression is, or was when it was bound to its name: the call, the annotation of the parameter."""
    if isinstance(value, ast.Await):
        value = value.value
    if isinstance(value, (ast.Tuple, ast.List, ast.Set)):
        for element in value.elts:
            yield from _origins(element, function)
    if isinstance(value, ast.Dict):
        for element in value.values:
            yield from _origins(element, function)
    if isinstance(value, ast.Call):
        yield value
    if not isinstance(value, ast.Name) or value.id not in local_names(function) - outer_names(function):
        return
    for node in nodes_of(function):
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == value.id for target in node.targets
        ):
            if not isinstance(node.value, ast.Name):
                yield from _origins(node.value, function)
        elif isinstance(node, ast.arg) and node.arg == value.id and node.annotation is not None:
            yield from _names_in(node.annotation)
