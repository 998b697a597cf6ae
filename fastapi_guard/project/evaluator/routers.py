"""FastAPI's own methods on routers and applications: what each call registers.

Follows `fastapi/routing.py` and `fastapi/applications.py` (0.115 to 0.163): the verbs call `api_route`, whose decorator
calls `add_api_route`, so that a subclass that overrides one of them is asked as FastAPI would ask it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.branches import shown_test
from fastapi_guard.project.evaluator.route_objects import adopt, made_route, route_list
from fastapi_guard.project.registration import Include, Middleware, Mount, Route, RouteDecorator, Router, RouterMethod
from fastapi_guard.project.values import (
    NONE,
    Argument,
    Arguments,
    BoundMethod,
    Class,
    External,
    Function,
    Keywords,
    Literal,
    Member,
    Place,
    Result,
    Sequence,
    Unknown,
    Value,
    constant,
    is_external,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter

APPLICATION_CLASSES = frozenset(
    {"fastapi.FastAPI", "fastapi.applications.FastAPI", "fastapi_offline.FastAPIOffline", "cadwyn.Cadwyn"}
)
STARLETTE_CLASSES = frozenset({"starlette.applications.Starlette", "starlette.routing.Router"})
ROUTER_CLASSES = frozenset({
    "fastapi.APIRouter", "fastapi.routing.APIRouter", "cadwyn.VersionedAPIRouter", "cadwyn.routing.VersionedAPIRouter",
    "fastapi_utils.inferring_router.InferringRouter", "fastapi_utils_core.inferring_router.InferringRouter",
    "fastapi_restful.inferring_router.InferringRouter", "fastapi_versionizer.VersionizedAPIRouter",
    "aws_lambda_powertools.event_handler.router.APIGatewayRouter",
})  # fmt: skip

VERBS = {
    "get": "GET",
    "put": "PUT",
    "post": "POST",
    "delete": "DELETE",
    "options": "OPTIONS",
    "head": "HEAD",
    "patch": "PATCH",
    "trace": "TRACE",
}

VALIDATION_ERRORS = ("fastapi.exceptions.RequestValidationError", "fastapi.exceptions.ValidationException")
"""What FastAPI raises for a request that does not validate."""

REGISTERING = frozenset(
    {"include_router", "add_api_route", "add_api_websocket_route", "add_route", "add_websocket_route", "api_route"}
)
"""Names that only registrations have: a call of one on something unknown is reported."""


def router_class_of(interpreter: Interpreter, cls: Class) -> str | None:
    """FastAPI's class that a class of the project extends, or None when it is no router."""
    for base in cls.linearized():
        if isinstance(base, External) and is_router_name(interpreter, base.name):
            return base.name
    return None


def is_router_name(interpreter: Interpreter, name: str) -> bool:
    """Whether a library class makes routers or applications."""
    return (
        name in APPLICATION_CLASSES
        or name in ROUTER_CLASSES
        or name in STARLETTE_CLASSES
        or name in interpreter.options.router_classes
    )


def make_router(
    interpreter: Interpreter,
    name: str,
    cls: Class | None,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
) -> Router | None:
    """A router object for a call of a router class; None when the class is none."""
    if not is_router_name(interpreter, name) or place is None:
        return None
    made_in = _maker(interpreter)
    shown = f"{cls.module.name}.{cls.name}" if cls else name
    router = Router(
        shown, name in APPLICATION_CLASSES or name == "starlette.applications.Starlette", place, cls, made_in=made_in
    )
    router.condition = condition(interpreter)
    router.doubts = frozenset(map(shown_test, (*interpreter.undecided, *interpreter.doubts)))
    interpreter.routers.append(router)
    initializer = cls.lookup("__init__") if cls else None
    if initializer is not None:
        function = interpreter.settle(initializer[0])
        if isinstance(function, Function):
            from fastapi_guard.project.evaluator.runs import call_function

            call_function(interpreter, function, (router, *arguments), keywords)
            return router
    _initialize(interpreter, router, keywords)
    return router


def condition(interpreter: Interpreter) -> str:
    """The setting that has to be changed for the running code to run; empty when it runs by default."""
    return interpreter.conditions[-1] if interpreter.conditions else ""


def switch(interpreter: Interpreter) -> str:
    """The setting, or the test that could not be decided, on which it depends whether the running code runs."""
    settings = interpreter.switches or interpreter.conditions
    return settings[-1] if settings else shown_test(interpreter.undecided[-1] if interpreter.undecided else None)


def doubt(interpreter: Interpreter, router: Router) -> str:
    """The test, as written, that could not be decided and whether the running code runs depends on.

    One on which it also depends whether there is a router at all says nothing about what is on it.
    """
    tests = map(shown_test, (*reversed(interpreter.undecided), *reversed(interpreter.doubts)))
    return next((test for test in tests if test and test not in router.doubts), "")


