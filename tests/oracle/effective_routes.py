"""What FastAPI itself makes of an application: its effective routes, in the shape of the `routes` document.

The one place that knows that FastAPI below 0.137 keeps `app.routes` flat and later versions keep a tree of included
routers. Run as a program it imports applications, each in a process of its own, with the Python it is started with:
one JSON job a line on standard input, one JSON answer a line on standard output. It needs FastAPI, not fastapi-guard.
"""

import ast
import functools
import importlib
import importlib.util
import inspect
import json
import multiprocessing
import os
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ENVIRONMENT = {
    "DATABASE_URL": "sqlite://",
    "BETTER_AUTH_SECRET": "a-secret-that-only-the-tests-know-of",
    "PYTHONWARNINGS": "ignore",
}
"""What the fixture applications read from their environment."""


class Oracle:
    """A running interpreter that answers what FastAPI makes of an application."""

    def __init__(self, python: str = sys.executable) -> None:
        self._process = subprocess.Popen(
            [python, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **ENVIRONMENT},
        )

    def __enter__(self) -> "Oracle":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait(30)

    def routes(self, root: Path, target: str, source: str = ".") -> list[dict[str, Any]]:
        """The effective routes of `target` (`module:attribute` or `module:factory()`), importable from `root/source`.

        Files are relative to the root.
        """
        return self._ask(root, target, source, strangers=False)["routes"]

    def answers(self, root: Path, target: str, source: str = ".") -> list[dict[str, Any]]:
        """How each of the effective routes answers a stranger."""
        return self._ask(root, target, source, strangers=True)["answers"]

    def version(self) -> str:
        """FastAPI's version in this interpreter."""
        return self._send({"version": True})["version"]

    def _ask(self, root: Path, target: str, source: str, *, strangers: bool) -> dict[str, Any]:
        root = root.resolve()
        return self._send({"root": str(root), "source": str(root / source), "target": target, "strangers": strangers})

    def _send(self, job: dict[str, Any]) -> dict[str, Any]:
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"error": "the oracle died"}')
        if "error" in answer:
            raise ImportError(f"{job.get('source')} {job.get('target')}: {answer['error']}")
        return answer


def effective_routes(app: Any, root: Path) -> list[dict[str, Any]]:
    """One row for each route of `app` whose endpoint lies below `root`, in the order in which they would match."""
    rows = [_row(kind, path, route, root) for kind, path, route in _walk(app.routes, "")]
    return [row for row in rows if row["file"] is not None or row["kind"] == "mount"]


def _walk(routes: list[Any], prefix: str) -> Iterator[tuple[str, str, Any]]:
    from fastapi import routing as fastapi_routing
    from starlette import routing as starlette_routing

    contexts = getattr(fastapi_routing, "iter_route_contexts", iter)
    for context in contexts(routes):
        original = getattr(context, "original_route", context)
        path = prefix + (getattr(context, "path", None) or "")
        if isinstance(original, fastapi_routing.APIRoute):
            yield "http", path, context
        elif isinstance(original, fastapi_routing.APIWebSocketRoute):
            yield "websocket", path, context
        elif isinstance(original, starlette_routing.Mount):
            if original.routes:
                yield from _walk(original.routes, path)
            else:
                yield "mount", path, context
        elif isinstance(original, starlette_routing.WebSocketRoute):
            yield "websocket", path, context
        elif isinstance(original, starlette_routing.Route):
            yield "starlette", path, context


def _row(kind: str, path: str, route: Any, root: Path) -> dict[str, Any]:
    dependant = getattr(route, "dependant", None)
    calls = list(_calls(dependant)) if dependant is not None else []
    file, line = (None, None) if kind == "mount" else _place(route.endpoint, root)
    places = [_place(call, root) for call in calls]
    return {
        "kind": kind,
        "methods": sorted(getattr(route, "methods", None) or []),
        "path": path,
        "file": file,
        "line": line,
        "status_code": getattr(route, "status_code", None) or 200,
        "tags": [getattr(tag, "value", tag) for tag in getattr(route, "tags", None) or []],
        "dependency_places": [{"path": path, "line": line} for path, line in places if path is not None],
        "schemes": sorted({name for call in calls for name in _scheme(call)}),
    }


