"""What middlewares do to a stranger who asks for one path: each is run with that path, so that exemptions decide themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastapi_guard.knowledge.authentication import (
    HARMLESS_MIDDLEWARES,
    IDENTITY_LIBRARIES,
    look_up,
    sounds_like_identity,
)
from fastapi_guard.location import Location
from fastapi_guard.project.behaviour import BehaviourReader, dotted_name, summarize
from fastapi_guard.project.dependencies import identify
from fastapi_guard.project.evaluator.calls import instantiate
from fastapi_guard.project.evaluator.signals import OutOfSteps
from fastapi_guard.project.model import Guard, PathOperation, Verdict, Via
from fastapi_guard.project.opinions import Opinion
from fastapi_guard.project.registration import Middleware, Router
from fastapi_guard.project.trace import Trace
from fastapi_guard.project.values import (
    Argument,
    BoundMethod,
    Class,
    External,
    Function,
    Instance,
    Item,
    Literal,
    Mapping,
    Member,
    Operation,
    Partial,
    Place,
    Result,
    Value,
)

AGAINST_FORGERY = re.compile(r"csrf|xsrf|cross_?site", re.IGNORECASE)
"""Middlewares that refuse with 403 what a page of another site sends: they do not ask who sends it."""

ASKS_BACKEND = "starlette.middleware.authentication.AuthenticationMiddleware"
"""It asks `backend.authenticate` of each request, and answers for it where that raises."""

REQUEST = External("starlette.requests.Request")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one middleware does for one path."""

    verdict: Verdict
    reason: str
    location: Location | None


class MiddlewareReader:
    """Judges middlewares; a class because the answer for a path is computed once."""

    def __init__(self, behaviours: BehaviourReader, configured: tuple[str, ...]) -> None:
        self.behaviours = behaviours
        self.configured = configured
        self._known: dict[tuple[int, str, str], Outcome] = {}
        self._is_guard: dict[int, bool] = {}

    def opinions(self, operation: PathOperation, applications: tuple[Router, ...]) -> list[tuple[Opinion, Guard]]:
        """What the middlewares of the applications around an operation say of it."""

        found: list[tuple[Opinion, Guard]] = []
        for application in applications:
            for middleware in application.middlewares:
                method = operation.methods[0] if operation.methods else "GET"
                outcome = self._outcome(middleware, operation.path, method, operation.kind == "websocket")
                if outcome.verdict is not Verdict.NONE:
                    name = identify(middleware.target)[0]
                    guard = Guard(name, outcome.location, Via.MIDDLEWARE)
                    found.append((Opinion(outcome.verdict, outcome.reason, outcome.location), guard))
        return found

    def backends(self, operation: PathOperation, applications: tuple[Router, ...]) -> list[tuple[Value, Guard]]:
        """What `AuthenticationMiddleware` asks for who sends this request, where that verifies what it is sent."""
        found: list[tuple[Value, Guard]] = []
        method = operation.methods[0] if operation.methods else "GET"
        for middleware in (middleware for application in applications for middleware in application.middlewares):
            backend = middleware.options.get("backend") if _asks_backend(middleware.target) else None
            authenticate = backend.cls.lookup("authenticate") if isinstance(backend, Instance) else None
            if backend is None or authenticate is None or not isinstance(authenticate[0], Function):
                continue
            target = BoundMethod(authenticate[0], backend)
            trace, ran_out = self.behaviours.watch(target, (_request(operation.path, method),))
            if not ran_out and summarize(trace, True).verifies and not middleware.condition:
                name, location, _ = identify(target)
                found.append((target, Guard(name, location, Via.MIDDLEWARE)))
        return found

    def _outcome(self, middleware: Middleware, path: str, method: str, is_websocket: bool) -> Outcome:
        name, location, _ = identify(middleware.target)
        if name in self.configured:
            return Outcome(Verdict.REQUIRED, "configured as a guard", location)
        if AGAINST_FORGERY.search(name.rpartition(".")[2]):
            return Outcome(Verdict.NONE, "", None)
        if isinstance(middleware.target, External):
            return self._of_library(middleware.target.name)
        key = (id(middleware), path, method + ("!" if is_websocket else ""))
        if key not in self._known:
            self._known[key] = self._run(middleware, path, method, is_websocket, location)
        return self._known[key]

    def _of_library(self, name: str) -> Outcome:
        if look_up(HARMLESS_MIDDLEWARES, name) or name == ASKS_BACKEND:
            return Outcome(Verdict.NONE, "", None)
        if name.partition(".")[0] in IDENTITY_LIBRARIES or sounds_like_identity(name):
            return Outcome(Verdict.UNKNOWN, f"the middleware {name} may reject a stranger", None)
        return Outcome(Verdict.NONE, "", None)

    def _run(
        self, middleware: Middleware, path: str, method: str, is_websocket: bool, location: Location | None
    ) -> Outcome:
        target = middleware.target
        if self._is_guard.get(id(middleware)) is False:
            return Outcome(Verdict.NONE, "", None)
        function, takes_scope = self._entry(target, middleware)
        if function is None or (is_websocket and not takes_scope):
            return Outcome(Verdict.NONE, "", None)
        if id(middleware) not in self._is_guard:
            unknown_path = Argument("request", REQUEST)
            first = self.behaviours.watch(function, () if takes_scope else (unknown_path,))[0]
            behaviour = summarize(first, takes_scope and _reads_raw_headers(first))
            self._is_guard[id(middleware)] = bool(behaviour.rejects) and behaviour.looks_at_identity
            if not self._is_guard[id(middleware)]:
                return Outcome(Verdict.NONE, "", None)
        request = _scope(path, method, is_websocket) if takes_scope else _request(path, method)
        trace, ran_out = self.behaviours.watch(function, (request,))
        behaviour = summarize(trace, True)
        name = identify(target)[0]
        if ran_out:
            return Outcome(Verdict.UNKNOWN, f"the middleware {name} is too large to be followed", location)
        if not behaviour.rejects:
            return Outcome(Verdict.NONE, "", None)
        setting = middleware.condition or behaviour.setting
        if setting:
            return Outcome(Verdict.UNKNOWN, f"the middleware {name} can be switched off by {setting}", location)
        if _asks_about_path(trace, path):
            return Outcome(
                Verdict.UNKNOWN, f"the middleware {name} exempts paths in a way that could not be followed", location
            )
        return Outcome(Verdict.REQUIRED, "", behaviour.rejects[0])

    def _entry(self, target: Value, middleware: Middleware) -> tuple[Value | None, bool]:
        """The function that sees the request, and whether it is a raw ASGI callable (which sees WebSockets too)."""
        if isinstance(target, (Function, BoundMethod, Partial)):
            return target, False
        if not isinstance(target, Class):
            return None, False
        name = "dispatch" if target.lookup("dispatch") else "__call__"
        found = target.lookup(name)
        if found is None or not isinstance(found[0], Function):
            return None, False
        interpreter = self.behaviours.interpreter
        try:
            place = Place(target.module, target.definition)
            receiver = instantiate(interpreter, target, (Argument("app", None),), middleware.options, place)
        except (OutOfSteps, RecursionError):
            return None, False
        options = middleware.options.get("dispatch")
        if isinstance(options, (Function, BoundMethod)):
            return options, False
        return BoundMethod(found[0], receiver), name == "__call__"