def _maker(interpreter: Interpreter) -> str:
    """The function of the project whose code is running."""
    if not interpreter.call_stack:
        return ""
    function = interpreter.call_stack[-1]
    return f"{function.module.name}:{function.name}()"


def _initialize(interpreter: Interpreter, router: Router, keywords: Keywords) -> None:
    """What FastAPI's own `__init__` does with the keyword arguments."""
    router.options.update(keywords)
    routes = keywords.get("routes")
    if isinstance(routes, Sequence):
        router.entries.extend(routes.items)
        adopt(interpreter, route_list(router), router.place)
    middleware = keywords.get("middleware")
    if isinstance(middleware, Sequence):
        for entry in middleware.items:
            if isinstance(entry, Result) and entry.arguments:
                target = _what_dispatches(entry.arguments[0], entry.keywords)
                router.middlewares.append(Middleware(target, entry.keywords, entry.place or router.place))


def _what_dispatches(cls: Value, keywords: Keywords) -> Value:
    """The function of `BaseHTTPMiddleware, dispatch=function`, which is what the middleware does; else the class."""
    dispatch = keywords.get("dispatch")
    return dispatch if isinstance(dispatch, (Function, BoundMethod)) else cls


def call_router_method(
    interpreter: Interpreter, method: RouterMethod, arguments: Arguments, keywords: Keywords, place: Place | None
) -> Value:
    """A call of a method that FastAPI defines on routers."""
    from fastapi_guard.project.evaluator.calls import call

    router, name = method.router, method.name
    if name == "__init__":
        _initialize(interpreter, router, keywords)
        return NONE
    if place is None:
        return Result(method, arguments, keywords)
    interpreter.registering.add(place.node)
    if name in VERBS:
        path = _argument(arguments, keywords, 0, "path")
        options = {key: value for key, value in keywords.items() if key != "path"}
        options["methods"] = Sequence("list", [Literal(VERBS[name])])
        override = _override(interpreter, router, "api_route")
        if override is not None:
            return call(interpreter, override, (path,), options, place, None)
        return RouteDecorator(router, "api_route", (path,), options, place)
    if name in ("api_route", "websocket", "websocket_route", "route", "middleware"):
        path = _argument(arguments, keywords, 0, "path")
        return RouteDecorator(router, name, (path,), _without(keywords, "path"), place)
    if name in ("exception_handler", "on_event"):
        return RouteDecorator(router, name, arguments, keywords, place)
    if name in ("add_api_route", "add_route", "add_api_websocket_route", "add_websocket_route"):
        path = _argument(arguments, keywords, 0, "path")
        endpoint = _argument(arguments, keywords, 1, "endpoint", "route")
        options = _without(keywords, "path", "endpoint", "route")
        if len(arguments) > 2 and name == "add_route":
            options.setdefault("methods", arguments[2])
        _add_route(interpreter, router, name.removeprefix("add_"), path, endpoint, options, place)
        return NONE
    if name == "include_router":
        options = _without(keywords, "router")
        included = Include(_argument(arguments, keywords, 0, "router"), options, place, interpreter.next_order())
        included.condition, included.doubt = condition(interpreter), doubt(interpreter, router)
        router.add(included)
        return NONE
    if name in ("mount", "frontend"):
        target = _argument(arguments, keywords, 1, "app") if name == "mount" else External("fastapi.frontend")
        path = _argument(arguments, keywords, 0, "path")
        entry = Mount(path, target, place, interpreter.next_order(), condition(interpreter), doubt(interpreter, router))
        (router.add_plain if name == "mount" else router.add)(entry)
        return NONE
    if name == "add_exception_handler":
        handled = _argument(arguments, keywords, 0, "exc_class_or_status_code")
        interpreter.exception_handlers.append((handled, _argument(arguments, keywords, 1, "handler")))
        if is_external(handled, *VALIDATION_ERRORS):
            router.validation_handlers.append(_argument(arguments, keywords, 1, "handler"))
        return NONE
    if name == "add_event_handler":
        if constant(_argument(arguments, keywords, 0, "event_type")) == "startup":
            router.startup.append(_argument(arguments, keywords, 1, "func"))
        return NONE
    if name == "add_middleware":
        cls = _argument(arguments, keywords, 0, "middleware_class")
        router.middlewares.append(Middleware(_what_dispatches(cls, keywords), keywords, place, switch(interpreter)))
        return NONE
    return Result(method, arguments, keywords, place)


def _override(interpreter: Interpreter, router: Router, name: str) -> Value | None:
    found = router.cls.lookup(name) if router.cls else None
    function = interpreter.settle(found[0]) if found else None
    return BoundMethod(function, router) if isinstance(function, Function) else None


