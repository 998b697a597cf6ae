"""MCP servers that an application serves over HTTP, and whether they ask who comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fastapi_guard.knowledge.mcp import AUTHENTICATING, SERVERS, SERVING
from fastapi_guard.location import Location
from fastapi_guard.project.behaviour import dotted_name
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.linking import Linker
from fastapi_guard.project.model import McpServer, PathOperation, Via
from fastapi_guard.project.registration import Mount, Router
from fastapi_guard.project.values import Member, Place, Result, Value, constant, is_none, options_of


def mcp_servers(interpreter: Interpreter, linker: Linker, operations: Iterable[PathOperation]) -> tuple[McpServer, ...]:
    """Every MCP server that can be reached over HTTP."""
    behind_middleware = {
        operation.application.location
        for operation in operations
        if any(guard.via is Via.MIDDLEWARE for guard in operation.authentication.by)
    }
    found: dict[Location, McpServer] = {}
    served = (*_of_applications(interpreter, linker), *_mounted(linker, interpreter.routers))
    for server in sorted(served, key=lambda each: each.location):
        if server.application is None or server.application.location not in behind_middleware:
            found.setdefault(server.made_at or server.location, server)  # one server, however many transports
    return tuple(sorted(found.values(), key=lambda each: each.location))


def _of_applications(interpreter: Interpreter, linker: Linker) -> Iterator[McpServer]:
    """`FastApiMCP(app).mount_http()`."""
    for call in interpreter.mcp_mounts:
        server = call.callee.receiver if isinstance(call.callee, Member) else call
        if not isinstance(server, Result) or call.place is None:
            continue
        given = server.arguments[0] if server.arguments else server.keywords.get("fastapi")
        application = given if isinstance(given, Router) else None
        target = call.arguments[0] if call.arguments else call.keywords.get("router", given)
        if application is None or not isinstance(target, Router):
            continue  # what is not known is not guilty
        is_asked = _is_told(server) or any(_has_dependencies(router) for router in (application, target))
        if not is_asked:
            yield McpServer("FastApiMCP", _at(call.place), _made(server), linker.place(application), True)


def _mounted(linker: Linker, routers: Iterable[Router]) -> Iterator[McpServer]:
    """`app.mount("/mcp", FastMCP("tools").http_app())`."""
    for router in routers:
        for entry in router.entries:
            served = (
                [option for option in options_of(entry.app) if _is_served(option)] if isinstance(entry, Mount) else []
            )
            if not served or not isinstance(entry, Mount):
                continue
            server = _innermost(served[0])
            if not (_is_told(server) or (isinstance(served[0], Result) and _is_told(served[0]))):
                path = constant(entry.path)
                place = linker.place(router)
                yield McpServer(str(path or "FastMCP"), _at(entry.place), _made(server), place, False)


def _is_served(value: Value) -> bool:
    name = dotted_name(value) if isinstance(value, Result) else ""
    return any(name == f"{server}.{method}" for server in SERVERS for method in SERVING)


def _innermost(value: Value) -> Result:
    assert isinstance(value, Result)
    while isinstance(value.callee, Member) and isinstance(value.callee.receiver, Result):
        value = value.callee.receiver
    return value


def _is_told(server: Result) -> bool:
    """Whether a call is given, or an object was set, something that asks who comes."""
    given = {**server.keywords, **server.attributes}
    return "**" in given or any(name in AUTHENTICATING and not is_none(value) for name, value in given.items())


def _has_dependencies(router: Router) -> bool:
    value = router.options.get("dependencies")
    return value is not None and not is_none(value)


def _made(server: Result) -> Location | None:
    return _at(server.place) if server.place is not None else None


def _at(place: Place) -> Location:
    return place.module.location(place.node)
