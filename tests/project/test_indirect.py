"""Registrations by the name of a method, and endpoints that are objects: FastAPI itself says what they serve."""

import textwrap
from typing import Any

from fastapi_guard.analysis import run_analysis
from fastapi_guard.config.settings import Settings
from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.project.model import Project


def project_of(text: str) -> Project:
    return with_deep_stack(run_analysis, {"main.py": textwrap.dedent(text)}, Settings(), ()).project


def served(text: str) -> set[str]:
    """What FastAPI serves."""
    namespace: dict[str, Any] = {}
    exec(compile(textwrap.dedent(text), "main.py", "exec"), namespace)
    paths = namespace["app"].openapi()["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def test_a_method_that_operator_calls_registers() -> None:
    text = """
        import operator
        from operator import methodcaller
        from fastapi import FastAPI

        app = FastAPI()

        def list_boats():
            return []

        methodcaller("add_api_route", "/boats", list_boats)(app)
        methodcaller("get", "/ships")(app)(list_boats)
        operator.attrgetter("post")(app)("/boats")(list_boats)
        list(map(methodcaller("add_api_route", "/rafts", list_boats), [app]))

        @methodcaller("put", "/boats/{number}")(app)
        def replace_boat(number: int):
            return number
    """

    assert {operation.title for operation in project_of(text).operations} == served(text)


def test_a_method_that_nobody_can_name_is_unresolved() -> None:
    """What it registers is not known; that it may register is said."""
    project = project_of(
        """
        import os
        from operator import methodcaller
        from fastapi import FastAPI

        app = FastAPI()
        methodcaller(os.environ["VERB"], "/boats")(app)(print)
        getattr(app, os.environ["VERB"])("/ships")(print)
        """
    )

    assert [item.location.line for item in project.unresolved] == [7, 8]


def test_an_endpoint_that_is_an_object_stands_where_its_class_is_written() -> None:
    project = project_of(
        """
        from fastapi import FastAPI

        class Harbour:
            def __init__(self, name: str) -> None:
                self.name = name

            def __call__(self, boat: str) -> str:
                return boat

        app = FastAPI()
        app.add_api_route("/harbour", Harbour("north"))
        """
    )

    (operation,) = project.operations

    assert operation.location.line == 4
    assert operation.endpoint is not None
    assert operation.endpoint.location.line == 8


VIEWS = """
    import inspect
    from typing import get_type_hints
    from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException
    from starlette.routing import Route, WebSocketRoute

    def current_diver(authorization: str = Header()):
        if authorization != "secret":
            raise HTTPException(401)

    def view(router):
        def rewire(cls):
            cls.__signature__ = inspect.Signature([
                inspect.Parameter(name=name, kind=inspect.Parameter.KEYWORD_ONLY, default=getattr(cls, name))
                for name in get_type_hints(cls)
            ])
            own = {route.endpoint: route for route in router.routes if isinstance(route, Route | WebSocketRoute)}
            below = APIRouter()
            for _, method in inspect.getmembers(cls, inspect.isfunction):
                route = own.get(method)
                if route is None:
                    continue
                router.routes.remove(route)
                route.path = route.path[len(router.prefix):]
                below.routes.append(route)
                first, *others = list(inspect.signature(method).parameters.values())
                first = first.replace(default=Depends(cls))
                others = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in others]
                method.__signature__ = inspect.Signature([first, *others])
            prefix, router.prefix = router.prefix, ""
            router.include_router(below, prefix=prefix)
            return cls
        return rewire

    wrecks = APIRouter(prefix="/wrecks")

    @view(wrecks)
    class Wrecks:
        diver: dict = Depends(current_diver)

        def __init__(self, diver: dict) -> None:
            self.diver = diver

        @wrecks.get("")
        def list_wrecks(self):
            return []

        @wrecks.delete("/{number}")
        def remove_wreck(self, number: int):
            return number

    app = FastAPI()
    app.include_router(wrecks)
"""


def test_views_that_rewire_their_routes_keep_their_paths() -> None:
    """The prefix is cut from each path by its length, and the routes are found by their endpoints."""
    project = project_of(VIEWS)

    assert {operation.title for operation in project.operations} == served(VIEWS)
    assert {operation.authentication.verdict.value for operation in project.operations} == {"required"}


def test_a_signature_that_makefun_gives_says_what_runs_before() -> None:
    project = project_of(
        """
        from inspect import Parameter, Signature
        from fastapi import Depends, FastAPI
        from makefun import with_signature

        def open_gate():
            return 1

        def gate():
            signature = Signature([Parameter(name="gate", kind=Parameter.KEYWORD_ONLY, default=Depends(open_gate))])

            @with_signature(signature)
            async def pass_gate(*args, **kwargs):
                return kwargs

            return pass_gate

        app = FastAPI()

        @app.get("/harbour", dependencies=[Depends(gate())])
        def harbour():
            return []
        """
    )

    (operation,) = project.operations

    assert [node.name for node in operation.walk_dependencies()] == [
        "main.gate.<locals>.pass_gate",
        "main.open_gate",
    ]
