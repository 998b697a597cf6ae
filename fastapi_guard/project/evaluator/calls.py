"""What a call gives: functions of the project are followed, everything else becomes a `Result` that remembers the call."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi_guard.knowledge.authentication import VERIFIERS, look_up
from fastapi_guard.project.evaluator.attributes import attribute
from fastapi_guard.project.evaluator.expressions import annotation_value, evaluate
from fastapi_guard.project.evaluator.signals import AnalysedCodeRaises
from fastapi_guard.project.evaluator.statements import FALLS, RAISES, defaults_of, run_block
from fastapi_guard.project.registration import RouteDecorator, Router, RouterMethod
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.trace import Trace, Watched
from fastapi_guard.project.values import (
    NONE,
    Argument,
    BoundMethod,
    Choice,
    Class,
    Coroutine,
    Descriptor,
    External,
    Function,
    Generator,
    Instance,
    Literal,
    Mapping,
    Member,
    Partial,
    Place,
    Result,
    Sequence,
    Setting,
    Super,
    TypeForm,
    Unknown,
    Value,
    choice,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter

Arguments = tuple[Value, ...]
Keywords = dict[str, Value]

MOST_NESTED_CALLS = 40
MOST_RECURSIONS = 2
PLAIN_MODULES = (sys.stdlib_module_names | {"builtins", "loguru", "structlog"}) - {"hmac", "secrets", "sqlite3"}
MOST_RUNS, MOST_RUNS_ELSEWHERE = 400, 120
"""How often one root runs a function body of a module that registers something, and of any other module."""
MOST_WATCHED_RUNS = 2
"""While somebody watches, a function body is followed this often; after that its last result stands for it."""
MOST_WATCHED_NESTING = 9


def call(
    interpreter: Interpreter, callee: Value, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value:
    """What calling a value gives."""
    if interpreter.trace is not None and place is not None:
        interpreter.call_sites.append(place)
        try:
            made = _call(interpreter, callee, arguments, keywords, place, scope)
        finally:
            interpreter.call_sites.pop()
    else:
        made = _call(interpreter, callee, arguments, keywords, place, scope)
    if interpreter.trace is not None and isinstance(made, Result) and made.callee is callee and not _is_plain_python(callee):
        interpreter.note("call", made, place)
    return made


def _is_plain_python(callee: Value) -> bool:
    """A call of Python itself that nobody who watches asks about: logging, dates, text."""
    for _ in range(8):
        if isinstance(callee, External):
            return callee.name.partition(".")[0] in PLAIN_MODULES
        if isinstance(callee, Member):
            callee = callee.receiver
        elif isinstance(callee, Result):
            callee = callee.callee
        else:
            return False
    return False


def _call(
    interpreter: Interpreter, callee: Value, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value:
    from fastapi_guard.project.evaluator import builtins, routers

    interpreter.step()
    if isinstance(callee, Function):
        return call_function(interpreter, callee, arguments, keywords)
    if isinstance(callee, BoundMethod):
        return call_function(interpreter, callee.function, (callee.receiver, *arguments), keywords)
    if isinstance(callee, External):
        made = routers.make_router(interpreter, callee.name, None, arguments, keywords, place)
        if made is not None:
            return made
        if interpreter.trace is not None and interpreter.trace.is_bare and _verifies_nothing(callee, arguments):
            raise AnalysedCodeRaises
        known = builtins.call_external(interpreter, callee, arguments, keywords, place, scope)
        return known if known is not None else Result(callee, arguments, keywords, place)
    if isinstance(callee, Class):
        return instantiate(interpreter, callee, arguments, keywords, place)
    if isinstance(callee, RouterMethod):
        return routers.call_router_method(interpreter, callee, arguments, keywords, place)
    if isinstance(callee, RouteDecorator):
        return routers.decorate(interpreter, callee, arguments[0] if arguments else NONE)
    if isinstance(callee, Choice):
        return choice([call(interpreter, option, arguments, keywords, place, scope) for option in callee.options])
    if isinstance(callee, Partial):
        return call(interpreter, callee.function, (*callee.arguments, *arguments), {**callee.keywords, **keywords}, place, scope)
    if isinstance(callee, Member):
        if callee.name == "__init__" and isinstance(callee.receiver, Super):
            _library_init(callee.receiver.receiver, arguments, keywords)
        if callee.name in routers.REGISTERING and place is not None:
            routers.report_unresolved(interpreter, callee, arguments, keywords, place)
        known = builtins.call_member(interpreter, callee, arguments, keywords, place)
        return known if known is not None else Result(callee, arguments, keywords, place)
    if isinstance(callee, Instance) and callee.cls.lookup("__call__"):
        return call_method(interpreter, callee, "__call__", arguments, keywords, place)
    if isinstance(callee, TypeForm):
        return call(interpreter, callee.origin, arguments, keywords, place, scope)
    if isinstance(callee, Descriptor):
        return call(interpreter, callee.function, arguments, keywords, place, scope)
    if isinstance(callee, Result) and isinstance(callee.callee, External) and callee.callee.name in builtins.CONFIGURATIONS:
        return builtins.environment(arguments, keywords)
    if isinstance(callee, Result) and is_external(callee.callee, "functools.wraps") and callee.arguments and arguments:
        inner = arguments[0]
        return replace(inner, wraps=callee.arguments[0]) if isinstance(inner, Function) else inner
    if isinstance(callee, Result) and interpreter.trace is not None:
        wrapped = [argument for argument in callee.arguments if isinstance(argument, (Function, BoundMethod))]
        if len(wrapped) == 1 and callee.arguments[0] is wrapped[0]:  # `opaque(function)(...)`: a decorator that is not known
            call(interpreter, wrapped[0], arguments, keywords, place, scope)
    if isinstance(callee, Unknown) and place is not None:
        node = place.node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in routers.REGISTERING:
            routers.report_unresolved(interpreter, callee, arguments, keywords, place)
    return Result(callee, arguments, keywords, place)


def _library_init(receiver: Value, arguments: Arguments, keywords: Keywords) -> None:
    """`super().__init__(...)` of a library class: what it was given is what the object is known by."""
    if isinstance(receiver, Instance):
        receiver.arguments.update({f"super.{index}": value for index, value in enumerate(arguments)})
        receiver.arguments.update({f"super.{name}": value for name, value in keywords.items()})


def _verifies_nothing(callee: External, arguments: Arguments) -> bool:
    """`jwt.decode(None, ...)`: there is no credential, so that this raises."""
    first = arguments[0] if arguments else None
    return isinstance(first, Literal) and not first.value and callee.name.endswith(".decode") and look_up(VERIFIERS, callee.name) is not None


def is_external(value: Value, *names: str) -> bool:
    """Whether a value is one of the named library names."""
    return isinstance(value, External) and value.name in names


def call_method(
    interpreter: Interpreter, receiver: Value, name: str, arguments: Arguments, keywords: Keywords, place: Place | None
) -> Value:
    """`receiver.name(...)`."""
    return call(interpreter, attribute(interpreter, receiver, name, place), arguments, keywords, place, None)


def call_function(interpreter: Interpreter, function: Function, arguments: Arguments, keywords: Keywords) -> Value:
    """Run a function of the project on values and join what it can return."""
    if interpreter.trace is not None:
        return _watched(interpreter, interpreter.trace, function, arguments, keywords)
    body = id(function.definition)
    interpreter.runs[body] += 1
    registers = function.module.path in interpreter.seeds
    if interpreter.runs[body] > (MOST_RUNS if registers else MOST_RUNS_ELSEWHERE):
        return Unknown(f"{function.name} is called too often to be followed each time")
    return _run(interpreter, function, arguments, keywords)


def _watched(interpreter: Interpreter, trace: Trace, function: Function, arguments: Arguments, keywords: Keywords) -> Value:
    """Run a function while somebody watches: not again on the very same values, and no body too often."""
    key = (id(function.definition), *map(id, arguments), *(part for name, value in keywords.items() for part in (name, id(value))))
    known = interpreter.watched.get(key)
    if known is not None:
        around = tuple(interpreter.call_sites)
        trace.events.extend([event.behind(around, known.depth) for event in known.events])
        trace.leaving_settings.extend(known.leaving_settings)
        return known.result
    body = id(function.definition)
    if trace.runs[body] >= MOST_WATCHED_RUNS or len(interpreter.call_stack) >= MOST_WATCHED_NESTING:
        return trace.results.get(body) or Unknown(f"{function.name} was not followed again")
    first_event, first_setting = len(trace.events), len(trace.leaving_settings)
    result = _run(interpreter, function, arguments, keywords)
    trace.runs[body] += 1
    trace.results[body] = result
    kept = (function, *arguments, *keywords.values())
    events, settings = trace.events[first_event:], trace.leaving_settings[first_setting:]
    interpreter.watched[key] = Watched(result, tuple(events), tuple(settings), kept, len(interpreter.call_sites))
    return result


def _run(interpreter: Interpreter, function: Function, arguments: Arguments, keywords: Keywords) -> Value:
    if len(interpreter.call_stack) >= MOST_NESTED_CALLS:
        return Unknown("calls nested too deeply")
    if sum(running.definition is function.definition for running in interpreter.call_stack) >= MOST_RECURSIONS:
        return Unknown(f"{function.name} calls itself")
    interpreter.call_stack.append(function)
    interpreter.called.add(id(function.definition))
    try:
        names = bind_arguments(interpreter, function, arguments, keywords)
        scope = Scope(function.module, names, parent=function.scope, function=function)
        if isinstance(function.definition, ast.Lambda):
            return evaluate(interpreter, function.definition.body, scope)
        ways = _run_body(interpreter, function.definition, scope)
    finally:
        interpreter.call_stack.pop()
    return _result(function, scope, bool(ways & FALLS))


def _run_body(interpreter: Interpreter, definition: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> int:
    """Run a body; gives the ways in which it can end, and writes them down while somebody watches."""
    try:
        ways = run_block(interpreter, definition.body, scope)
    except AnalysedCodeRaises:
        ways = RAISES
    if interpreter.trace is not None:
        interpreter.trace.ways[id(definition)] = ways
        if interpreter.trace.is_bare and ways == RAISES and len(interpreter.call_stack) > interpreter.trace.depth + 1:
            raise AnalysedCodeRaises
    return ways


def _result(function: Function, scope: Scope, falls: bool) -> Value:
    """What the caller gets of a body that was run."""
    if scope.yielded:
        return Generator(tuple(scope.yielded))
    values = list(scope.returned)
    if falls:
        values.append(NONE)
    result = choice(values) if values else Unknown(f"{function.name} never returns")
    return Coroutine(result) if function.is_async else result


def bind_arguments(interpreter: Interpreter, function: Function, arguments: Arguments, keywords: Keywords) -> dict[str, Value]:
    """What each parameter holds; one that no argument fills is its default, or an `Argument` of its annotated type."""
    spec = function.definition.args
    names: dict[str, Value] = {}
    positional = [*spec.posonlyargs, *spec.args]
    for parameter, value in zip(positional, arguments, strict=False):
        names[parameter.arg] = value
    if spec.vararg:
        names[spec.vararg.arg] = Sequence("tuple", list(arguments[len(positional) :]))
    accepted = {parameter.arg for parameter in [*positional, *spec.kwonlyargs]}
    rest = Mapping({})
    for key, value in keywords.items():
        if key == "**":
            rest.is_complete = False
        elif key in accepted:
            names[key] = value
        else:
            rest.items[key] = value
    if spec.kwarg:
        names[spec.kwarg.arg] = rest
    defaults = {parameter.arg: node for parameter, node in defaults_of(spec)}
    for parameter in [*positional, *spec.kwonlyargs]:
        if parameter.arg in names:
            continue
        if parameter.arg in function.defaults:
            names[parameter.arg] = function.defaults[parameter.arg]
        elif parameter.arg in defaults:
            default = evaluate(interpreter, defaults[parameter.arg], function.scope)
            names[parameter.arg] = _injected(interpreter, function, parameter, default) or default
        elif parameter.annotation is not None:
            place = Place(function.module, parameter)
            names[parameter.arg] = abstract_value(interpreter, parameter.arg, parameter.annotation, function.scope, place)
        else:
            names[parameter.arg] = Argument(parameter.arg, None, Place(function.module, parameter))
    return names


def _injected(interpreter: Interpreter, function: Function, parameter: ast.arg, default: Value) -> Value | None:
    """What FastAPI will inject for `parameter = Depends(...)`, while somebody watches; None for other defaults."""
    if interpreter.trace is None or not (isinstance(default, Result) and isinstance(default.callee, External)):
        return None
    if default.callee.name.rpartition(".")[2] not in ("Depends", "Security") or not default.callee.name.startswith("fastapi."):
        return None
    target = default.arguments[0] if default.arguments else default.keywords.get("dependency")
    place = Place(function.module, parameter)
    annotation = annotation_value(interpreter, parameter.annotation, function.scope) if parameter.annotation else None
    return injected_value(interpreter, parameter.arg, annotation, target, place)


def injected_value(interpreter: Interpreter, name: str, annotation: Value | None, target: Value | None, place: Place) -> Value:
    """Some result of a dependency: an object of the annotated type, else what running the dependency gives."""
    kind = plain_type(annotation) if annotation is not None else None
    if target is None:
        target = kind
    if isinstance(kind, Class) and not is_router_class(interpreter, kind):
        made = _made_by(interpreter, target, place) if _is_wired(interpreter, kind) else None
        is_made = isinstance(made, Instance) and not made.is_abstract and kind in made.cls.linearized()
        return replace(made, origin=target) if is_made and isinstance(made, Instance) else Instance(kind, place=place, is_abstract=True, origin=target)
    if kind is not None and not (isinstance(kind, External) and kind.name == "typing.Any"):
        return Argument(name, annotation, place, origin=target)
    if isinstance(target, Class):
        return Instance(target, place=place, is_abstract=True, origin=target)
    made = _made_by(interpreter, target, place)
    if isinstance(made, (Instance, Result)):
        return replace(made, origin=target)
    return Argument(name, annotation, place, origin=target)


def _is_wired(interpreter: Interpreter, cls: Class) -> bool:
    """Whether objects of a class are put together by their maker: an initializer of the project's own."""
    if interpreter.trace is not None and interpreter.trace.is_bare:
        return False
    found = cls.lookup("__init__")
    return found is not None and isinstance(interpreter.settle(found[0]), Function)


