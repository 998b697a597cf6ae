"""What a call gives: functions of the project are followed, everything else becomes a `Result` that remembers the call."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi_guard.knowledge.authentication import VERIFIERS, look_up
from fastapi_guard.knowledge.blocking import waits_for
from fastapi_guard.knowledge.database import is_named_after_a_check
from fastapi_guard.knowledge.mcp import FROM_APPLICATION, MOUNTING
from fastapi_guard.knowledge.scheduling import CREATES_TASKS
from fastapi_guard.project.evaluator import builtins, methods, presumed, routers
from fastapi_guard.project.evaluator.attributes import attribute
from fastapi_guard.project.evaluator.binding import bind_arguments
from fastapi_guard.project.evaluator.dispatch import annotation_value, evaluate, run_block
from fastapi_guard.project.evaluator.enums import is_enumeration, member_of_value
from fastapi_guard.project.evaluator.fields import is_settings
from fastapi_guard.project.evaluator.indirect import call_by_name
from fastapi_guard.project.evaluator.signals import AnalysedCodeRaises
from fastapi_guard.project.evaluator.ways import FALLS, RAISES
from fastapi_guard.project.registration import RouteDecorator, Router, RouterMethod, is_held_by
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.trace import Trace, Watched, distinct_events, distinct_values
from fastapi_guard.project.values import (
    NONE,
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


MOST_NESTED_CALLS = 40


MOST_RECURSIONS = 2


PLAIN_MODULES = (sys.stdlib_module_names | {"builtins", "loguru", "structlog"}) - {"hmac", "secrets", "sqlite3"}


MOST_RUNS, MOST_RUNS_ELSEWHERE = 400, 120
"""How often one root runs a function body of a module that registers something, and of any other module."""


MOST_WATCHED_RUNS = 2
"""While somebody watches, a function body is followed this often; after that its last result stands for it."""


MOST_WATCHED_NESTING = 9


def call(
    interpreter: Interpreter,
    callee: Value,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    """What calling a value gives."""
    if interpreter.trace is not None and place is not None:
        interpreter.call_sites.append(place)
        if _asks_about_access(interpreter, callee):
            interpreter.note("ask", Result(callee, arguments, keywords, place), place)
        try:
            made = _call(interpreter, callee, arguments, keywords, place, scope)
        finally:
            interpreter.call_sites.pop()
    else:
        made = _call(interpreter, callee, arguments, keywords, place, scope)
    if interpreter.trace is not None and isinstance(made, Coroutine) and isinstance(callee, (Function, BoundMethod)):
        interpreter.note("coroutine", Result(callee, (), {}, place), place)
    if (
        interpreter.trace is not None
        and isinstance(made, Result)
        and made.callee is callee
        and not _is_plain_python(callee)
    ):
        interpreter.note("call", made, place)
    return made


def _asks_about_access(interpreter: Interpreter, callee: Value) -> bool:
    """Whether a call asks about access, by its name or by configuration: what it is given is written down."""
    if is_authorizer(interpreter, callee):
        return True
    function = callee.function if isinstance(callee, BoundMethod) else callee
    return isinstance(function, Function) and is_named_after_a_check(function.name.rpartition(".")[2])


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
        if isinstance(callee, External):
            is_plain = callee.name.partition(".")[0] in PLAIN_MODULES
            return is_plain and not waits_for(callee.name) and callee.name not in CREATES_TASKS
        if isinstance(callee, Member):
            callee = callee.receiver
        elif isinstance(callee, Result):
            callee = callee.callee
        else:
            return False
    return False


def _call(
    interpreter: Interpreter,
    callee: Value,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value:
    interpreter.step()
    if isinstance(callee, Function):
        return call_function(interpreter, callee, arguments, keywords)
    if isinstance(callee, BoundMethod):
        return call_function(interpreter, callee.function, (callee.receiver, *arguments), keywords)
    if isinstance(callee, External):
        made = routers.make_router(interpreter, callee.name, None, arguments, keywords, place)
        if made is not None:
            return made
        if (
            interpreter.trace is not None
            and interpreter.trace.is_bare
            and _fails_to_verify(interpreter.trace, callee, arguments)
        ):
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
        return call(
            interpreter, callee.function, (*callee.arguments, *arguments), {**callee.keywords, **keywords}, place, scope
        )
    if isinstance(callee, Member):
        if callee.name == "__init__" and isinstance(callee.receiver, Super):
            _library_init(callee.receiver.receiver, arguments, keywords)
        if callee.name in routers.REGISTERING and place is not None:
            presumed.register_by_call(interpreter, callee, arguments, keywords, place)
            routers.report_unresolved(interpreter, callee, arguments, keywords, place)
        if callee.name in MOUNTING and _makes_mcp_server(callee.receiver):
            interpreter.mcp_mounts.append(Result(callee, arguments, keywords, place))
        known = methods.call_member(interpreter, callee, arguments, keywords, place)
        return known if known is not None else Result(callee, arguments, keywords, place)
    if isinstance(callee, Instance) and callee.cls.lookup("__call__"):
        return call_method(interpreter, callee, "__call__", arguments, keywords, place)
    if isinstance(callee, TypeForm):
        return call(interpreter, callee.origin, arguments, keywords, place, scope)
    if isinstance(callee, Descriptor):
        return call(interpreter, callee.function, arguments, keywords, place, scope)
    if (
        isinstance(callee, Result)
        and isinstance(callee.callee, External)
        and callee.callee.name in methods.CONFIGURATIONS
    ):
        return methods.environment(arguments, keywords)
    if interpreter.trace is not None and interpreter.trace.is_bare and isinstance(callee, Result):
        answer = _asked_scheme(interpreter.trace, callee)
        if answer is not None:
            return answer
    if isinstance(callee, Result):
        by_name = call_by_name(interpreter, callee, arguments, place)
        if by_name is not None:
            return by_name
    if isinstance(callee, Result) and is_external(callee.callee, "functools.wraps") and callee.arguments and arguments:
        inner = arguments[0]
        return replace(inner, wraps=callee.arguments[0]) if isinstance(inner, Function) else inner
    if isinstance(callee, Result) and interpreter.trace is not None:
        wrapped = [argument for argument in callee.arguments if isinstance(argument, (Function, BoundMethod))]
        if (
            len(wrapped) == 1 and callee.arguments[0] is wrapped[0]
        ):  # `opaque(function)(...)`: a decorator that is not known
            call(interpreter, wrapped[0], arguments, keywords, place, scope)
    if isinstance(callee, Unknown) and place is not None:
        node = place.node
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in routers.REGISTERING
        ):
            routers.report_unresolved(interpreter, callee, arguments, keywords, place)
    return Result(callee, arguments, keywords, place)


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


def _watched(
    interpreter: Interpreter, trace: Trace, function: Function, arguments: Arguments, keywords: Keywords
) -> Value:
    """Run a function while somebody watches: not again on the very same values, and no body too often."""
    key = (
        id(function.definition),
        *map(id, arguments),
        *(part for name, value in keywords.items() for part in (name, id(value))),
    )
    known = interpreter.watched.get(key)
    if known is not None:
        around = tuple(interpreter.call_sites)
        trace.events.extend([event.behind(around, known.depth) for event in known.events])
        trace.tests.extend(known.tests)
        trace.compares.extend(known.compares)
        trace.leaving_settings.extend(known.leaving_settings)
        trace.bodies |= known.bodies
        return known.result
    body = id(function.definition)
    if trace.runs[body] >= MOST_WATCHED_RUNS or len(interpreter.call_stack) >= MOST_WATCHED_NESTING:
        return _not_again(function, trace.results.get(body), arguments, keywords)
    first_event, first_setting = len(trace.events), len(trace.leaving_settings)
    first_test, first_compare = len(trace.tests), len(trace.compares)
    before, trace.bodies = trace.bodies, {body}
    result = _run(interpreter, function, arguments, keywords)
    trace.runs[body] += 1
    trace.results[body] = result
    kept = (function, *arguments, *keywords.values())
    events, settings = trace.events[first_event:], trace.leaving_settings[first_setting:]
    bodies = frozenset(trace.bodies)
    trace.bodies |= before
    depth = len(interpreter.call_sites)
    interpreter.watched[key] = Watched(
        result,
        distinct_events(events),
        tuple(dict.fromkeys(settings)),
        kept,
        depth,
        bodies,
        distinct_values(trace.tests[first_test:]),
        distinct_values(trace.compares[first_compare:]),
    )
    return result


def _not_again(function: Function, last: Value | None, arguments: Arguments, keywords: Keywords) -> Value:
    """What stands for a call that is not followed: the object that it gave the last time, else something made of its arguments."""
    given = last.result if isinstance(last, Coroutine) else last
    if given is not None and (
        isinstance(given, (Instance, Class, Function, BoundMethod, Generator)) or not (arguments or keywords)
    ):
        return last if last is not None else given
    made = Result(Unknown(f"{function.name} was not followed again"), arguments, keywords)
    return Coroutine(made) if isinstance(last, Coroutine) else made


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
    return _result(interpreter, function, scope, bool(ways & FALLS))


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


def _result(interpreter: Interpreter, function: Function, scope: Scope, falls: bool) -> Value:
    """What the caller gets of a body that was run."""
    if scope.yielded:
        return Generator(tuple(scope.yielded))
    values = list(scope.returned)
    if falls:
        values.append(NONE)
    result = choice(values) if values else Unknown(f"{function.name} never returns")
    if interpreter.trace is None and not isinstance(result, Instance):
        result = _declared_settings(interpreter, function) or result
    return Coroutine(result) if function.is_async else result


def _declared_settings(interpreter: Interpreter, function: Function) -> Instance | None:
    """Some object of the settings class that a function is declared to give: each field has its default."""
    node = getattr(function.definition, "returns", None)
    kind = annotation_value(interpreter, node, function.scope) if isinstance(node, (ast.Name, ast.Constant)) else None
    return Instance(kind, is_abstract=True) if isinstance(kind, Class) and is_settings(kind) else None


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
    instance = Instance(
        cls, place=place, arguments={**{str(i): value for i, value in enumerate(arguments)}, **keywords}
    )
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
