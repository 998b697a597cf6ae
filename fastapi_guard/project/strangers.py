"""What a callable does to somebody who sends no credential: it is run with every credential absent."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi_guard.project.credentials import CREDENTIAL_MARKERS, CREDENTIAL_PARAMETERS, REQUEST_CLASSES
from fastapi_guard.project.dependencies import (
    SignatureParameter,
    annotated_metadata,
    declared_dependency,
    is_security_class,
    signature,
)
from fastapi_guard.project.evaluator.binding import plain_type
from fastapi_guard.project.evaluator.calls import call
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.evaluator.signals import AnalysedCodeRaises, OutOfSteps
from fastapi_guard.project.evaluator.ways import FALLS, RAISES, RETURNS
from fastapi_guard.project.rejections import rejects
from fastapi_guard.project.trace import Trace
from fastapi_guard.project.values import (
    FALSE,
    NONE,
    BoundMethod,
    Class,
    Coroutine,
    Descriptor,
    External,
    Function,
    Generator,
    Instance,
    Literal,
    Mapping,
    Partial,
    Result,
    Unknown,
    Value,
)

STEPS = 8_000
MOST_NESTED = 15
REQUEST = External("starlette.requests.Request")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a stranger, and what the callable gives when it lets him through."""

    is_rejected: bool
    """On every way that could be followed."""
    passes: bool
    """On every way that could be followed; both are False where it cannot be told."""
    value: Value


LEFT_BY_GUARDS = ("auth", "claims", "current_user", "identity", "principal", "token", "user", "user_id")
"""What middlewares leave in `request.state` about somebody whom they know; of a stranger there is nothing."""

UNKNOWN = Outcome(False, False, Unknown("what it gives a stranger"))
REJECTED = Outcome(True, False, Unknown("a stranger is rejected before"))


