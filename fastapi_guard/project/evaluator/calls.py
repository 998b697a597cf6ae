"""What a call gives: functions of the project are followed, everything else becomes a `Result` that remembers the call."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fastapi_guard.knowledge.authentication import VERIFIERS, look_up
from fastapi_guard.knowledge.blocking import waits_for
from fastapi_guard.knowledge.database import is_named_after_a_check
from fastapi_guard.knowledge.mcp import FROM_APPLICATION, MOUNTING
from fastapi_guard.knowledge.scheduling import CREATES_TASKS
from fastapi_guard.project.evaluator import builtins, methods, presumed, routers
from fastapi_guard.project.evaluator.attributes import attribute
from fastapi_guard.project.evaluator.by_type import ByType
from fastapi_guard.project.evaluator.enums import is_enumeration, member_of_value
from fastapi_guard.project.evaluator.indirect import call_by_name
from fastapi_guard.project.evaluator.runs import call_function
from fastapi_guard.project.evaluator.signals import AnalysedCodeRaises
from fastapi_guard.project.registration import RouteDecorator, Router, RouterMethod, is_held_by
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.trace import Trace
from fastapi_guard.project.values import (
    NONE,
    BoundMethod,
    Choice,
    Class,
    Coroutine,
    Descriptor,
    External,
    Function,
    Instance,
    Literal,
    Mapping,
    Member,
    Partial,
    Place,
    Result,
    Setting,
    Super,
    TypeForm,
    Unknown,
    Value,
    choice,
    is_external,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


Arguments = tuple[Value, ...]


Keywords = dict[str, Value]


PLAIN_MODULES = (sys.stdlib_module_names | {"builtins", "loguru", "structlog"}) - {"hmac", "secrets", "sqlite3"}


def call(
    interpreter: Interpreter,
    callee: Value,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    """What calling a value gives."""
    made_by = CALLS[type(callee)]
    if interpreter.trace is None:
        interpreter.step()
        return made_by(interpreter, callee, arguments, keywords, place, scope)
    sites = interpreter.call_sites
    depth = len(sites)
    if place is not None:
        sites.append(place)
        if _asks_about_access(interpreter, callee):
            interpreter.note("ask", Result(callee, arguments, keywords, place), place)
    try:
        interpreter.step()
        made = made_by(interpreter, callee, arguments, keywords, place, scope)
    finally:
        del sites[depth:]
    if isinstance(made, Result):
        if made.callee is callee and not _is_plain_python(callee):
            interpreter.note("call", made, place)
    elif isinstance(made, Coroutine) and isinstance(callee, (Function, BoundMethod)):
        interpreter.note("coroutine", Result(callee, (), {}, place), place)
    return made


def _asks_about_access(interpreter: Interpreter, callee: Value) -> bool:
    """Whether a call asks about access, by its name or by configuration: what it is given is written down."""
    function = callee.function if isinstance(callee, BoundMethod) else callee
    if isinstance(function, Function) and is_named_after_a_check(function.name.rpartition(".")[2]):
        return True
    return is_authorizer(interpreter, callee)


def is_authorizer(interpreter: Interpreter, callee: Value) -> bool:
    """Whether configuration says that a callable checks whose rows are touched."""
    known = interpreter.options.authorizers
    if not known:
        return False
    function = callee.function if isinstance(callee, BoundMethod) else callee
    if isinstance(function, Function):
        return f"{function.module.name}.{function.name}" in known
    from fastapi_guard.project.credentials import dotted_name

    return dotted_name(callee) in known


def _is_plain_python(callee: Value) -> bool:
    """A call of Python itself that nobody who watches asks about: logging, dates, text."""
    for _ in range(8):
        if isinstance(callee, Member):
            callee = callee.receiver
        elif isinstance(callee, Result):
            callee = callee.callee
        else:
            return isinstance(callee, External) and _is_plain_name(callee.name)
    return False


@lru_cache(maxsize=8_192)
def _is_plain_name(name: str) -> bool:
    return name.partition(".")[0] in PLAIN_MODULES and not waits_for(name) and name not in CREATES_TASKS


def _call_unknown(
    interpreter: Interpreter,
    callee: Value,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    """A call of something that cannot be followed."""
    if isinstance(callee, Unknown) and place is not None and _is_registration(place.node):
        routers.report_unresolved(interpreter, callee, arguments, keywords, place)
    return Result(callee, arguments, keywords, place)


def _is_registration(node: ast.AST) -> bool:
    """Whether a call has a name that only registrations have."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in routers.REGISTERING


