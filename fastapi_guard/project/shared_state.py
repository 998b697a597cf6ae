"""What the process keeps between requests: variables of modules and attributes of objects that outlive a request."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fastapi_guard.facts.state_uses import AnyFunction, StateUse, local_names, outer_names, state_uses
from fastapi_guard.knowledge.live_objects import is_live
from fastapi_guard.project.authentication import Judge, without_wrappers
from fastapi_guard.project.evaluator.expressions import evaluate
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.model import PathOperation, SharedState, StateWrite
from fastapi_guard.project.scope import ModuleScope, Scope
from fastapi_guard.project.seeds import TEST_FILE
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
WRITES = frozenset({"adds", "binds", "changes", "counts", "removes"})
CACHE = re.compile(r"cache|memo(?!r)", re.IGNORECASE)
"""What a team calls a cache is taken for one: it can be made again."""
TELEMETRY = re.compile(
    r"(?:^|_)(?:(?:errors?|events?|requests?|quer(?:y|ies))_logs?|latenc(?:y|ies)|metrics|stats|statistics|timings|warnings)$"
)
"""Names of what is counted and timed in each process, and summed up elsewhere."""
RECORDS = ("pydantic.", "sqlmodel.", "sqlalchemy.", "typing.NamedTuple", "typing.TypedDict")
"""Bases of classes whose class attributes are fields of each object."""

Key = tuple[str, str]
"""Where it is kept (the path of a module, or the dotted name of a class) and its name there."""


@dataclass(slots=True, eq=False)
class _Kept:
    """A state while its uses are gathered."""

    name: str
    module: ModuleScope
    definition: ast.Assign | ast.AnnAssign
    is_collection: bool
    uses: list[tuple[Function, StateUse]] = field(default_factory=list)


class SharedStateReader:
    """Gathers the uses of what outlives a request; a class because every function is read once."""

    def __init__(self, interpreter: Interpreter, judge: Judge) -> None:
        self.interpreter = interpreter
        self.judge = judge
        self._kept: dict[Key, _Kept | None] = {}
        self._operations: dict[int, list[PathOperation]] = defaultdict(list)
        self._handled: set[int] = set()
        self._endpoints: set[int] = set()

    def ran_by(self, operation: PathOperation, endpoint: Value) -> None:
        """Note which functions an operation runs."""
        behaviours = self.judge.behaviours
        own = behaviours.trace_of(endpoint).bodies | behaviours.trace_of(without_wrappers(endpoint)).bodies
        self._handled |= own
        if operation.endpoint is not None:
            self._endpoints.add(id(operation.endpoint.definition))
        targets = (self.judge.reader.target_of(node) for node in operation.walk_dependencies())
        for body in own.union(*(behaviours.trace_of(target).bodies for target in targets if target is not None)):
            self._operations[body].append(operation)

    def states(self, middlewares: Iterable[Value]) -> tuple[SharedState, ...]:
        """Everything that requests write to and the next request finds."""
        shared = self._shared_objects()
        classes = {id(value) for value in middlewares if isinstance(value, Class)}
        read: set[int] = set()
        for known in list(self.interpreter.watched.values()):
            function = known.kept[0] if known.kept else None
            if not isinstance(function, Function) or isinstance(function.definition, ast.Lambda):
                continue
            receiver = known.kept[1] if len(known.kept) > 1 else None
            is_method = function.owner is not None
            is_shared = isinstance(receiver, Instance) and (
                id(receiver) in shared or any(id(base) in classes for base in receiver.cls.linearized())
            )
            key = id(function.definition) * 2 + is_shared
            if key in read or TEST_FILE.search(function.module.path):
                continue
            read.add(key)
            for use in state_uses(function.definition):
                if use.path[0] in ("self", "cls") and is_method:
                    self._note_of_object(function, use, receiver, is_shared)
                elif not is_shared or key - 1 not in read:
                    self._note_of_module(function, use)
        made = (self._made(kept) for kept in self._kept.values() if kept is not None)
        return tuple(sorted((state for state in made if state is not None), key=lambda state: state.location))

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

    def _note_of_object(self, function: Function, use: StateUse, receiver: Value | None, is_shared: bool) -> None:
        cls = receiver.cls if isinstance(receiver, Instance) else receiver if isinstance(receiver, Class) else None
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

    def _note(self, kept: _Kept | None, function: Function, use: StateUse) -> None:
        if kept is not None:
            kept.uses.append((function, use))

    def _variable(self, module: ModuleScope, name: str) -> _Kept | None:
        key = (module.path, name)
        if key not in self._kept:
            self._kept[key] = None
            definition = _definition(module.tree.body, name)
            if definition is not None and not TEST_FILE.search(module.path):
                scope = Scope(module, module.names, kind="module")
                is_collection = self._is_collection(definition.value, scope)
                if not self._is_of_live_objects(definition, scope):
                    self._kept[key] = _Kept(f"{module.name}.{name}", module, definition, is_collection)
        return self._kept[key]

    def _attribute(self, cls: Class, name: str, is_shared: bool) -> _Kept | None:
        """An attribute of a class, or of an object that many requests share: a collection."""
        for base in cls.linearized():
            if not isinstance(base, Class):
                continue
            scope = Scope(base.module, base.module.names, kind="module")
            initializer = base.namespace.get("__init__")
            made = _own_attribute(initializer.definition, name) if isinstance(initializer, Function) else None
            declared = _definition(base.definition.body, name)
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
                self._kept[key] = _Kept(title, base.module, definition, True) if is_kept else None
            return self._kept[key]
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

    # Judging

    def _made(self, kept: _Kept) -> SharedState | None:
        kinds = WRITES if kept.is_collection else frozenset({"binds", "counts"})  # methods of objects may be anything
        written = [(function, use) for function, use in kept.uses if use.kind in kinds and _is_change(use)]
        if all(use.kind == "removes" for _, use in written) or CACHE.search(".".join(kept.name.split(".")[-2:])):
            return None
        if any(self._adds_live(function, use) for function, use in written) or TELEMETRY.search(
            kept.name.rpartition(".")[2]
        ):
            return None
        writes = tuple(dict.fromkeys(self._write(function, use) for function, use in written))
        return SharedState(
            kept.name,
            kept.module.location(kept.definition),
            tuple(sorted(writes, key=lambda write: write.location)),
            is_storage=kept.is_collection and self._is_stored(kept),
        )

    def _write(self, function: Function, use: StateUse) -> StateWrite:
        operations = self._operations.get(id(function.definition), [])
        places = tuple(dict.fromkeys(place for operation in operations for place in operation.places))
        title = f"{function.module.name}.{function.name}"
        return StateWrite(use.kind, function.module.location(use.node), title, places)

    def _is_stored(self, kept: _Kept) -> bool:
        """Whether operations that are meant to write add to it, and others read it.

        What endpoints write themselves is read by any other function; what stands deeper, for operations that read.
        """
        is_added = is_added_here = is_given = is_read = False
        for function, use in kept.uses:
            body = id(function.definition)
            methods = {method for operation in self._operations.get(body, []) for method in operation.methods}
            if body in self._handled and methods:
                adds = use.kind == "adds" and _is_change(use) and "GET" not in methods
                is_added |= adds
                is_added_here |= adds and body in self._endpoints
                is_given |= use.kind == "gives" and "GET" in methods
                is_read |= use.kind in ("gives", "asks")
        return (is_added and is_given) or (is_added_here and is_read)

    def _adds_live(self, function: Function, use: StateUse) -> bool:
        """Whether something is added that only lives in this process: a task, a lock, a connection."""
        assert not isinstance(function.definition, ast.Lambda)
        scope = Scope(function.module, function.module.names, kind="module")
        return any(self._is_live(node, scope) for node in _origins(use.value, function.definition))


def _is_change(use: StateUse) -> bool:
    """Whether a write changes what the next request finds; what is made once, or can be made again, does not."""
    is_reset = isinstance(use.value, ast.Constant) and not use.value.value
    return not use.remembers and not (use.kind == "binds" and is_reset)


def _names_in(annotation: ast.expr) -> Iterator[ast.expr]:
    """The names in an annotation, also in one that is written as text."""
    for part in ast.walk(annotation):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            try:
                parsed = ast.parse(part.value, mode="eval")
            except SyntaxError:
                continue
            yield from (inner for inner in ast.walk(parsed) if isinstance(inner, (ast.Name, ast.Attribute)))
        elif isinstance(part, (ast.Name, ast.Attribute)):
            yield part


def _definition(body: Iterable[ast.stmt], name: str) -> ast.Assign | ast.AnnAssign | None:
    """The first statement of a module or class that gives a name its value."""
    for statement in _flat(body):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        if statement.value is not None and any(isinstance(each, ast.Name) and each.id == name for each in targets):
            return statement
    return None


def _flat(body: Iterable[ast.stmt]) -> Iterator[ast.Assign | ast.AnnAssign]:
    for statement in body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            yield statement
        elif isinstance(statement, (ast.If, ast.Try)):
            yield from _flat([*statement.body, *statement.orelse])


def _own_attribute(function: object, name: str) -> ast.Assign | ast.AnnAssign | None:
    """`self.name = …` in an initializer."""
    for node in ast.walk(function) if isinstance(function, AnyFunction) else ():
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
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == value.id for target in node.targets
        ):
            if not isinstance(node.value, ast.Name):
                yield from _origins(node.value, function)
        elif isinstance(node, ast.arg) and node.arg == value.id and node.annotation is not None:
            yield from _names_in(node.annotation)