def _made_by(interpreter: Interpreter, target: Value, place: Place) -> Value | None:
    """What running a dependency gives."""
    if not isinstance(target, (Function, BoundMethod, Partial)):
        return None
    outer, interpreter.trace = interpreter.trace, Trace()
    try:
        made = call(interpreter, target, (), {}, place, None)
    finally:
        interpreter.trace = outer
    made = made.result if isinstance(made, Coroutine) else made
    return made.items[0] if isinstance(made, Generator) and made.items else made


def abstract_value(interpreter: Interpreter, name: str, annotation: ast.expr, scope: Scope, place: Place | None) -> Value:
    """Some object of an annotated type: an instance of the project's class, whichever it is, or an `Argument`."""
    kind = annotation_value(interpreter, annotation, scope)
    if interpreter.trace is not None and place is not None:
        for metadata in _metadata(kind):
            if isinstance(metadata, Result) and isinstance(metadata.callee, External) and metadata.callee.name.rpartition(".")[2] in ("Depends", "Security"):
                target = metadata.arguments[0] if metadata.arguments else metadata.keywords.get("dependency")
                return injected_value(interpreter, name, kind, target, place)
    cls = plain_type(kind)
    if isinstance(cls, Class) and not is_router_class(interpreter, cls):
        return Instance(cls, place=place, is_abstract=True)
    return Argument(name, kind, place)


