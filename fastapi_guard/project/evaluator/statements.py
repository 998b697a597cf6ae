"""What statements do: bind names, register routes, leave; where a test cannot be decided, both branches happen."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Sequence as Statements
from typing import TYPE_CHECKING, Any

from fastapi_guard.project.evaluator.attributes import external_attribute
from fastapi_guard.project.evaluator.expressions import default_truth, evaluate, iterate, truth
from fastapi_guard.project.evaluator.signals import AnalysedCodeRaises
from fastapi_guard.project.registration import Router
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.values import (
    NONE,
    Class,
    Conditional,
    Coroutine,
    External,
    Function,
    Generator,
    Instance,
    Item,
    Literal,
    Mapping,
    Member,
    Module,
    Operation,
    Place,
    Result,
    Sequence,
    Unknown,
    Value,
    choice,
    constant,
    is_same,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter

FALLS, RETURNS, RAISES, BREAKS, CONTINUES = 1, 2, 4, 8, 16
"""How a block can end; a set of bits, because an undecided test can end it in several ways."""

MOST_ITERATIONS = 400


def run_block(interpreter: Interpreter, statements: Statements[ast.stmt], scope: Scope) -> int:
    """Evaluate statements in order; gives the ways in which the block can end."""
    ways = FALLS
    for statement in statements:
        interpreter.step()
        run = STATEMENTS.get(type(statement))
        if run is None:
            continue
        way = run(interpreter, statement, scope)
        ways = (ways & ~FALLS) | way
        if not way & FALLS:
            break
    return ways


def _expression(interpreter: Interpreter, statement: ast.Expr, scope: Scope) -> int:
    evaluate(interpreter, statement.value, scope)
    return FALLS


def _assign(interpreter: Interpreter, statement: ast.Assign, scope: Scope) -> int:
    value = evaluate(interpreter, statement.value, scope)
    for target in statement.targets:
        bind(interpreter, target, value, scope)
    return FALLS


def _annotated_assign(interpreter: Interpreter, statement: ast.AnnAssign, scope: Scope) -> int:
    if scope.kind == "class" and isinstance(scope.function, Class) and isinstance(statement.target, ast.Name):
        scope.function.annotations[statement.target.id] = statement.annotation
    if statement.value is not None:
        bind(interpreter, statement.target, evaluate(interpreter, statement.value, scope), scope)
    return FALLS


def _augmented_assign(interpreter: Interpreter, statement: ast.AugAssign, scope: Scope) -> int:
    load = ast.copy_location(_as_load(statement.target), statement.target)
    current = evaluate(interpreter, load, scope)
    added = evaluate(interpreter, statement.value, scope)
    if isinstance(current, Sequence) and isinstance(statement.op, ast.Add):
        if isinstance(added, Sequence) and interpreter.conditions:
            current.items.extend(Conditional(item, interpreter.conditions[-1]) for item in added.items)
        elif isinstance(added, Sequence):
            current.items.extend(added.items)
            current.is_complete = current.is_complete and added.is_complete
        else:
            current.is_complete = False
        return FALLS
    from fastapi_guard.project.evaluator.expressions import binary

    value = binary(interpreter, statement.op, current, added, Place(scope.module, statement))
    bind(interpreter, statement.target, value, scope)
    return FALLS


def _as_load(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Attribute):
        return ast.Attribute(target.value, target.attr, ast.Load())
    if isinstance(target, ast.Subscript):
        return ast.Subscript(target.value, target.slice, ast.Load())
    return target


def bind(interpreter: Interpreter, target: ast.expr, value: Value, scope: Scope) -> None:
    """Assign a value to a target: a name, an attribute, an item, or a tuple of targets."""
    if isinstance(target, ast.Name):
        set_name(scope, target.id, value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(interpreter, target.elts, value, scope)
    elif isinstance(target, ast.Attribute):
        set_attribute(interpreter, evaluate(interpreter, target.value, scope), target.attr, value, Place(scope.module, target))
    elif isinstance(target, ast.Subscript):
        receiver = evaluate(interpreter, target.value, scope)
        key = evaluate(interpreter, target.slice, scope)
        if isinstance(receiver, Mapping) and isinstance(key, Literal):
            if interpreter.conditions:
                value = choice([receiver.items[key.value], value]) if key.value in receiver.items else Conditional(value, interpreter.conditions[-1])
            receiver.items[key.value] = value
        elif isinstance(receiver, Mapping):
            receiver.is_complete = False
    elif isinstance(target, ast.Starred):
        bind(interpreter, target.value, value, scope)


def set_name(scope: Scope, name: str, value: Value) -> None:
    """Bind a name in this scope, or in the one that `global` or `nonlocal` names."""
    if name in scope.outer_names:
        outer = scope.parent
        while outer is not None:
            if name in outer.names and outer.kind == "function":
                outer.names[name] = value
                return
            outer = outer.parent
        scope.module.names[name] = value
        return
    scope.names[name] = value


def set_attribute(interpreter: Interpreter, receiver: Value, name: str, value: Value, place: Place | None = None) -> None:
    """`receiver.name = value`."""
    if interpreter.trace is not None:
        interpreter.note("set", Operation(name, (receiver, value)), place)
    if isinstance(receiver, (Instance, Result)):
        if interpreter.conditions and name in receiver.attributes:
            value = choice([receiver.attributes[name], value], interpreter.conditions[-1])
        receiver.attributes[name] = value
        if isinstance(value, Router) and isinstance(receiver, Instance) and not value.held_as:
            value.held_as = f"{receiver.cls.module.name}:{receiver.cls.name}.{name}"
    elif isinstance(receiver, Router):
        if name in ("prefix", "tags", "dependencies", "include_in_schema"):
            receiver.options[name] = value
        receiver.attributes[name] = value
    elif isinstance(receiver, Class):
        receiver.namespace[name] = value
    elif isinstance(receiver, Module):
        receiver.scope.names[name] = value


def _unpack(interpreter: Interpreter, targets: list[ast.expr], value: Value, scope: Scope) -> None:
    items = iterate(interpreter, value)
    starred = next((i for i, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
    if items is None or (starred is None and len(items) != len(targets)) or (starred is not None and len(items) < len(targets) - 1):
        for index, target in enumerate(targets):
            bind(interpreter, target, Item(value, Literal(index)), scope)
        return
    if starred is None:
        for target, item in zip(targets, items, strict=True):
            bind(interpreter, target, item, scope)
        return
    after = len(targets) - starred - 1
    for target, item in zip(targets[:starred], items, strict=False):
        bind(interpreter, target, item, scope)
    bind(interpreter, targets[starred], Sequence("list", items[starred : len(items) - after]), scope)
    for target, item in zip(targets[starred + 1 :], items[len(items) - after :], strict=True):
        bind(interpreter, target, item, scope)


def _return(interpreter: Interpreter, statement: ast.Return, scope: Scope) -> int:
    value = NONE if statement.value is None else evaluate(interpreter, statement.value, scope)
    scope.returned.append(value)
    return RETURNS


def _raise(interpreter: Interpreter, statement: ast.Raise, scope: Scope) -> int:
    if statement.exc is not None:
        value = evaluate(interpreter, statement.exc, scope)
        if interpreter.trace is not None:
            interpreter.note("raise", value, Place(scope.module, statement))
    return RAISES


def _if(interpreter: Interpreter, statement: ast.If, scope: Scope) -> int:
    test = evaluate(interpreter, statement.test, scope)
    decided = truth(test)
    if isinstance(test, External) and test.name == "typing.TYPE_CHECKING":
        run_block(interpreter, statement.body, scope)
        return run_block(interpreter, statement.orelse, scope)
    if decided is True:
        return run_block(interpreter, statement.body, scope)
    if decided is False:
        return run_block(interpreter, statement.orelse, scope)
    by_default = default_truth(test)
    if by_default is not None:
        taken, other = (statement.body, statement.orelse) if by_default[0] else (statement.orelse, statement.body)
        return _by_default(interpreter, taken, other, by_default[1], scope)
    interpreter.undecided.append(ast.unparse(statement.test)[:60] if interpreter.trace is None else "")
    try:
        return alternatives(
            interpreter,
            scope,
            [lambda: run_block(interpreter, statement.body, scope), lambda: run_block(interpreter, statement.orelse, scope)],
        )
    finally:
        interpreter.undecided.pop()


def _by_default(interpreter: Interpreter, taken: list[ast.stmt], other: list[ast.stmt], setting: str, scope: Scope) -> int:
    """A test that a setting decides: what happens by default happens, and what else could is remembered as conditional."""
    before = dict(scope.names)
    interpreter.switches.append(setting)
    try:
        way = _or_raises(lambda: run_block(interpreter, taken, scope))
    finally:
        interpreter.switches.pop()
    after = dict(scope.names)
    returned = len(scope.returned)
    scope.names.clear()
    scope.names.update(before)
    interpreter.conditions.append(setting)
    try:
        other_way = _or_raises(lambda: run_block(interpreter, other, scope))
    finally:
        interpreter.conditions.pop()
    ends = [after, dict(scope.names)] if other_way & FALLS else [after]
    if interpreter.trace is None:
        del scope.returned[returned:]
    else:  # whoever watches wants to know what can happen, not only what happens by default
        if (way | other_way) & RETURNS:
            interpreter.trace.leaving_settings.append(setting)
        if not way & FALLS and other_way & FALLS:
            ends = ends[1:]
        way |= other_way
    scope.names.clear()
    scope.names.update(join(ends, setting))
    return way


def alternatives(interpreter: Interpreter, scope: Scope, branches: Iterable[Callable[[], int]]) -> int:
    """Evaluate branches of which one will happen, each from the same names, and join what those that go on have bound."""
    before = dict(scope.names)
    ways = 0
    ends: list[dict[str, Value]] = []
    last: dict[str, Value] = before
    for branch in branches:
        scope.names.clear()
        scope.names.update(before)
        way = _or_raises(branch)
        ways |= way
        last = dict(scope.names)
        if way & FALLS:
            ends.append(last)
    scope.names.clear()
    scope.names.update(join(ends) if ends else last)
    return ways


def _or_raises(branch: Callable[[], int]) -> int:
    """How a branch ends, also when the code in it certainly raises."""
    try:
        return branch()
    except AnalysedCodeRaises:
        return RAISES


def join(ends: list[dict[str, Value]], setting: str = "") -> dict[str, Value]:
    """One namespace for several that may each be the case."""
    joined = dict(ends[0])
    for end in ends[1:]:
        for name, value in end.items():
            known = joined.get(name)
            if known is None:
                joined[name] = value
            elif not is_same(known, value):
                joined[name] = choice([known, value], setting)
    return joined


def _for(interpreter: Interpreter, statement: ast.For | ast.AsyncFor, scope: Scope) -> int:
    iterable = evaluate(interpreter, statement.iter, scope)
    items = iterate(interpreter, iterable)
    ways = FALLS
    if items is None or len(items) > MOST_ITERATIONS:
        bind(interpreter, statement.target, Item(iterable, Unknown("an item of a loop that could not be followed")), scope)
        ways |= _or_raises(lambda: run_block(interpreter, statement.body, scope))
    else:
        for item in items:
            conditional = isinstance(item, Conditional) and not item.is_undecided
            if isinstance(item, Conditional):
                if conditional:
                    interpreter.conditions.append(item.setting)
                item = item.value
            try:
                bind(interpreter, statement.target, item, scope)
                way = run_block(interpreter, statement.body, scope)
            finally:
                if conditional:
                    interpreter.conditions.pop()
            ways |= way
            if not way & (FALLS | CONTINUES):
                break
        else:
            ways |= run_block(interpreter, statement.orelse, scope)
    return (ways & (RETURNS | RAISES)) | FALLS


def _while(interpreter: Interpreter, statement: ast.While, scope: Scope) -> int:
    decided = truth(evaluate(interpreter, statement.test, scope))
    if decided is False:
        return run_block(interpreter, statement.orelse, scope)
    ways = run_block(interpreter, statement.body, scope)
    if decided is True and not ways & BREAKS:
        return (ways & (RETURNS | RAISES)) or FALLS
    return (ways & (RETURNS | RAISES)) | FALLS


def _try(interpreter: Interpreter, statement: ast.Try, scope: Scope) -> int:
    if _is_import_fallback(statement):
        ways = _import_fallback(interpreter, statement, scope)
    else:
        branches: list[Callable[[], int]] = [lambda: _body_and_else(interpreter, statement, scope)]
        branches += [_handler(interpreter, handler, scope) for handler in statement.handlers]
        ways = alternatives(interpreter, scope, branches)
    if statement.finalbody:
        way = run_block(interpreter, statement.finalbody, scope)
        if not way & FALLS:
            return way
    return ways


def _body_and_else(interpreter: Interpreter, statement: ast.Try, scope: Scope) -> int:
    ways = run_block(interpreter, statement.body, scope)
    if ways & FALLS and statement.orelse:
        ways = (ways & ~FALLS) | run_block(interpreter, statement.orelse, scope)
    return ways


def _handler(interpreter: Interpreter, handler: ast.ExceptHandler, scope: Scope) -> Callable[[], int]:
    def run() -> int:
        if handler.name:
            caught = evaluate(interpreter, handler.type, scope) if handler.type else External("builtins.BaseException")
            scope.names[handler.name] = Result(caught, (), {}, Place(scope.module, handler))
        interpreter.caught.append(ast.unparse(handler.type) if handler.type else "")
        try:
            return run_block(interpreter, handler.body, scope)
        finally:
            interpreter.caught.pop()

    return run


def _is_import_fallback(statement: ast.Try) -> bool:
    names = {
        node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        for handler in statement.handlers
        for node in (handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type])
        if node is not None
    }
    return bool(names) and names <= {"ImportError", "ModuleNotFoundError"}


def _import_fallback(interpreter: Interpreter, statement: ast.Try, scope: Scope) -> int:
    """`try: import x / except ImportError: ...`: what can be imported is."""
    ways = _body_and_else(interpreter, statement, scope)
    missing = [
        name
        for node in statement.body
        for name in bound_names(node)
        if isinstance(interpreter.settle(scope.names.get(name, NONE)), Unknown)
    ]
    if missing:
        for handler in statement.handlers:
            ways |= _handler(interpreter, handler, scope)()
    return ways


def _with(interpreter: Interpreter, statement: ast.With | ast.AsyncWith, scope: Scope) -> int:
    for item in statement.items:
        manager = evaluate(interpreter, item.context_expr, scope)
        if item.optional_vars is not None:
            bind(interpreter, item.optional_vars, entered(interpreter, manager, scope, item.context_expr), scope)
    return run_block(interpreter, statement.body, scope)


def entered(interpreter: Interpreter, manager: Value, scope: Scope, node: ast.expr) -> Value:
    """What `with manager as x` binds."""
    from fastapi_guard.project.evaluator.calls import call_method

    if isinstance(manager, Coroutine):
        manager = manager.result
    if isinstance(manager, Generator):
        return manager.items[0] if manager.items else Unknown("a context manager that yields nothing")
    if isinstance(manager, Instance):
        for name in ("__aenter__", "__enter__"):
            if manager.cls.lookup(name):
                value = call_method(interpreter, manager, name, (), {}, Place(scope.module, node))
                return value.result if isinstance(value, Coroutine) else value
    return manager


def _function(interpreter: Interpreter, statement: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> int:
    from fastapi_guard.project.evaluator.calls import apply_decorator

    value: Value = make_function(interpreter, statement, scope)
    decorators = [(node, evaluate(interpreter, node, scope)) for node in statement.decorator_list]
    for node, decorator in reversed(decorators):
        value = apply_decorator(interpreter, decorator, value, Place(scope.module, node), scope)
    if _is_overload_stub(decorators) and statement.name in scope.names:
        return FALLS
    set_name(scope, statement.name, value)
    return FALLS


def _is_overload_stub(decorators: list[tuple[ast.expr, Value]]) -> bool:
    return any(isinstance(value, External) and value.name.endswith(".overload") for _, value in decorators)


def make_function(
    interpreter: Interpreter, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope
) -> Function:
    """The function object of a `def` or `lambda`, without its decorators."""
    name = getattr(node, "name", "<lambda>")
    owner = scope.function if scope.kind == "class" and isinstance(scope.function, Class) else None
    defaults: dict[str, Value] = {}
    if scope.kind == "function":
        defaults = {
            parameter.arg: evaluate(interpreter, default, scope)
            for parameter, default in defaults_of(node.args)
            if not isinstance(default, ast.Call)
        }
    return Function(qualified(scope, name), node, scope, scope.module, owner, defaults=defaults)


def defaults_of(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr]]:
    """Parameters that have a default, with it."""
    positional = [*arguments.posonlyargs, *arguments.args]
    if arguments.defaults:
        yield from zip(positional[-len(arguments.defaults) :], arguments.defaults, strict=True)
    for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            yield parameter, default


def qualified(scope: Scope, name: str) -> str:
    """`Class.method` or `function.<locals>.inner`, as `__qualname__` has it."""
    holder = scope.function
    if isinstance(holder, Class):
        return f"{holder.name}.{name}"
    if isinstance(holder, Function):
        return f"{holder.name}.<locals>.{name}"
    return name


def _class(interpreter: Interpreter, statement: ast.ClassDef, scope: Scope) -> int:
    from fastapi_guard.project.evaluator.calls import apply_decorator

    bases: list[Value] = []
    for node in statement.bases:
        if isinstance(node, ast.Starred):
            continue
        base = evaluate(interpreter, node, scope)
        bases.append(base)
    keywords = {kw.arg: evaluate(interpreter, kw.value, scope) for kw in statement.keywords if kw.arg}
    cls = Class(qualified(scope, statement.name), statement, scope, scope.module, bases, keywords)
    body = Scope(scope.module, cls.namespace, parent=scope, kind="class", function=cls)
    run_block(interpreter, statement.body, body)
    value: Value = cls
    for node in reversed(statement.decorator_list):
        value = apply_decorator(interpreter, evaluate(interpreter, node, scope), value, Place(scope.module, node), scope)
    set_name(scope, statement.name, value)
    return FALLS


def _import(interpreter: Interpreter, statement: ast.Import, scope: Scope) -> int:
    for alias in statement.names:
        path = interpreter.finder.resolve(alias.name, scope.module.path)
        if path is not None:
            interpreter.import_module(path)
        if alias.asname:
            set_name(scope, alias.asname, _imported_module(interpreter, alias.name, scope))
            continue
        top = alias.name.split(".", 1)[0]
        set_name(scope, top, _imported_module(interpreter, top, scope))
    return FALLS


def _imported_module(interpreter: Interpreter, name: str, scope: Scope) -> Value:
    path = interpreter.finder.resolve(name, scope.module.path)
    if path is None:
        return External(name)
    module = interpreter.module(path)
    return Module(module) if module is not None else Unknown(f"{path} could not be parsed")


def _import_from(interpreter: Interpreter, statement: ast.ImportFrom, scope: Scope) -> int:
    from fastapi_guard.project.evaluator.interpreter import Alias

    importer = scope.module.path
    name = statement.module or ""
    if statement.level:
        path = interpreter.finder.relative(name, statement.level, importer)
    else:
        path = interpreter.finder.resolve(name, importer)
    if path is None:
        for alias in statement.names:
            if alias.name == "*":
                continue
            if statement.level:
                external: Value = Unknown(f"{'.' * statement.level}{name} could not be found")
            else:
                external = external_attribute(External(name), alias.name)
            set_name(scope, alias.asname or alias.name, external)
        return FALLS
    module = interpreter.module(path)
    if module is None:
        for alias in statement.names:
            set_name(scope, alias.asname or alias.name, Unknown(f"{path} could not be parsed"))
        return FALLS
    interpreter.import_module(path)
    for alias in statement.names:
        if alias.name == "*":
            _import_star(interpreter, path, scope)
            continue
        submodule = interpreter.finder.submodule(path, alias.name)
        if submodule is not None:
            interpreter.import_module(submodule)
        bound = alias.asname or alias.name
        if path != importer and not path.endswith("/"):
            set_name(scope, bound, Alias(path, alias.name))
            continue
        package = interpreter.module(submodule) if submodule is not None else None
        set_name(scope, bound, Module(package) if package is not None else External(f"{name}.{alias.name}"))
    return FALLS


def _import_star(interpreter: Interpreter, path: str, scope: Scope) -> None:
    from fastapi_guard.project.evaluator.interpreter import Alias

    module = interpreter.run_module(path)
    if module is None:
        return
    exported = module.names.get("__all__")
    if isinstance(exported, Sequence) and exported.is_complete:
        names = [str(constant(item)) for item in exported.items if isinstance(constant(item), str)]
    else:
        names = [name for name in module.names if not name.startswith("_")]
    for name in names:
        set_name(scope, name, Alias(path, name))


def _global(interpreter: Interpreter, statement: ast.Global | ast.Nonlocal, scope: Scope) -> int:
    if scope.kind != "module":
        scope.outer_names.update(statement.names)
    return FALLS


def _match(interpreter: Interpreter, statement: ast.Match, scope: Scope) -> int:
    subject = evaluate(interpreter, statement.subject, scope)

    def case_of(case: ast.match_case) -> Callable[[], int]:
        def run() -> int:
            for node in ast.walk(case.pattern):
                name = getattr(node, "name", None) or getattr(node, "rest", None)
                if isinstance(name, str):
                    scope.names[name] = Item(subject, Unknown("a part of a matched value"))
            return run_block(interpreter, case.body, scope)

        return run

    known = constant(subject)
    if known is not None:
        for case in statement.cases:
            if isinstance(case.pattern, ast.MatchValue) and isinstance(case.pattern.value, ast.Constant):
                if case.pattern.value.value == known and case.guard is None:
                    return run_block(interpreter, case.body, scope)
    return alternatives(interpreter, scope, [*(case_of(case) for case in statement.cases), lambda: FALLS])


def _type_alias(interpreter: Interpreter, statement: Any, scope: Scope) -> int:
    set_name(scope, statement.name.id, evaluate(interpreter, statement.value, scope))
    return FALLS


def _delete(interpreter: Interpreter, statement: ast.Delete, scope: Scope) -> int:
    return FALLS


def _break(interpreter: Interpreter, statement: ast.Break, scope: Scope) -> int:
    return BREAKS


def _continue(interpreter: Interpreter, statement: ast.Continue, scope: Scope) -> int:
    return CONTINUES


def _assert(interpreter: Interpreter, statement: ast.Assert, scope: Scope) -> int:
    evaluate(interpreter, statement.test, scope)
    return FALLS


STATEMENTS: dict[type, Callable[[Interpreter, Any, Scope], int]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated_assign,
    ast.AugAssign: _augmented_assign,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Try: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Global: _global,
    ast.Nonlocal: _global,
    ast.Match: _match,
    ast.Delete: _delete,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Assert: _assert,
}
if hasattr(ast, "TryStar"):
    STATEMENTS[ast.TryStar] = _try
if hasattr(ast, "TypeAlias"):
    STATEMENTS[ast.TypeAlias] = _type_alias


def bound_names(statement: ast.stmt) -> Iterator[str]:
    """Names that a top-level statement binds, also inside `if`, `try` and `with`."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
            for node in ast.walk(target):
                if isinstance(node, ast.Name):
                    yield node.id
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        for alias in statement.names:
            yield alias.asname or alias.name.split(".", 1)[0]
    else:
        for field in ("body", "orelse", "finalbody"):
            for child in getattr(statement, field, []):
                yield from bound_names(child)
        for handler in getattr(statement, "handlers", []):
            for child in handler.body:
                yield from bound_names(child)


__all__ = ["Member", "bind", "bound_names", "run_block", "set_attribute", "set_name"]
