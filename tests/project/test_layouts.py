"""Layouts and starts of real code that hid operations or guards once: packages, scripts, alternatives, wrappers."""

import textwrap
from dataclasses import replace

import pytest

from fastapi_guard.analysis import Surroundings, run_analysis
from fastapi_guard.config.settings import Settings
from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.project.model import Project

GUARD = """
    import os, jwt
    from fastapi import Depends, FastAPI, Header, HTTPException
    from fastapi.responses import JSONResponse

    def current_user(authorization: str = Header()):
        try:
            return jwt.decode(authorization, os.environ["KEY"], algorithms=["HS256"])
        except jwt.PyJWTError:
            raise HTTPException(401)
"""


def project_of(**files: str) -> Project:
    texts = {
        name.replace("__", "/").replace("INIT", "__init__") + ".py": textwrap.dedent(text)
        for name, text in files.items()
    }
    return with_deep_stack(run_analysis, texts, Settings(), ()).project


def with_guard(text: str) -> str:
    return textwrap.dedent(GUARD) + textwrap.dedent(text)


def verdicts(project: Project) -> dict[str, str]:
    return {operation.title: operation.authentication.verdict.value for operation in project.operations}


def test_the_package_around_a_module_runs_before_it() -> None:
    """Python imports `shelf/__init__.py` first: the routes that it brings are there when the router is copied."""
    texts = {
        "main.py": "from fastapi import FastAPI\nfrom library import router\napp = FastAPI()\napp.include_router(router)\n",
        "library.py": (
            "from fastapi import APIRouter\nfrom shelf._router import router as shelf\n"
            "router = APIRouter()\nrouter.include_router(shelf)\n"
        ),
        "shelf/__init__.py": "from .listing import list_books\n",
        "shelf/_router.py": "from fastapi import APIRouter\nrouter = APIRouter(prefix='/books')\n",
        "shelf/listing.py": "from ._router import router\n\n@router.get('/all')\ndef list_books():\n    return []\n",
    }
    settings = replace(Settings(), fastapi_version=(0, 115, 0))

    project = with_deep_stack(run_analysis, texts, settings, ()).project

    assert [operation.title for operation in project.operations] == ["GET /books/all"]


def test_a_name_that_one_of_two_applications_gets_is_one_application() -> None:
    project = project_of(
        main="""
            from fastapi import FastAPI
            from flags import is_rehearsal

            if is_rehearsal():
                app = FastAPI(debug=True)
            else:
                app = FastAPI(docs_url=None)

            @app.get("/stages")
            def stages():
                return []
        """
    )

    assert [application.name for application in project.applications] == ["main:app"]
    assert [operation.title for operation in project.operations] == ["GET /stages"]


def test_a_module_that_is_imported_takes_the_branch_beside_main() -> None:
    """`if __name__ == "__main__": run() else: run(...)` registers once."""
    project = project_of(
        main="""
            from fastapi import FastAPI

            app = FastAPI()

            def run(serve=True):
                app.add_api_route("/lamps", lambda: [])

            if __name__ == "__main__":
                run()
            else:
                run(serve=False)
        """
    )

    assert [operation.title for operation in project.operations] == ["GET /lamps"]


def test_an_application_that_nobody_names_and_nothing_is_put_on_is_none() -> None:
    """`{"app": FastAPI()}` of a script that tries something out."""
    project = project_of(
        search="""
            from fastapi import FastAPI, Request

            if __name__ == "__main__":
                print(Request({"type": "http", "app": FastAPI()}))
        """
    )

    assert project.applications == ()


def test_an_object_that_is_given_an_application_does_not_name_it() -> None:
    project = project_of(
        main="""
            from fastapi import FastAPI

            class Dispatcher:
                def __init__(self, app):
                    self.inner = app

            def create_app():
                app = FastAPI()

                @app.get("/kites")
                def kites():
                    return []

                Dispatcher(app)
                return app
        """
    )

    assert [application.name for application in project.applications] == ["main:create_app()"]


def test_a_folder_named_after_a_library_does_not_stand_for_it() -> None:
    """`core/fastapi/` beside `core/server.py`: `from fastapi import` there still means FastAPI."""
    project = project_of(
        core__fastapi__INIT="",
        core__server="""
            from fastapi import FastAPI

            app = FastAPI()

            @app.get("/tides")
            def tides():
                return []
        """,
    )

    assert [operation.title for operation in project.operations] == ["GET /tides"]