def _metadata(kind: Value) -> tuple[Value, ...]:
    """What stands behind the type in `Annotated[...]`."""
    if isinstance(kind, TypeForm) and isinstance(kind.origin, External) and kind.origin.name.rpartition(".")[2] == "Annotated":
        return kind.arguments[1:]
    return ()


def is_router_class(interpreter: Interpreter, cls: Class) -> bool:
    from fastapi_guard.project.evaluator.routers import router_class_of

    return router_class_of(interpreter, cls) is not None


def plain_type(kind: Value) -> Value:
    """The type without `Annotated`, `Optional` and type arguments."""
    while isinstance(kind, TypeForm):
        origin = kind.origin
        if isinstance(origin, External) and origin.name.rpartition(".")[2] in ("Annotated", "Optional"):
            kind = kind.arguments[0] if kind.arguments else origin
        elif is_external(origin, "typing.Union", "types.UnionType"):
            real = [member for member in kind.arguments if not (isinstance(member, Literal) and member.value is None)]
            if len(real) != 1:
                return kind
            kind = real[0]
        else:
            return origin if isinstance(origin, Class) else kind
    return kind


def instantiate(interpreter: Interpreter, cls: Class, arguments: Arguments, keywords: Keywords, place: Place | None) -> Value:
    """Make an object of a class of the project, running its `__init__`."""
    from fastapi_guard.project.evaluator import routers

    router_class = routers.router_class_of(interpreter, cls)
    if router_class is not None:
        router = routers.make_router(interpreter, router_class, cls, arguments, keywords, place)
        if router is not None:
            return router
    bases = cls.external_bases()
    if any(base.startswith("enum.") for base in bases):
        return arguments[0] if arguments else Unknown("an enumeration without a value")
    instance = Instance(cls, place=place, arguments={**{str(i): value for i, value in enumerate(arguments)}, **keywords})
    initializer = cls.lookup("__init__")
    if initializer is not None:
        function = interpreter.settle(initializer[0])
        if isinstance(function, Function):
            call_function(interpreter, function, (instance, *arguments), keywords)
        return instance
    fields = [name for base in reversed(list(cls.linearized())) if isinstance(base, Class) for name in base.annotations]
    for name, value in zip(dict.fromkeys(fields), arguments, strict=False):
        instance.attributes[name] = value
    for name, value in keywords.items():
        if name != "**":
            instance.attributes[name] = value
    for name, value in instance.attributes.items():
        if isinstance(value, Router) and not value.held_as:
            value.held_as = f"{cls.module.name}:{cls.name}.{name}"
    for name in AFTER_INIT:
        if cls.lookup(name) is not None:
            call_method(interpreter, instance, name, (), {}, place)
    return instance


