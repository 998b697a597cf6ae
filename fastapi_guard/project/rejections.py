"""What counts as turning a stranger away: an exception, a response or a closed connection, and its status."""

from __future__ import annotations

from functools import lru_cache

from fastapi_guard.location import Location
from fastapi_guard.project.trace import Event, Trace
from fastapi_guard.project.values import (
    Argument,
    Class,
    External,
    Instance,
    Mapping,
    Member,
    Result,
    Value,
    constant,
    options_of,
)

REJECTING_STATUS = frozenset({401, 403})
REDIRECTING_STATUS = frozenset({302, 303, 307})
REJECTING_NAMES = (
    "unauthorized", "unauthorised", "unauthenticated", "notauthenticated", "notauthorized", "notauthorised", "forbidden",
    "permissiondenied", "accessdenied", "credentials", "invalidtoken", "authenticationerror", "authenticationfailed",
    "authorizationerror", "authjwt", "autherror", "authexception", "loginrequired", "notloggedin", "invalidcredential", "permissionerror", "notallowed",
)  # fmt: skip
"""Parts of the names of exception classes whose status cannot be read."""


def is_response(event: Event) -> bool:
    """Whether an event is a response that was made: it turns somebody away only where it is the answer."""
    callee = event.value.callee if isinstance(event.value, Result) else None
    return event.kind == "call" and isinstance(callee, External) and callee.name.endswith("Response")


def rejects(event: Event) -> bool:
    if event.kind == "raise":
        options = options_of(event.value)
        if event.caught and _sounds_rejecting(event.caught) and all(status_of(option) is None for option in options):
            return True  # `except CredentialsNotValid as error: raise as_http(error)`
        return any(_is_rejection(option) for option in options)
    if event.kind == "call" and isinstance(event.value, Result):
        callee = event.value.callee
        name = last_name(callee)
        if isinstance(callee, External) and name.endswith("Response"):
            return status_of(event.value) in REJECTING_STATUS
        if "abort" in name and isinstance(callee, (External, Member)):
            return status_of(event.value) in REJECTING_STATUS
        if name == "close" and isinstance(callee, Member):  # websocket.close(code=1008) refuses the connection
            code = event.value.keywords.get("code") or (event.value.arguments[0] if event.value.arguments else None)
            known = constant(code) if code is not None else None
            return isinstance(known, int) and (known == 1008 or known >= 4000)
        if name == "send":
            return any(
                "401" in str(_plain(argument)) or "403" in str(_plain(argument)) for argument in event.value.arguments
            )
    return False


def own_refusals(trace: Trace) -> tuple[Location, ...]:
    """Where the watched function itself, and nothing that it calls, raises 401 or 403."""
    places = (
        event.place.module.location(event.place.node)
        for event in trace.events
        if event.kind == "raise"
        and not event.sites
        and event.place is not None
        and not event.caught
        and any(status_of(option) in REJECTING_STATUS for option in options_of(event.value))
    )
    return tuple(dict.fromkeys(places))


def _plain(value: Value) -> object:
    if isinstance(value, Mapping):
        return {key: constant(item) for key, item in value.items.items() if key == "status"}
    return None


def last_name(callee: Value) -> str:
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
    if (
        isinstance(value, Result)
        and isinstance(value.callee, External)
        and value.callee.name.endswith("WebSocketException")
    ):
        return True
    name = ""
    if isinstance(value, (Instance, Class)):
        name = value.cls.name if isinstance(value, Instance) else value.name
    elif isinstance(value, Result):
        name = value.callee.name if isinstance(value.callee, External) else ""
    elif isinstance(value, External):
        name = value.name
    return _sounds_rejecting(name.rpartition(".")[2])


@lru_cache(maxsize=4_096)
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
        if (
            any(base.endswith("HTTPException") for base in value.cls.external_bases())
            and value.cls.lookup("__init__") is None
        ):
            candidates.append(value.arguments.get("0"))
    elif isinstance(value, Class):
        for name in ("status_code", "http_status", "code", "status"):
            found = value.lookup(name)
            candidates.append(found[0] if found else None)
    cls = value.cls if isinstance(value, Instance) else value
    for base in cls.linearized() if isinstance(cls, Class) else ():
        if isinstance(base, Class) and base.handled_status is not None:
            return base.handled_status
    for candidate in candidates:
        known = constant(candidate) if candidate is not None else None
        if isinstance(known, int) and 100 <= known < 600:
            return known
    return None
