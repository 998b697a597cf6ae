"""What a callable does to a stranger: whether it rejects, what credential it looks at, whether it verifies it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from fastapi_guard.location import Location
from fastapi_guard.project.credentials import (
    CREDENTIAL_PARAMETERS,
    asks,
    dotted_name,
    has_credential_parameter,
    passes_token_on,
    reads_credential,
    verifies,
)
from fastapi_guard.project.dependencies import unwrapped
from fastapi_guard.project.evaluator.binding import abstract_value, bind_arguments
from fastapi_guard.project.evaluator.calls import call, call_method
from fastapi_guard.project.evaluator.definitions import defaults_of
from fastapi_guard.project.evaluator.expressions import evaluate
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.evaluator.signals import OutOfSteps
from fastapi_guard.project.rejections import is_response, rejects, status_of
from fastapi_guard.project.trace import Trace
from fastapi_guard.project.values import (
    Argument,
    BoundMethod,
    Class,
    Coroutine,
    Function,
    Instance,
    Partial,
    Place,
    Value,
    is_none,
    options_of,
)

__all__ = ["Behaviour", "BehaviourReader", "dotted_name", "status_of", "summarize"]

STEPS_PER_CALLABLE = 20_000


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What running a callable abstractly showed."""

    raises: tuple[Location, ...] = ()
    """Where it raises 401 or 403, or closes the socket: what a dependency has to do."""
    rejects: tuple[Location, ...] = ()
    """Where it raises or answers 401 or 403."""
    verifies: bool = False
    """It calls something that establishes that a credential is genuine."""
    reads_credential: bool = False
    """It looks at headers, cookies, the session or a credential parameter of its own."""
    setting: str = ""
    """The setting that switches the rejection off."""
    returns_none: bool = False
    trace: Trace = field(default_factory=Trace)
    ran_out: bool = False

    def passes_token_on(self) -> bool:
        """It hands a credential to something that could not be followed."""
        return passes_token_on(self.trace)

    def asks(self) -> str:
        """Name of something about identity that is given the request and could not be followed; empty for nothing."""
        return asks(self.trace)

    @property
    def looks_at_identity(self) -> bool:
        return self.reads_credential or self.verifies