AFTER_INIT = ("__post_init__", "__attrs_post_init__", "model_post_init")
"""Methods that generated initializers call when they are done (dataclasses, attrs, Pydantic)."""


IDENTITY_DECORATORS = frozenset({
    "functools.lru_cache", "functools.cache", "abc.abstractmethod", "typing.overload", "typing.final",
    "typing.runtime_checkable", "contextlib.contextmanager", "contextlib.asynccontextmanager", "typing.no_type_check",
    "typing_extensions.override", "typing.override", "typing_extensions.deprecated",
})  # fmt: skip
DESCRIPTORS = {
    "builtins.property": "property",
    "functools.cached_property": "property",
    "builtins.staticmethod": "staticmethod",
    "builtins.classmethod": "classmethod",
    "pydantic.computed_field": "computed_field",
}


def apply_decorator(interpreter: Interpreter, decorator: Value, target: Value, place: Place, scope: Scope) -> Value:
    """What `@decorator` makes of a function or class.

    A decorator of a library that is not known is remembered on the function and taken to leave its signature alone.
    """
    name = decorator.name if isinstance(decorator, External) else ""
    if isinstance(decorator, Result) and isinstance(decorator.callee, External):
        name = decorator.callee.name
    if name in DESCRIPTORS:
        if name == "pydantic.computed_field":
            return target
        return Descriptor(DESCRIPTORS[name], target)
    if isinstance(decorator, Member) and isinstance(decorator.receiver, Descriptor):
        return decorator.receiver  # @name.setter
    if name in IDENTITY_DECORATORS:
        return target
    if isinstance(decorator, RouteDecorator):
        return call(interpreter, decorator, (target,), {}, place, scope)
    if isinstance(target, Class):
        if isinstance(decorator, (Function, BoundMethod, Instance)):
            replaced = call(interpreter, decorator, (target,), {}, place, scope)
            if not isinstance(replaced, (Class, Unknown, Literal, Choice)):
                return replaced
        target.decorators.append(decorator)
        return target
    if isinstance(decorator, (Function, BoundMethod, Instance, Class, Partial, Choice)) or _is_wraps(decorator):
        made = _callable_option(call(interpreter, decorator, (target,), {}, place, scope))
        if made is not None:
            return made
    from fastapi_guard.project.evaluator import routers

    routers.report_unresolved_decorator(interpreter, decorator, place)
    if isinstance(target, Function):
        return replace(target, decorators=(*target.decorators, decorator))
    return target


def _is_wraps(decorator: Value) -> bool:
    return isinstance(decorator, Result) and is_external(decorator.callee, "functools.wraps")


def _callable_option(value: Value) -> Value | None:
    if isinstance(value, Choice):
        return next((option for option in value.options if _callable_option(option) is not None), None)
    return value if isinstance(value, (Function, BoundMethod, Instance, Class, Partial)) else None


__all__ = ["Member", "Router", "Setting", "call", "call_function", "call_method"]