def _asks_backend(target: Value) -> bool:
    """Whether a middleware is Starlette's `AuthenticationMiddleware`, as it is or extended."""
    if isinstance(target, Class):
        return ASKS_BACKEND in target.external_bases() and target.lookup("__call__") is None
    return isinstance(target, External) and target.name == ASKS_BACKEND


def _request(path: str, method: str) -> Value:
    """A request of somebody unknown for a known path."""
    request = Result(REQUEST, (), {})
    url = Result(External("starlette.datastructures.URL"), (), {}, attributes={"path": Literal(path)})
    request.attributes.update(url=url, method=Literal(method), scope=_scope(path, method, False))
    return request


def _scope(path: str, method: str, is_websocket: bool) -> Mapping:
    kind = "websocket" if is_websocket else "http"
    items: dict[object, Value] = {"type": Literal(kind), "path": Literal(path), "method": Literal(method)}
    return Mapping(items, is_complete=False)


def _reads_raw_headers(trace: Trace) -> bool:
    """An ASGI middleware looks into `scope["headers"]`, or makes a Request of the scope."""
    for value in (*(event.value for event in trace.events), *trace.tests, *trace.compares):
        if isinstance(value, Member) and value.name in ("headers", "cookies", "session", "user", "auth"):
            return True
        if isinstance(value, Result) and dotted_name(value.callee).endswith(
            (".Headers", ".Request", ".HTTPConnection")
        ):
            return True
        if isinstance(value, Result) and any(_mentions_headers(argument) for argument in value.arguments):
            return True
    return False


def _mentions_headers(value: Value) -> bool:
    if isinstance(value, Item):
        return (
            isinstance(value.key, Literal) and value.key.value in ("headers", "session", "user")
        ) or _mentions_headers(value.receiver)
    if isinstance(value, Member):
        return _mentions_headers(value.receiver)
    return False


def _asks_about_path(trace: Trace, path: str) -> bool:
    """A call that could not be followed was given the path: a pattern match, a lookup elsewhere."""
    return any(
        _holds_path(argument, path)
        for result in trace.calls()
        if _decides(result)
        for argument in [*result.arguments, *result.keywords.values()]
    )


def _decides(result: Result) -> bool:
    name = dotted_name(result.callee)
    last = name.rpartition(".")[2] or (result.callee.name if isinstance(result.callee, Member) else "")
    return last in (
        "match",
        "fullmatch",
        "search",
        "any",
        "all",
        "is_public",
        "is_exempt",
        "fnmatch",
        "matches",
        "filter",
        "startswith",
        "endswith",
    )


def _holds_path(value: Value, path: str) -> bool:
    if isinstance(value, Literal):
        return value.value == path
    if isinstance(value, Operation):
        return any(_holds_path(operand, path) for operand in value.operands)
    return False