def _calls(dependant: Any) -> Iterator[Callable[..., Any]]:
    for child in dependant.dependencies:
        yield child.call
        yield from _calls(child)


def _scheme(call: Callable[..., Any]) -> list[str]:
    from fastapi.security.base import SecurityBase

    call = _unwrap(call)
    return [type(call).__name__] if isinstance(call, SecurityBase) else []


def _unwrap(call: Any) -> Any:
    while isinstance(call, functools.partial) or hasattr(call, "__wrapped__"):
        call = call.func if isinstance(call, functools.partial) else inspect.unwrap(call)
    return call


def _place(call: Any, root: Path) -> tuple[str | None, int | None]:
    """The file, relative to the root, and the line of `def` or `class`; nothing for code from elsewhere."""
    call = _unwrap(call)
    if not (inspect.isfunction(call) or inspect.ismethod(call) or inspect.isclass(call)):
        call = type(call)
    if inspect.isclass(call):
        file = getattr(sys.modules.get(call.__module__), "__file__", None)
    else:
        file = call.__code__.co_filename
    if file is None or not Path(file).resolve().is_relative_to(root):
        return None, None
    definitions = _definitions(file)
    name = call.__qualname__.replace("<locals>.", "") if inspect.isclass(call) else call.__code__.co_firstlineno
    if inspect.isclass(call) and name not in definitions:  # a call has made it
        return None, None
    return Path(file).resolve().relative_to(root).as_posix(), definitions.get(name, name)


@functools.cache
def _definitions(file: str) -> dict[int | str, int]:
    """The line of `def` by the line where the code object starts, and of `class` by qualified name."""
    lines: dict[int | str, int] = {}
    stack: list[tuple[ast.AST, str]] = [(ast.parse(Path(file).read_bytes()), "")]
    while stack:
        parent, prefix = stack.pop()
        for node in ast.iter_child_nodes(parent):
            name = prefix
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{prefix}{node.name}."
                start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                lines[name[:-1] if isinstance(node, ast.ClassDef) else start] = node.lineno
            stack.append((node, name))
    return lines


def _import(source: str, target: str) -> Any:
    module_name, _, attribute = target.partition(":")
    sys.path.insert(0, source)
    value = importlib.import_module(module_name)
    for name in attribute.removesuffix("()").split("."):
        value = getattr(value, name)
    return value() if attribute.endswith("()") else value


def _work(job: dict[str, Any]) -> dict[str, Any]:
    app = _import(job["source"], job["target"])
    routes = effective_routes(app, Path(job["root"]))
    if not job["strangers"]:
        return {"routes": routes}
    import strangers

    return {"routes": routes, "answers": strangers.answers(app, routes)}


def _work_apart(job: dict[str, Any], connection: Any) -> None:
    sys.stdout = sys.stderr
    try:
        connection.send(_work(job))
    except BaseException as error:
        connection.send({"error": f"{type(error).__name__}: {error}"})


def _preload() -> None:
    """Import the libraries once, so that each process of an application starts with them."""
    for name in ("fastapi.testclient", "sqlmodel", "jwt", "strangers"):
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    if importlib.util.find_spec("greenlet") is None:  # SQLAlchemy's asyncio part is imported by fixtures, never run
        stub = types.ModuleType("greenlet")
        stub.greenlet, stub.getcurrent = type("greenlet", (), {}), lambda: None
        sys.modules["greenlet"] = stub


def main() -> None:
    _preload()
    sys.path.append(sys.path.pop(0))  # the modules of an application come before those of this folder
    context = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    for line in sys.stdin:
        job = json.loads(line)
        if "version" in job:
            import fastapi

            print(json.dumps({"version": fastapi.__version__}), flush=True)
            continue
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_work_apart, args=(job, theirs))
        process.start()
        theirs.close()
        try:
            answer = ours.recv()
        except EOFError:
            answer = {"error": "the application ended the interpreter"}
        process.join()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