def _argument(arguments: Arguments, keywords: Keywords, index: int, *names: str) -> Value:
    if index < len(arguments):
        return arguments[index]
    return next((keywords[name] for name in names if name in keywords), Unknown(f"no argument {names[0]}"))


def _without(keywords: Keywords, *names: str) -> Keywords:
    return {key: value for key, value in keywords.items() if key not in names}


def decorate(interpreter: Interpreter, decorator: RouteDecorator, endpoint: Value) -> Value:
    """Apply a route decorator to an endpoint: register it, and give the endpoint back."""
    from fastapi_guard.project.evaluator.calls import call

    router, path = decorator.router, decorator.arguments[0] if decorator.arguments else NONE
    if decorator.method in ("exception_handler", "on_event"):
        if decorator.method == "on_event" and constant(path) == "startup":
            router.startup.append(endpoint)
        if decorator.method == "exception_handler":
            interpreter.exception_handlers.append((path, endpoint))
        if decorator.method == "exception_handler" and is_external(path, *VALIDATION_ERRORS):
            router.validation_handlers.append(endpoint)
        return endpoint
    if decorator.method == "middleware":
        router.middlewares.append(Middleware(endpoint, {}, decorator.place, switch(interpreter)))
        return endpoint
    override = _override(interpreter, router, f"add_{decorator.method}") if decorator.method == "api_route" else None
    if override is not None:
        call(interpreter, override, (path, endpoint), decorator.options, decorator.place, None)
        return endpoint
    _add_route(interpreter, router, decorator.method, path, endpoint, decorator.options, decorator.place)
    return endpoint


KINDS = {
    "api_route": "http",
    "route": "starlette",
    "websocket": "websocket",
    "api_websocket_route": "websocket",
    "websocket_route": "websocket",
}
STARLETTE_METHODS = frozenset({"route", "websocket_route"})
"""They make routes of Starlette's, which take neither prefix nor dependencies of their router."""


def _add_route(
    interpreter: Interpreter, router: Router, method: str, path: Value, endpoint: Value, options: Keywords, place: Place
) -> None:
    made_by = options.get("route_class_override") or router.options.get("route_class")
    if method == "api_route" and isinstance(made_by, Class):
        made = made_route(interpreter, router, made_by, path, endpoint, options, place)
        if made is not None:
            made.condition, made.doubt = condition(interpreter), doubt(interpreter, router)
            router.add_plain(made)
            return
    methods = options.get("methods")
    rest = _without(options, "methods")
    entry = Route(KINDS[method], path, methods, endpoint, rest, place, interpreter.next_order(), condition(interpreter))
    entry.is_starlette = method in STARLETTE_METHODS
    entry.doubt = doubt(interpreter, router)
    entry.made_by = made_by if method == "api_route" and isinstance(made_by, Class) else None
    (router.add_plain if entry.is_starlette else router.add)(entry)


def report_unresolved(
    interpreter: Interpreter, callee: Value, arguments: Arguments, keywords: Keywords, place: Place
) -> None:
    """A registration on something that is not known to be a router."""
    name = callee.name if isinstance(callee, Member) else getattr(getattr(place.node, "func", None), "attr", "route")
    receiver = callee.receiver if isinstance(callee, Member) else callee
    kind = "include_router" if name == "include_router" else "route"
    interpreter.report(kind, place, f"{name} is called on {describe(receiver)}")


def report_unresolved_decorator(interpreter: Interpreter, decorator: Value, place: Place) -> None:
    """`@x.get("/path")` where `x` is not known to be a router."""
    node = place.node
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
        return
    first = node.args[0]
    if (
        node.func.attr in VERBS
        and isinstance(first, ast.Constant)
        and isinstance(first.value, str)
        and first.value[:1] in ("/", "")
    ):
        receiver: Value = decorator
        if isinstance(decorator, Result) and isinstance(decorator.callee, Member):
            receiver = decorator.callee.receiver
        if isinstance(receiver, External) or (isinstance(decorator, Result) and isinstance(decorator.callee, External)):
            return
        interpreter.report("route", place, f"@{ast.unparse(node.func)} is used on {describe(receiver)}")


def describe(value: Value) -> str:
    """What a value is, in words for a message."""
    if isinstance(value, Unknown):
        return f"something that could not be resolved ({value.reason})"
    if isinstance(value, Argument):
        return f"the parameter {value.name}, whose caller is not known"
    if isinstance(value, Result):
        return f"the result of {describe(value.callee)}"
    if isinstance(value, External):
        return value.name
    if isinstance(value, Member):
        return f"{value.name} of {describe(value.receiver)}"
    known = constant(value)
    return repr(known) if known is not None else type(value).__name__.lower()