class StrangerReader:
    """Sends strangers to callables; a class because each is asked once."""

    def __init__(self, interpreter: Interpreter, *, is_forged: bool = False) -> None:
        """With `is_forged` every credential is there and none can be verified."""
        self.interpreter = interpreter
        self.is_forged = is_forged
        self._known: dict[int, Outcome] = {}
        self._kept: list[Value] = []

    def outcome(self, target: Value, depth: int = 0) -> Outcome:
        """What a dependency or endpoint does to a request without any credential."""
        if id(target) not in self._known:
            self._known[id(target)] = UNKNOWN
            self._kept.append(target)
            self._known[id(target)] = self._send(target, depth) if depth < MOST_NESTED else UNKNOWN
        return self._known[id(target)]

    def _send(self, target: Value, depth: int) -> Outcome:
        definition = _definition(target)
        if definition is None:
            return UNKNOWN
        keywords: dict[str, Value] = {}
        try:
            for parameter in signature(self.interpreter, target):
                value = self._absent(parameter, depth)
                if value is REJECTED:
                    return REJECTED
                if isinstance(value, Value):
                    keywords[parameter.name] = value
        except (OutOfSteps, RecursionError):
            return UNKNOWN
        return self._run(target, definition, keywords)

    def _absent(self, parameter: SignatureParameter, depth: int) -> Value | Outcome | None:
        """What a parameter holds for a stranger; REJECTED when he does not get so far, None when nobody knows."""
        markers = [parameter.default, *annotated_metadata(parameter.annotation)]
        for marker in markers:
            declared = declared_dependency(marker)
            if declared is not None:
                dependency = declared.dependency or plain_type(parameter.annotation or NONE)
                return self._of_dependency(dependency, depth)
        if self.is_forged:
            return None
        for marker in markers:
            if isinstance(marker, Result) and isinstance(marker.callee, External):
                if marker.callee.name.rpartition(".")[2] in (*CREDENTIAL_MARKERS, "Query"):
                    default = _default_of(marker, parameter)
                    is_credential = marker.callee.name.rpartition(".")[2] in CREDENTIAL_MARKERS
                    return default if default is not None else (REJECTED if is_credential else None)
        kind = plain_type(parameter.annotation) if parameter.annotation is not None else None
        if isinstance(kind, External) and kind.name.rpartition(".")[2] in REQUEST_CLASSES:
            return bare_request()
        if kind is None and parameter.name == "request":
            return bare_request()
        if parameter.name.lower() in CREDENTIAL_PARAMETERS and parameter.default is not None:
            return parameter.default
        return None

    def _of_dependency(self, dependency: Value, depth: int) -> Value | Outcome | None:
        if isinstance(dependency, Result) and isinstance(dependency.callee, External):
            if not is_security_class(dependency.callee.name):
                return None
            if self.is_forged:
                return None
            auto_error = dependency.keywords.get("auto_error")
            if auto_error is None or (isinstance(auto_error, Literal) and auto_error.value is True):
                return REJECTED
            return NONE if isinstance(auto_error, Literal) else None
        found = self.outcome(dependency, depth + 1)
        if found.is_rejected:
            return REJECTED
        return found.value if found.passes else None

    def _run(self, target: Value, definition: object, keywords: dict[str, Value]) -> Outcome:
        interpreter = self.interpreter
        trace = Trace(is_bare=True, is_forged=self.is_forged, depth=len(self.interpreter.call_stack))
        outer, interpreter.trace = interpreter.trace, trace
        left, interpreter.steps_left = interpreter.steps_left, STEPS
        watched, interpreter.watched = interpreter.watched, {}
        depth = len(interpreter.call_stack)
        try:
            made = call(interpreter, target, (), keywords, None, None)
        except (OutOfSteps, RecursionError):
            del interpreter.call_stack[depth:]
            return UNKNOWN
        except AnalysedCodeRaises:
            del interpreter.call_stack[depth:]
            return REJECTED
        finally:
            interpreter.trace = outer
            interpreter.steps_left = left
            interpreter.watched = watched
        ways = trace.ways.get(id(definition), FALLS | RAISES)
        made = made.result if isinstance(made, Coroutine) else made
        if isinstance(made, Generator) and made.items:
            made = made.items[0]
        leaves = bool(ways & (FALLS | RETURNS))
        answers = any(
            event.kind == "call" and rejects(event) for event in trace.events
        )  # a 401 response, a closed socket
        return Outcome(bool(ways & RAISES) and not leaves, leaves and not ways & RAISES and not answers, made)


def bare_request() -> Value:
    """A request that carries nothing."""
    user = Result(
        External("starlette.authentication.UnauthenticatedUser"), (), {}, attributes={"is_authenticated": FALSE}
    )
    empty = ("headers", "cookies", "query_params", "session")
    attributes: dict[str, Value] = {name: Mapping({}) for name in empty}
    state = Result(External("starlette.datastructures.State"), (), {}, attributes=dict.fromkeys(LEFT_BY_GUARDS, NONE))
    return Result(REQUEST, (), {}, attributes={**attributes, "user": user, "state": state})


def _default_of(marker: Result, parameter: SignatureParameter) -> Value | None:
    """The default of a `Header(...)` and its like; None when the value is required."""
    if marker is parameter.default:
        found = marker.keywords.get("default") or (marker.arguments[0] if marker.arguments else None)
    else:
        found = parameter.default
    return None if found is None or (isinstance(found, Literal) and found.value is Ellipsis) else found


def _definition(target: Value) -> object | None:
    """The `def` that runs for a callable."""
    for _ in range(MOST_NESTED):
        if isinstance(target, Partial | BoundMethod | Descriptor):
            target = target.function
        elif isinstance(target, Instance):
            found = target.cls.lookup("__call__")
            if found is None:
                return None
            target = found[0]
        elif isinstance(target, Class):
            found = target.lookup("__init__")
            if found is None:
                return None
            target = found[0]
        else:
            break
    return target.definition if isinstance(target, Function) else None