class BehaviourReader:
    """Runs callables and remembers what they do; a class because each is run once."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self._known: dict[tuple[int, int], Behaviour] = {}
        self._kept: list[Value] = []
        self._traces: dict[tuple[int, int], Trace] = {}
        self._handlers: dict[int, Function | None] = {}

    def trace_of(self, target: Value) -> Trace:
        """What watching a callable wrote down."""
        self.of(target)
        key = key_of(target)
        return self._traces.get(key, Trace()) if key is not None else Trace()

    def of(self, target: Value) -> Behaviour:
        """The behaviour of a callable of the project; nothing for library code."""
        key = key_of(target)
        if key is None:
            return Behaviour()
        if key not in self._known:
            self._known[key] = Behaviour()
            self._kept.append(target)
            self._known[key] = self._observe(target)
        return self._known[key]

    def route_handler(self, cls: Class) -> Function | None:
        """The function of the project that `get_route_handler` of a route class gives."""
        if id(cls) not in self._handlers:
            try:
                made: Value | None = call_method(self.interpreter, Instance(cls), "get_route_handler", (), {}, None)
            except (OutOfSteps, RecursionError):
                made = None
            self._handlers[id(cls)] = made if isinstance(made, Function) else None
        return self._handlers[id(cls)]

    def _observe(self, target: Value) -> Behaviour:
        trace, ran_out = self.watch(target, ())
        key = key_of(target)
        if key is not None:
            self._traces[key] = trace
        reads = has_credential_parameter(self.interpreter, target)
        return summarize(trace, reads, ran_out)

    def watch(self, target: Value, arguments: tuple[Value, ...]) -> tuple[Trace, bool]:
        """Run a callable on unknown arguments (after the given ones) and write down what it does."""
        interpreter = self.interpreter
        trace = Trace()
        outer, interpreter.trace = interpreter.trace, trace
        left, interpreter.steps_left = interpreter.steps_left, STEPS_PER_CALLABLE
        depth = len(interpreter.call_stack)
        ran_out = False
        try:
            made = call(interpreter, target, arguments, _keywords_for(interpreter, target), None, None)
            trace.returned = made.result if isinstance(made, Coroutine) else made
        except (OutOfSteps, RecursionError):
            ran_out = True
            del interpreter.call_stack[depth:]
        finally:
            interpreter.trace = outer
            interpreter.steps_left = left
        return trace.tidied(), ran_out


def _keywords_for(interpreter: Interpreter, target: Value) -> dict[str, Value]:
    """What FastAPI passes to a wrapper: the parameters of the function that it wraps, by name."""
    function = target.function if isinstance(target, BoundMethod) else target
    if not isinstance(function, Function):
        return {}
    if not isinstance(function.wraps, Function):
        return _optional_parameters(interpreter, function)
    inner = unwrapped(function)
    names = bind_arguments(interpreter, inner, (), {})
    if isinstance(target, BoundMethod):
        first = next(iter(inner.definition.args.args), None)
        names.pop(first.arg if first else "", None)
    for rest in (inner.definition.args.vararg, inner.definition.args.kwarg):
        names.pop(rest.arg if rest else "", None)
    return names


FILLED = frozenset({"Query", "Path", "Body", "Form", "File"})


def _optional_parameters(interpreter: Interpreter, function: Function) -> dict[str, Value]:
    """Parameters that the client may fill: their defaults are not what they hold."""
    filled: dict[str, Value] = {}
    for parameter, default in defaults_of(function.definition.args):
        place = Place(function.module, parameter)
        if isinstance(default, ast.Constant):
            is_filled = parameter.arg.lower() not in CREDENTIAL_PARAMETERS
        else:
            name = (
                dotted_name(evaluate(interpreter, default.func, function.scope))
                if isinstance(default, ast.Call)
                else ""
            )
            is_filled = name.startswith("fastapi.") and name.rpartition(".")[2] in FILLED
        if not is_filled:
            continue
        if parameter.annotation is None:
            filled[parameter.arg] = Argument(parameter.arg, None, place)
        else:
            made = abstract_value(interpreter, parameter.arg, parameter.annotation, function.scope, place)
            if isinstance(made, (Argument, Instance)) and made.origin is None:
                filled[parameter.arg] = made
    return filled


def key_of(target: Value) -> tuple[int, int] | None:
    """What a callable of the project is known by, however often it is looked up."""
    if isinstance(target, Function):
        return id(target.definition), id(target.scope) if target.scope.kind == "function" else 0
    if isinstance(target, BoundMethod):
        return id(target.function.definition), id(target.receiver)
    if isinstance(target, Instance) and target.cls.lookup("__call__"):
        return id(target.cls), id(target)
    if isinstance(target, Class):
        return id(target.definition), 0
    if isinstance(target, Partial):
        return key_of(target.function)
    return None


def summarize(trace: Trace, has_credential: bool, ran_out: bool = False) -> Behaviour:
    """What a trace says about a stranger."""
    rejecting = [event for event in trace.events if rejects(event)]
    is_verified = any(verifies(result) for result in trace.calls())
    reads = has_credential or reads_credential(trace)
    setting = ""
    if rejecting and all(event.setting for event in rejecting):
        setting = rejecting[0].setting
    elif rejecting and trace.leaving_settings:
        setting = trace.leaving_settings[0]
    places, raises = [], []
    for event in rejecting:
        if event.place is not None:
            places.append(event.place.module.location(event.place.node))
            if not is_response(event):  # a dependency that returns a response has rejected nobody
                raises.append(places[-1])
    returned = trace.returned
    returns_none = returned is not None and any(is_none(option) for option in options_of(returned))
    return Behaviour(
        tuple(dict.fromkeys(raises)),
        tuple(dict.fromkeys(places)),
        is_verified,
        reads,
        setting,
        returns_none,
        trace,
        ran_out,
    )
