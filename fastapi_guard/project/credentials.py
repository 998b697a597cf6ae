"""What counts as looking at a credential: headers, cookies, the session, parameters named like one, and verifying it."""

from __future__ import annotations

import re
from functools import lru_cache

from fastapi_guard.knowledge.authentication import (
    IDENTITY_LIBRARIES,
    VERIFIERS,
    VERIFYING_METHODS,
    is_verifier,
    sounds_like_identity,
)
from fastapi_guard.project.dependencies import annotated_metadata, is_security_class, signature
from fastapi_guard.project.evaluator.binding import plain_type
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.evaluator.signals import OutOfSteps
from fastapi_guard.project.rejections import last_name
from fastapi_guard.project.trace import Trace
from fastapi_guard.project.values import (
    Argument,
    Choice,
    Class,
    External,
    Instance,
    Item,
    Literal,
    Mapping,
    Member,
    Operation,
    Result,
    Setting,
    Value,
    constant,
)

REQUEST_CLASSES = frozenset({"Request", "WebSocket", "HTTPConnection"})
GETTING = frozenset({"get", "getlist"})
CREDENTIAL_MARKERS = frozenset({"Header", "Cookie"})
CREDENTIAL_PARAMETERS = ("token", "authorization", "api_key", "apikey", "x_api_key", "access_token", "secret")


@lru_cache(maxsize=32_768)
def verifies(result: Result) -> bool:
    callee = result.callee
    name = dotted_name(callee)
    if is_verifier(name):
        return not _is_unverified(result) and not _is_made(callee)
    return callee_is_library_method(callee, name) and not _is_unverified(result)


def _is_made(callee: Value) -> bool:
    """`PasswordHash(...)`: who makes what can verify has verified nothing yet."""
    return (
        isinstance(callee, External) and callee.name not in VERIFIERS and callee.name.rpartition(".")[2][:1].isupper()
    )


def callee_is_library_method(callee: Value, name: str) -> bool:
    """A verifying method of an object that an identity library made."""
    return (
        isinstance(callee, Member) and callee.name in VERIFYING_METHODS and name.split(".", 1)[0] in IDENTITY_LIBRARIES
    )


def _is_unverified(result: Result) -> bool:
    """`jwt.decode(..., options={"verify_signature": False})` and its like."""
    options = result.keywords.get("options")
    if isinstance(options, Mapping):
        value = options.items.get("verify_signature")
        return isinstance(value, Literal) and value.value is False
    verify = result.keywords.get("verify")
    return isinstance(verify, Literal) and verify.value is False


@lru_cache(maxsize=32_768)
def dotted_name(value: Value) -> str:
    """`package.Class.method` for a library callable, also through objects that the library made.

    The name of a very long chain of calls is empty: nobody asks for it, and making it for each link would take long.
    """
    names: list[str] = []
    for _ in range(LONGEST_CHAIN + 1):
        if isinstance(value, Member):
            names.append(value.name)
            value = value.receiver
        elif isinstance(value, Result):
            value = value.callee
        elif isinstance(value, Setting):
            value = value.default
        else:
            names.append(_base_name(value))
            break
    else:
        names.append("")
    names.reverse()
    return ".".join(names)


def _base_name(value: Value) -> str:
    """The name of what a chain of attributes and calls begins with."""
    if isinstance(value, External):
        return value.name
    if isinstance(value, Instance):
        bases = value.cls.external_bases()
        return bases[0] if bases else value.cls.name
    return value.name if isinstance(value, Class) else ""


LONGEST_CHAIN = 40


def reads_credential(trace: Trace) -> bool:
    """Whether a credential or an identity is looked for in the request: a header, a cookie, the session, the user."""
    reads = [event.value for event in trace.events if event.kind == "read"]
    if any(
        isinstance(value, Member) and is_request(value.receiver) and value.name in ("session", "user", "auth")
        for value in reads
    ):
        return True
    calls = trace.calls()
    if any(map(_is_identity_in_state, reads)) or any(isinstance(c.callee, Result) and _asks_scheme(c) for c in calls):
        return True
    gets = [call for call in calls if isinstance(call.callee, Member) and call.callee.name in GETTING]
    keyed = [key for value in [*reads, *gets] if (key := _key_read(value)) is not None]
    if any(is_credential_key(mapping, key) for mapping, key in keyed):
        return True
    whole = [
        value
        for value in reads
        if isinstance(value, Member) and value.name in ("headers", "cookies") and is_request(value.receiver)
    ]
    return len(whole) > sum(mapping in ("headers", "cookies") for mapping, _ in keyed)


