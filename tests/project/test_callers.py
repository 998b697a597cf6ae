"""A factory that several callers call in different ways serves what any of them may get."""

import textwrap
from typing import Any

from fastapi_guard.analysis import run_analysis
from fastapi_guard.config.settings import Settings
from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.project.model import Project

FACTORY = textwrap.dedent("""
    import os, jwt
    from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException

    def current_keeper(authorization: str = Header()):
        try:
            return jwt.decode(authorization, os.environ["KEY"], algorithms=["HS256"])
        except jwt.PyJWTError:
            raise HTTPException(401)

    def make_cages(is_closed: bool):
        dependencies = []
        if is_closed:
            dependencies.append(Depends(current_keeper))
        cages = APIRouter(dependencies=dependencies)

        @cages.get("/cages")
        def list_cages():
            return []

        return cages

    def make_app(is_closed: bool, mode: str = "zoo", title: str = "Animals"):
        app = FastAPI(title=title)
        app.include_router(make_cages(is_closed))
        app.include_router(make_cages(is_closed=False), prefix="/shown")
        food = APIRouter()
        food.add_api_route("/food", lambda: [])
        app.include_router(food, dependencies=[Depends(current_keeper)] if is_closed else [])
        if is_closed:
            @app.post("/keepers")
            def add_keeper():
                return {}
        if mode == "farm":
            @app.get("/eggs")
            def count_eggs():
                return 0
        return app
""")

BENCH = """
from zoo import make_app

def measure():
    return make_app(False)

if __name__ == "__main__":
    print(measure().routes)
"""

SERVE = """
import argparse
import zoo

def serve_zoo():
    return zoo.make_app(is_closed=argparse.ArgumentParser().parse_args().is_closed)

def serve_farm():
    return zoo.make_app(is_closed=True, mode="farm", title="Farm")
"""


def project_of(**files: str) -> Project:
    texts = {f"{name}.py": text for name, text in files.items()}
    return with_deep_stack(run_analysis, texts, Settings(), ()).project


def verdicts(project: Project) -> dict[str, str]:
    return {operation.title: operation.authentication.verdict.value for operation in project.operations}


def served(*calls: dict[str, Any]) -> set[str]:
    """What FastAPI itself serves for any of these calls of the factory."""
    namespace: dict[str, Any] = {}
    exec(compile(FACTORY, "zoo.py", "exec"), namespace)
    paths = [namespace["make_app"](**call).openapi()["paths"] for call in calls]
    return {f"{method.upper()} {path}" for found in paths for path, methods in found.items() for method in methods}


def test_what_a_caller_decides_is_there_and_in_doubt() -> None:
    """One caller is a script that is followed; the others are commands, which nothing at module level calls."""
    found = verdicts(project_of(zoo=FACTORY, bench=BENCH, serve=SERVE))

    assert set(found) == served({"is_closed": False}, {"is_closed": True}, {"is_closed": True, "mode": "farm"})
    assert found == {
        "GET /cages": "unknown",
        "GET /shown/cages": "none",
        "GET /food": "unknown",
        "POST /keepers": "none",
        "GET /eggs": "none",
    }


def test_a_default_counts_where_a_caller_relies_on_it() -> None:
    found = verdicts(project_of(zoo=FACTORY, serve=SERVE))

    assert "GET /eggs" in found


def test_an_application_that_a_module_holds_is_what_its_own_call_makes() -> None:
    """`app = make_app(True)` is deployed; that another command opens the cages changes nothing about it."""
    found = verdicts(project_of(zoo=FACTORY, main="from zoo import make_app\napp = make_app(True)\n", bench=BENCH))

    assert found == {
        "GET /cages": "required",
        "GET /shown/cages": "none",
        "GET /food": "required",
        "POST /keepers": "none",
    }
