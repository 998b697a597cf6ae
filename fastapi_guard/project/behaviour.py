"""What a callable does to a stranger: whether it rejects, what credential it looks at, whether it verifies it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastapi_guard.knowledge.authentication import IDENTITY_LIBRARIES, VERIFIERS, VERIFYING_METHODS, look_up, sounds_like_identity
from fastapi_guard.location import Location
from fastapi_guard.project.dependencies import annotated_metadata, signature
from fastapi_guard.project.evaluator.calls import call, plain_type
from fastapi_guard.project.evaluator.interpreter import Interpreter, OutOfSteps
from fastapi_guard.project.trace import Event, Trace
from fastapi_guard.project.values import (
    Argument,
    BoundMethod,
    Choice,
    Class,
    Coroutine,
    External,
    Function,
    Instance,
    Item,
    Literal,
    Mapping,
    Member,
    Operation,
    Partial,
    Result,
    Setting,
    Value,
    constant,
    is_none,
    options_of,
)

STEPS_PER_CALLABLE = 20_000
REJECTING_STATUS = frozenset({401, 403})
REDIRECTING_STATUS = frozenset({302, 303, 307})
REJECTING_NAMES = (
    "unauthorized", "unauthorised", "unauthenticated", "notauthenticated", "notauthorized", "notauthorised", "forbidden",
    "permissiondenied", "accessdenied", "credentials", "invalidtoken", "authenticationerror", "authenticationfailed",
    "authorizationerror", "authjwt", "autherror", "authexception", "loginrequired", "notloggedin", "invalidcredential", "permissionerror", "notallowed",
)  # fmt: skip
"""Parts of the names of exception classes whose status cannot be read."""

REQUEST_CLASSES = frozenset({"Request", "WebSocket", "HTTPConnection"})
CREDENTIAL_MARKERS = frozenset({"Header", "Cookie"})
CREDENTIAL_PARAMETERS = ("token", "authorization", "api_key", "apikey", "x_api_key", "access_token", "secret")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What running a callable abstractly showed."""

    rejects: tuple[Location, ...] = ()
    """Where it raises or answers 401 or 403."""
    verifies: bool = False
    """It calls something that establishes that a credential is genuine."""
    reads_credential: bool = False
    """It looks at headers, cookies, the session or a credential parameter of its own."""
    setting: str = ""
    """The setting that switches the rejection off."""
    returns_none: bool = False
    passes_token_on: bool = False
    """It hands a credential to something that could not be followed."""
    asks: str = ""
    """Name of something about identity that is given the request and could not be followed."""
    ran_out: bool = False

    @property
    def looks_at_identity(self) -> bool:
        return self.reads_credential or self.verifies