STATE_IDENTITY = re.compile(
    r"user|auth|token|principal|account|claims|identity|subject|tenant|payload|session$|jwt|customer"
)
HARMLESS_KEYS = re.compile(
    r"accept|content-|host|origin|referer|user-agent|x-request-id|x-forwarded|x-real-ip|if-|cache-control|connection|range"
    r"|x-correlation|forwarded|upgrade|traceparent|x-process|x-trace|last-event-id|date|expect|transfer-encoding|sec-"
)
CREDENTIAL_KEYS = re.compile(
    r"token|auth|api[-_]?key|apikey|secret|session|signature|jwt|access|credential|x-user|password|key$", re.IGNORECASE
)


def _is_identity_in_state(value: Value) -> bool:
    return (
        isinstance(value, Member)
        and isinstance(value.receiver, Member)
        and value.receiver.name == "state"
        and is_request(value.receiver.receiver)
        and STATE_IDENTITY.search(value.name.lower()) is not None
    )


def _asks_scheme(call: Result) -> bool:
    """`await bearer(request)`: a security scheme that is called by hand."""
    made_by = call.callee.callee if isinstance(call.callee, Result) else None
    return isinstance(made_by, External) and is_security_class(made_by.name)


def _key_read(value: Value) -> tuple[str, str | None] | None:
    """The mapping of the request and the key that are read by `headers["X"]` or `headers.get("X")`."""
    key: Value | None = None
    receiver: Value | None = None
    if isinstance(value, Item):
        receiver, key = value.receiver, value.key
    elif isinstance(value, Result) and isinstance(value.callee, Member) and value.callee.name in GETTING:
        receiver, key = value.callee.receiver, value.arguments[0] if value.arguments else None
    if (
        not isinstance(receiver, Member)
        or receiver.name not in ("headers", "cookies", "query_params")
        or not is_request(receiver.receiver)
    ):
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


def passes_token_on(trace: Trace) -> bool:
    """A credential parameter is handed to a call that could not be followed."""
    for result in trace.calls():
        values = [*result.arguments, *result.keywords.values()]
        name = dotted_name(result.callee)
        if name.partition(".")[0] in ("builtins", "logging") or is_verifier(name):
            continue
        if any(_is_credential_argument(value) for value in values):
            return True
    return False


def asks(trace: Trace) -> str:
    """A call by its name about identity, which could not be followed and is given the request or its headers."""
    for result in trace.calls():
        name = last_name(result.callee)
        if sounds_like_identity(name) and any(
            _holds_request(value) for value in [*result.arguments, *result.keywords.values()]
        ):
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


def _is_credential_argument(value: Value, depth: int = 0) -> bool:
    """Whether a value is, or holds, a parameter that carries a credential; values can hold themselves."""
    if depth > MOST_NESTED:
        return False
    deeper = depth + 1
    if isinstance(value, (Member, Item)):
        return _is_credential_argument(value.receiver, deeper)
    if isinstance(value, Operation):
        return any(_is_credential_argument(operand, deeper) for operand in value.operands)
    if isinstance(value, Result):
        parts = (value.callee, *value.arguments)
        return any(_is_credential_argument(part, deeper) for part in parts)
    if isinstance(value, Mapping):
        return any(_is_credential_argument(item, deeper) for item in value.items.values())
    if not isinstance(value, Argument):
        return False
    origin = value.origin.callee if isinstance(value.origin, Result) else None
    if isinstance(origin, External) and is_security_class(origin.name):
        return True
    return any(word in value.name.lower() for word in ("token", "credential", "authorization", "api_key"))


MOST_NESTED = 12


def has_credential_parameter(interpreter: Interpreter, target: Value) -> bool:
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
            if parameter.name.lower() in CREDENTIAL_PARAMETERS and not names & {
                "Depends",
                "Security",
                "Body",
                "Form",
                "Path",
            }:
                return True
    except (OutOfSteps, RecursionError):
        return False
    return False