def _call_function(
    interpreter: Interpreter,
    callee: Function,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    return call_function(interpreter, callee, arguments, keywords)


def _call_bound(
    interpreter: Interpreter,
    callee: BoundMethod,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    return call_function(interpreter, callee.function, (callee.receiver, *arguments), keywords)


def _call_external(
    interpreter: Interpreter,
    callee: External,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    made = routers.make_router(interpreter, callee.name, None, arguments, keywords, place)
    if made is not None:
        return made
    trace = interpreter.trace
    if trace is not None and trace.is_bare and _fails_to_verify(trace, callee, arguments):
        raise AnalysedCodeRaises
    known = builtins.call_external(interpreter, callee, arguments, keywords, place, scope)
    return known if known is not None else Result(callee, arguments, keywords, place)


def _call_class(
    interpreter: Interpreter,
    callee: Class,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    return instantiate(interpreter, callee, arguments, keywords, place)


def _call_router_method(
    interpreter: Interpreter,
    callee: RouterMethod,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    return routers.call_router_method(interpreter, callee, arguments, keywords, place)


def _call_route_decorator(
    interpreter: Interpreter,
    callee: RouteDecorator,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    return routers.decorate(interpreter, callee, arguments[0] if arguments else NONE)


def _call_choice(
    interpreter: Interpreter,
    callee: Choice,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    return choice([call(interpreter, option, arguments, keywords, place, scope) for option in callee.options])


def _call_partial(
    interpreter: Interpreter,
    callee: Partial,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    given = (*callee.arguments, *arguments)
    return call(interpreter, callee.function, given, {**callee.keywords, **keywords}, place, scope)


def _call_member(
    interpreter: Interpreter,
    callee: Member,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    if callee.name == "__init__" and isinstance(callee.receiver, Super):
        _library_init(callee.receiver.receiver, arguments, keywords)
    if callee.name in routers.REGISTERING and place is not None:
        presumed.register_by_call(interpreter, callee, arguments, keywords, place)
        routers.report_unresolved(interpreter, callee, arguments, keywords, place)
    if callee.name in MOUNTING and _makes_mcp_server(callee.receiver):
        interpreter.mcp_mounts.append(Result(callee, arguments, keywords, place))
    known = methods.call_member(interpreter, callee, arguments, keywords, place)
    return known if known is not None else Result(callee, arguments, keywords, place)


def _call_instance(
    interpreter: Interpreter,
    callee: Instance,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    if callee.cls.lookup("__call__") is None:
        return Result(callee, arguments, keywords, place)
    return call_method(interpreter, callee, "__call__", arguments, keywords, place)


def _call_type_form(
    interpreter: Interpreter,
    callee: TypeForm,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    return call(interpreter, callee.origin, arguments, keywords, place, scope)


def _call_descriptor(
    interpreter: Interpreter,
    callee: Descriptor,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    return call(interpreter, callee.function, arguments, keywords, place, scope)


def _call_result(
    interpreter: Interpreter,
    callee: Result,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    """A call of what a call gave that could not be followed: a library's object, or `opaque(function)`."""
    if isinstance(callee.callee, External) and callee.callee.name in methods.CONFIGURATIONS:
        return methods.environment(arguments, keywords)
    trace = interpreter.trace
    answer = _asked_scheme(trace, callee) if trace is not None and trace.is_bare else None
    if answer is not None:
        return answer
    by_name = call_by_name(interpreter, callee, arguments, place)
    if by_name is not None:
        return by_name
    if is_external(callee.callee, "functools.wraps") and callee.arguments and arguments:
        inner = arguments[0]
        return replace(inner, wraps=callee.arguments[0]) if isinstance(inner, Function) else inner
    if trace is not None:
        wrapped = [argument for argument in callee.arguments if isinstance(argument, (Function, BoundMethod))]
        if len(wrapped) == 1 and callee.arguments[0] is wrapped[0]:  # a decorator that is not known
            call(interpreter, wrapped[0], arguments, keywords, place, scope)
    return Result(callee, arguments, keywords, place)


CALLS: ByType[Callable[[Interpreter, Any, Arguments, Keywords, Place | None, Scope | None], Value]] = ByType(
    {
        object: _call_unknown,
        BoundMethod: _call_bound,
        Choice: _call_choice,
        Class: _call_class,
        Descriptor: _call_descriptor,
        External: _call_external,
        Function: _call_function,
        Instance: _call_instance,
        Member: _call_member,
        Partial: _call_partial,
        Result: _call_result,
        RouteDecorator: _call_route_decorator,
        RouterMethod: _call_router_method,
        TypeForm: _call_type_form,
    }
)


def _makes_mcp_server(receiver: Value) -> bool:
    from fastapi_guard.project.credentials import dotted_name

    return dotted_name(receiver) in FROM_APPLICATION


def _library_init(receiver: Value, arguments: Arguments, keywords: Keywords) -> None:
    """`super().__init__(...)` of a library class: what it was given is what the object is known by."""
    if isinstance(receiver, Instance):
        receiver.arguments.update({f"super.{index}": value for index, value in enumerate(arguments)})
        receiver.arguments.update({f"super.{name}": value for name, value in keywords.items()})


def _asked_scheme(trace: Trace, scheme: Result) -> Value | None:
    """What `scheme(request)` gives a stranger, where the code calls a security scheme by hand.

    Raises AnalysedCodeRaises when the scheme turns him away.
    """
    from fastapi_guard.project.dependencies import is_security_class

    if trace.is_forged or not isinstance(scheme.callee, External) or not is_security_class(scheme.callee.name):
        return None
    auto_error = scheme.keywords.get("auto_error")
    if isinstance(auto_error, Literal) and not auto_error.value:
        return Coroutine(NONE)
    if auto_error is None or isinstance(auto_error, Literal):
        raise AnalysedCodeRaises
    return None


def _fails_to_verify(trace: Trace, callee: External, arguments: Arguments) -> bool:
    """`jwt.decode(None, ...)`: there is no credential, or none that is genuine, so that this raises."""
    if not callee.name.endswith(".decode") or look_up(VERIFIERS, callee.name) is None:
        return False
    first = arguments[0] if arguments else None
    return trace.is_forged or (isinstance(first, Literal) and not first.value)


def call_method(
    interpreter: Interpreter, receiver: Value, name: str, arguments: Arguments, keywords: Keywords, place: Place | None
) -> Value:
    """`receiver.name(...)`."""
    return call(interpreter, attribute(interpreter, receiver, name, place), arguments, keywords, place, None)


def instantiate(
    interpreter: Interpreter, cls: Class, arguments: Arguments, keywords: Keywords, place: Place | None
) -> Value:
    """Make an object of a class of the project, running its `__init__`."""
    router_class = routers.router_class_of(interpreter, cls)
    if router_class is not None:
        router = routers.make_router(interpreter, router_class, cls, arguments, keywords, place)
        if router is not None:
            return router
    if is_enumeration(cls):
        if not arguments:
            return Unknown("an enumeration without a value")
        return member_of_value(interpreter, cls, arguments[0]) or arguments[0]
    if any(base.endswith(".TypedDict") for base in cls.external_bases()) and "**" not in keywords:
        given = arguments[0].items if arguments and isinstance(arguments[0], Mapping) else {}
        return Mapping({**given, **dict(keywords.items())})
    made = _new(interpreter, cls, arguments, keywords)
    if made is not None:
        return made
    by_position = {str(position): value for position, value in enumerate(arguments)}
    instance = Instance(cls, place=place, arguments={**by_position, **keywords})
    initializer = cls.lookup("__init__")
    if initializer is not None:
        function = interpreter.settle(initializer[0])
        if isinstance(function, Function):
            call_function(interpreter, function, (instance, *arguments), keywords)
        return instance
    if arguments:
        fields = dict.fromkeys(name for base in reversed(cls.lineage.classes) for name in base.annotations)
        instance.attributes.update(zip(fields, arguments, strict=False))
    for name, value in keywords.items():
        if name != "**":
            instance.attributes[name] = value
    for name, value in instance.attributes.items():
        if isinstance(value, Router) and is_held_by(value, cls):
            value.held_as = f"{cls.module.name}:{cls.name}.{name}"
    for name in AFTER_INIT:
        if cls.lookup(name) is not None:
            call_method(interpreter, instance, name, (), {}, place)
    return instance


def _new(interpreter: Interpreter, cls: Class, arguments: Arguments, keywords: Keywords) -> Value | None:
    """What a `__new__` of the project gives that is no object of the class: a dependency, a router, a function."""
    found = cls.lookup("__new__")
    value = interpreter.settle(found[0]) if found else None
    function = value.function if isinstance(value, Descriptor) else value
    if not isinstance(function, Function):
        return None
    made = call_function(interpreter, function, (cls, *arguments), keywords)
    if isinstance(made, (Router, Function, Class, Partial)):
        return made
    return made if isinstance(made, Result) and isinstance(made.callee, External) else None


AFTER_INIT = ("__post_init__", "__attrs_post_init__", "model_post_init")
"""Methods that generated initializers call when they are done (dataclasses, attrs, Pydantic)."""


__all__ = ["Member", "Router", "Setting", "call", "call_function", "call_method"]