def test_imports_of_a_package_may_start_at_its_own_top() -> None:
    """`cd service && uvicorn main:app`: a nested module imports from there, though `service` is a package."""
    project = project_of(
        service__INIT="",
        service__main="""
            from fastapi import FastAPI
            from api.routes import router

            app = FastAPI()
            app.include_router(router)
        """,
        service__api__INIT="",
        service__api__routes="""
            from fastapi import APIRouter, Depends
            from auth.users import current_user

            router = APIRouter()

            @router.get("/reports")
            def reports(user=Depends(current_user)):
                return []
        """,
        service__auth__INIT="",
        service__auth__users=with_guard(""),
    )

    assert verdicts(project) == {"GET /reports": "required"}


def test_a_dependency_that_asks_an_unknown_provider_about_the_request_is_in_doubt() -> None:
    project = project_of(
        main="""
            from fastapi import Depends, FastAPI, HTTPException, Request
            from registry import plugins

            def current_user(request: Request):
                email = plugins.get("sign-in").get_current_user(request)
                if not email:
                    raise HTTPException(status_code=401)
                return email

            app = FastAPI()

            @app.get("/tickets")
            def tickets(user=Depends(current_user)):
                return []
        """
    )

    assert verdicts(project) == {"GET /tickets": "unknown"}


def test_each_subclass_of_an_error_keeps_its_own_status() -> None:
    """The handler answers `error.code`: the default of the base class is not what its subclasses answer."""
    project = project_of(
        main=with_guard(
            """
            from fastapi import Request

            class ServiceError(Exception):
                code = 400

            class NoEntry(ServiceError):
                code = 401

            app = FastAPI()

            @app.exception_handler(ServiceError)
            async def answer(request: Request, error: ServiceError):
                return JSONResponse(status_code=error.code, content={})

            def member(request: Request):
                if not request.headers.get("Authorization"):
                    raise NoEntry
                return jwt.decode(request.headers["Authorization"], os.environ["KEY"], algorithms=["HS256"])

            @app.get("/vault")
            def vault(user=Depends(member)):
                return []
            """
        )
    )

    assert verdicts(project) == {"GET /vault": "required"}


def test_a_set_that_is_added_to_itself_does_not_grow() -> None:
    """`reserved.update(set(reserved))` in a loop doubled a list each time."""
    project = project_of(
        main="""
            from fastapi import FastAPI
            from catalogue import identifiers

            app = FastAPI()
            reserved = {name for name in identifiers()}

            def reserve(names):
                used = set(names)
                for name in identifiers() or ["a", "b"]:
                    if name in used or name in names:
                        continue
                    used.add(name)
                names.update(used)

            for step in range(40):
                reserve(reserved)

            @app.get("/names")
            def names():
                return []
        """
    )

    assert [operation.title for operation in project.operations] == ["GET /names"]


def test_a_scheme_that_the_settings_make_is_that_scheme() -> None:
    project = project_of(
        main="""
            from fastapi import Depends, FastAPI
            from fastapi.security import APIKeyCookie
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                cookie: str = "visitor"

                @property
                def key(self) -> APIKeyCookie:
                    return APIKeyCookie(name=self.cookie)

            settings = Settings()
            app = FastAPI()

            @app.get("/diary", dependencies=[Depends(settings.key)])
            def diary():
                return []
        """
    )

    assert project.operations[0].authentication.schemes == ("APIKeyCookie",)
    assert verdicts(project) == {"GET /diary": "ineffective"}


def test_a_dependency_that_a_caller_brings_is_in_doubt() -> None:
    """A router factory that nobody calls: what `guard` does is not known."""
    project = project_of(
        main="""
            from fastapi import APIRouter, Depends, FastAPI

            def make_app(guard):
                app = FastAPI(dependencies=[Depends(guard)])

                @app.get("/harbours")
                def harbours():
                    return []

                return app
        """
    )

    assert verdicts(project) == {"GET /harbours": "unknown"}


def test_a_middleware_against_forged_requests_guards_nothing() -> None:
    """It compares a cookie with a header, which every visitor has."""
    project = project_of(
        main="""
            import hmac
            from fastapi import FastAPI
            from fastapi.responses import JSONResponse
            from starlette.middleware.base import BaseHTTPMiddleware

            class CSRFMiddleware(BaseHTTPMiddleware):
                async def dispatch(self, request, call_next):
                    cookie = request.cookies.get("form-token")
                    if not cookie or not hmac.compare_digest(cookie, request.headers.get("X-Form-Token", "")):
                        return JSONResponse({"detail": "forged"}, status_code=403)
                    return await call_next(request)

            app = FastAPI()
            app.add_middleware(CSRFMiddleware)

            @app.get("/orders")
            def orders():
                return []
        """
    )

    assert verdicts(project) == {"GET /orders": "none"}