class BehaviourReader:
    """Runs callables and remembers what they do; a class because each is run once."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self._known: dict[tuple[int, int], Behaviour] = {}
        self._kept: list[Value] = []
        self._traces: dict[int, Trace] = {}

    def trace_of(self, target: Value) -> Trace:
        """What watching a callable wrote down."""
        self.of(target)
        return self._traces.get(id(target), Trace())

    def of(self, target: Value) -> Behaviour:
        """The behaviour of a callable of the project; nothing for library code."""
        key = _key(target)
        if key is None:
            return Behaviour()
        if key not in self._known:
            self._known[key] = Behaviour()
            self._kept.append(target)
            self._known[key] = self._observe(target)
        return self._known[key]

    def _observe(self, target: Value) -> Behaviour:
        trace, ran_out = self.watch(target, ())
        self._traces[id(target)] = trace
        reads = _has_credential_parameter(self.interpreter, target)
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
            made = call(interpreter, target, arguments, {}, None, None)
            trace.returned = made.result if isinstance(made, Coroutine) else made
        except OutOfSteps:
            ran_out = True
            del interpreter.call_stack[depth:]
        finally:
            interpreter.trace = outer
            interpreter.steps_left = left
        return trace, ran_out


def _key(target: Value) -> tuple[int, int] | None:
    if isinstance(target, Function):
        return id(target.definition), id(target.scope) if target.scope.kind == "function" else 0
    if isinstance(target, BoundMethod):
        return id(target.function.definition), id(target.receiver)
    if isinstance(target, Instance) and target.cls.lookup("__call__"):
        return id(target.cls), id(target)
    if isinstance(target, Class):
        return id(target.definition), 0
    if isinstance(target, Partial):
        return _key(target.function)
    return None


def summarize(trace: Trace, reads_credential: bool, ran_out: bool = False) -> Behaviour:
    """What a trace says about a stranger."""
    rejecting = [event for event in trace.events if _rejects(event)]
    verifies = any(_verifies(result) for result in trace.calls())
    reads = reads_credential or _reads_credential(trace)
    setting = ""
    if rejecting and all(event.setting for event in rejecting):
        setting = rejecting[0].setting
    elif rejecting and trace.leaving_settings:
        setting = trace.leaving_settings[0]
    places = []
    for event in rejecting:
        if event.place is not None:
            places.append(event.place.module.location(event.place.node))
    returned = trace.returned
    returns_none = returned is not None and any(is_none(option) for option in options_of(returned))
    return Behaviour(tuple(dict.fromkeys(places)), verifies, reads, setting, returns_none, _passes_token_on(trace), _asks(trace), ran_out)


def _rejects(event: Event) -> bool:
    if event.kind == "raise":
        options = options_of(event.value)
        if event.caught and all(status_of(option) is None for option in options) and _sounds_rejecting(event.caught):
            return True  # `except CredentialsNotValid as error: raise as_http(error)`
        return any(_is_rejection(option) for option in options)
    if event.kind == "call" and isinstance(event.value, Result):
        callee = event.value.callee
        if isinstance(callee, External) and callee.name.endswith("Response"):
            return status_of(event.value) in REJECTING_STATUS
        if isinstance(callee, (External, Member)) and "abort" in _last_name(callee):
            return status_of(event.value) in REJECTING_STATUS
        if isinstance(callee, Member) and callee.name == "close":  # websocket.close(code=1008) refuses the connection
            code = event.value.keywords.get("code") or (event.value.arguments[0] if event.value.arguments else None)
            known = constant(code) if code is not None else None
            return isinstance(known, int) and (known == 1008 or known >= 4000)
        if (isinstance(callee, Member) and callee.name == "send") or _last_name(callee) == "send":
            return any("401" in str(_plain(argument)) or "403" in str(_plain(argument)) for argument in event.value.arguments)
    return False


def _plain(value: Value) -> object:
    if isinstance(value, Mapping):
        return {key: constant(item) for key, item in value.items.items() if key == "status"}
    return None


def _last_name(callee: Value) -> str:
    if isinstance(callee, External):
        return callee.name.rpartition(".")[2]
    if isinstance(callee, (Member, Argument)):
        return callee.name
    return ""


def _is_rejection(value: Value) -> bool:
    """Whether an exception (or exception class) answers 401 or 403, or sends the browser to a login page."""
    status = status_of(value)
    if isinstance(status, int):
        return status in REJECTING_STATUS or status in REDIRECTING_STATUS
    name = ""
    if isinstance(value, (Instance, Class)):
        name = value.cls.name if isinstance(value, Instance) else value.name
    elif isinstance(value, Result):
        name = value.callee.name if isinstance(value.callee, External) else ""
    elif isinstance(value, External):
        name = value.name
    return _sounds_rejecting(name.rpartition(".")[2])


def _sounds_rejecting(name: str) -> bool:
    plain = name.lower().replace("_", "")
    return any(part in plain for part in REJECTING_NAMES)


def status_of(value: Value) -> int | None:
    """The HTTP status that an exception or a response carries, where it is a constant."""
    candidates: list[Value | None] = []
    if isinstance(value, Result):
        name = value.callee.name.rpartition(".")[2] if isinstance(value.callee, External) else ""
        position = 1 if name.endswith("Response") else 0
        candidates.append(value.keywords.get("status_code") or value.keywords.get("status"))
        candidates.append(value.arguments[position] if len(value.arguments) > position else None)
    elif isinstance(value, Instance):
        names = ("status_code", "super.status_code", "http_status", "http_status_code", "code", "status", "super.0")
        for name in names:
            candidates.append(value.attributes.get(name) or value.arguments.get(name))
            found = value.cls.lookup(name)
            candidates.append(found[0] if found else None)
        if any(base.endswith("HTTPException") for base in value.cls.external_bases()) and value.cls.lookup("__init__") is None:
            candidates.append(value.arguments.get("0"))
    elif isinstance(value, Class):
        for name in ("status_code", "http_status", "code", "status"):
            found = value.lookup(name)
            candidates.append(found[0] if found else None)
    for candidate in candidates:
        known = constant(candidate) if candidate is not None else None
        if isinstance(known, int) and 100 <= known < 600:
            return known
    return None


def _verifies(result: Result) -> bool:
    callee = result.callee
    name = dotted_name(callee)
    if look_up(VERIFIERS, name):
        return not _is_unverified(result)
    return callee_is_library_method(callee, name) and not _is_unverified(result)


def callee_is_library_method(callee: Value, name: str) -> bool:
    """A verifying method of an object that an identity library made."""
    return isinstance(callee, Member) and callee.name in VERIFYING_METHODS and name.split(".", 1)[0] in IDENTITY_LIBRARIES


def _is_unverified(result: Result) -> bool:
    """`jwt.decode(..., options={"verify_signature": False})` and its like."""
    options = result.keywords.get("options")
    if isinstance(options, Mapping):
        value = options.items.get("verify_signature")
        return isinstance(value, Literal) and value.value is False
    verify = result.keywords.get("verify")
    return isinstance(verify, Literal) and verify.value is False


def dotted_name(value: Value) -> str:
    """`package.Class.method` for a library callable, also through objects that the library made."""
    if isinstance(value, External):
        return value.name
    if isinstance(value, Member):
        return f"{dotted_name(value.receiver)}.{value.name}"
    if isinstance(value, Result):
        return dotted_name(value.callee)
    if isinstance(value, Instance):
        bases = value.cls.external_bases()
        return bases[0] if bases else value.cls.name
    if isinstance(value, Class):
        return value.name
    if isinstance(value, Setting):
        return dotted_name(value.default)
    return ""


def _reads_credential(trace: Trace) -> bool:
    """Whether a credential or an identity is looked for in the request: a header, a cookie, the session, the user."""
    reads = [event.value for event in trace.events if event.kind == "read"]
    if any(isinstance(value, Member) and is_request(value.receiver) and value.name in ("session", "user", "auth") for value in reads):
        return True
    if any(_is_identity_in_state(value) for value in reads):
        return True
    keyed = [key for value in [*reads, *trace.calls()] if (key := _key_read(value)) is not None]
    if any(is_credential_key(mapping, key) for mapping, key in keyed):
        return True
    whole = [value for value in reads if isinstance(value, Member) and value.name in ("headers", "cookies") and is_request(value.receiver)]
    return len(whole) > sum(mapping in ("headers", "cookies") for mapping, _ in keyed)


STATE_IDENTITY = re.compile(r"user|auth|token|principal|account|claims|identity|subject|tenant|payload|session$|jwt|customer")
HARMLESS_KEYS = re.compile(
    r"accept|content-|host|origin|referer|user-agent|x-request-id|x-forwarded|x-real-ip|if-|cache-control|connection|range"
    r"|x-correlation|forwarded|upgrade|traceparent|x-process|x-trace|last-event-id|date|expect|transfer-encoding|sec-"
)
CREDENTIAL_KEYS = re.compile(r"token|auth|api[-_]?key|apikey|secret|session|signature|jwt|access|credential|x-user|password|key$", re.IGNORECASE)


def _is_identity_in_state(value: Value) -> bool:
    return (
        isinstance(value, Member)
        and isinstance(value.receiver, Member)
        and value.receiver.name == "state"
        and is_request(value.receiver.receiver)
        and STATE_IDENTITY.search(value.name.lower()) is not None
    )


def _key_read(value: Value) -> tuple[str, str | None] | None:
    """The mapping of the request and the key that are read by `headers["X"]` or `headers.get("X")`."""
    key: Value | None = None
    receiver: Value | None = None
    if isinstance(value, Item):
        receiver, key = value.receiver, value.key
    elif isinstance(value, Result) and isinstance(value.callee, Member) and value.callee.name in ("get", "getlist"):
        receiver, key = value.callee.receiver, value.arguments[0] if value.arguments else None
    if not isinstance(receiver, Member) or receiver.name not in ("headers", "cookies", "query_params") or not is_request(receiver.receiver):
        return None
    known = constant(key) if key is not None else None
    return receiver.name, known if isinstance(known, str) else None


def is_credential_key(mapping: str, key: str | None) -> bool:
    """Whether a key of headers, cookies or query parameters names a credential; an unknown header or cookie may."""
    if key is None:
        return mapping != "query_params"
    if mapping == "headers":
        return HARMLESS_KEYS.match(key.lower()) is None
    if mapping == "cookies":
        return re.search(r"locale|lang|theme|consent|csrf", key.lower()) is None
    return CREDENTIAL_KEYS.search(key) is not None


def is_request(value: Value) -> bool:
    """Whether a value is the request (or connection) that is being answered."""
    if isinstance(value, Argument):
        kind = plain_type(value.annotation) if value.annotation is not None else None
        if isinstance(kind, External):
            return kind.name.rpartition(".")[2] in REQUEST_CLASSES
        return kind is None and value.name in ("request", "req", "websocket", "ws", "conn", "connection")
    if isinstance(value, Choice):
        return any(is_request(option) for option in value.options)
    return False


def _passes_token_on(trace: Trace) -> bool:
    """A credential parameter is handed to a call that could not be followed."""
    for result in trace.calls():
        values = [*result.arguments, *result.keywords.values()]
        if any(_is_credential_argument(value) for value in values) and dotted_name(result.callee).partition(".")[0] not in ("builtins", "logging"):
            return True
    return False


def _asks(trace: Trace) -> str:
    """A call by its name about identity, which could not be followed and is given the request or its headers."""
    for result in trace.calls():
        name = _last_name(result.callee)
        if sounds_like_identity(name) and any(_holds_request(value) for value in [*result.arguments, *result.keywords.values()]):
            return name
    return ""


def _holds_request(value: Value) -> bool:
    if isinstance(value, Member):
        return value.name in ("headers", "cookies") and is_request(value.receiver)
    if isinstance(value, Result):
        return any(_holds_request(argument) for argument in value.arguments)
    if isinstance(value, Mapping):
        return not value.is_complete and not value.items
    return is_request(value)


def _is_credential_argument(value: Value) -> bool:
    if isinstance(value, (Member, Item)):
        return _is_credential_argument(value.receiver)
    if isinstance(value, Operation):
        return any(_is_credential_argument(operand) for operand in value.operands)
    if isinstance(value, Result):
        return _is_credential_argument(value.callee) or any(_is_credential_argument(argument) for argument in value.arguments)
    return isinstance(value, Argument) and any(word in value.name.lower() for word in ("token", "credential", "authorization", "api_key"))


def _has_credential_parameter(interpreter: Interpreter, target: Value) -> bool:
    """A parameter that FastAPI fills from a header or a cookie, or one that is called like a credential."""
    try:
        for parameter in signature(interpreter, target):
            markers = [parameter.default, *annotated_metadata(parameter.annotation)]
            names = {
                marker.callee.name.rpartition(".")[2]
                for marker in markers
                if isinstance(marker, Result) and isinstance(marker.callee, External)
            }
            if names & CREDENTIAL_MARKERS:
                return True
            if parameter.name.lower() in CREDENTIAL_PARAMETERS and not names & {"Depends", "Security", "Body", "Form", "Path"}:
                return True
    except OutOfSteps:
        return False
    return False