def test_a_guard_that_lets_pass_whom_no_middleware_has_met_guards_nothing() -> None:
    """`if not hasattr(request.state, "user"): return`: only somebody who is known can be refused."""
    project = project_of(
        main="""
            from fastapi import Depends, FastAPI, HTTPException, Request

            class OnlyRoles:
                def __init__(self, roles):
                    self.roles = roles

                def __call__(self, request: Request):
                    if not hasattr(request.state, "user") or request.state.user is None:
                        return
                    if request.state.user.role not in self.roles:
                        raise HTTPException(status_code=403)

            app = FastAPI()

            @app.post("/ferries", dependencies=[Depends(OnlyRoles(["captain"]))])
            def add_ferry():
                return {}
        """
    )

    assert verdicts(project)["POST /ferries"] in ("none", "optional")


def test_a_root_that_is_a_package_is_imported_by_its_own_name() -> None:
    """`uvicorn kitchen.main:app` from the folder above: the root's code imports itself as `kitchen`."""
    texts = {
        "__init__.py": "",
        "main.py": "from fastapi import FastAPI\nfrom kitchen import api\napp = FastAPI()\napp.include_router(api.router)\n",
        "api/__init__.py": "from kitchen.api.recipes import router\n",
        "api/recipes.py": (
            "from fastapi import APIRouter\nfrom .. import paths\n"
            "router = APIRouter(prefix=paths.RECIPES)\n\n@router.get('/all')\ndef list_recipes():\n    return []\n"
        ),
        "paths.py": "RECIPES = '/recipes'\n",
    }

    project = with_deep_stack(run_analysis, texts, Settings(), (), Surroundings(root_name="kitchen")).project

    assert [operation.title for operation in project.operations] == ["GET /recipes/all"]


WORK = """
    def grind(n):
        for a in range(40):
            for b in range(40):
                for c in range(40):
                    for d in range(40):
                        n = n + len(str(a * b * c * d))
        return n
"""


def test_a_start_that_is_too_long_to_follow_is_told_only_where_it_may_register() -> None:
    """A lifespan that works on data registers nothing, whatever the rest of it does."""
    start = textwrap.dedent(WORK) + textwrap.dedent("""
        from fastapi import APIRouter, FastAPI

        def prepare(application):
            application.state.total = grind(1)
            {more}

        def lifespan(app):
            prepare(app)
            yield

        app = FastAPI(lifespan=lifespan)
    """)

    assert project_of(main=start.format(more="app.state.is_ready = True")).unresolved == ()
    assert "steps" in {item.kind for item in project_of(main=start.format(more="app.mount('/x', make())")).unresolved}


def test_what_a_factory_makes_has_a_run_of_its_own() -> None:
    """One `def`, two closures: what the first of them does with a stranger says nothing of the second."""
    project = project_of(
        main="""
            from fastapi import Depends, FastAPI, HTTPException, Request

            app = FastAPI()

            def members(only):
                def check(request: Request):
                    if only and "member" not in request.session:
                        raise HTTPException(401)
                return check

            @app.get("/menu", dependencies=[Depends(members(only=False))])
            def read_menu(): ...

            @app.get("/cellar", dependencies=[Depends(members(only=True))])
            def read_cellar(): ...
        """
    )

    assert verdicts(project) == {"GET /menu": "none", "GET /cellar": "required"}


@pytest.mark.parametrize(
    "given",
    [
        'dependencies=[Depends(only(Role("admin")))], path="/boats"',
        'summary="List (all) boats", path="/boats"',
        "tags=[], **BOATS",
    ],
)
def test_a_path_behind_what_else_a_decorator_is_given(given: str) -> None:
    """In a file that nobody imports and that says nothing else of FastAPI."""
    boats = f"""
        from guards import Depends, Role, only
        from main import app

        BOATS = {{"path": "/boats"}}

        @app.get({given})
        def list_boats(): ...
    """
    project = project_of(main="from fastapi import FastAPI\n\napp = FastAPI()\n", boats=boats)

    assert [operation.path for operation in project.operations] == ["/boats"]
