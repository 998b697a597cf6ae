"""Idioms of real code that were read wrongly once: what each means for the operations and for strangers."""

import textwrap

import pytest

from fastapi_guard.analysis import run_analysis
from fastapi_guard.config.settings import Settings
from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.project.model import Project

GUARD = """
    import os, jwt
    from typing import Annotated, TypeVar
    from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException
    from fastapi.responses import JSONResponse
    from fastapi.security import OAuth2PasswordBearer

    scheme = OAuth2PasswordBearer(tokenUrl="token")

    def current_user(token: str = Depends(scheme)):
        try:
            return jwt.decode(token, os.environ["KEY"], algorithms=["HS256"])
        except jwt.PyJWTError:
            raise HTTPException(401)
"""


def project_of(settings: Settings | None = None, **files: str) -> Project:
    texts = {name.replace("__", "/") + ".py": textwrap.dedent(text) for name, text in files.items()}
    return with_deep_stack(run_analysis, texts, settings or Settings(), ()).project


def verdicts(project: Project) -> dict[str, str]:
    return {operation.title: operation.authentication.verdict.value for operation in project.operations}


def with_guard(text: str) -> str:
    return textwrap.dedent(GUARD) + textwrap.dedent(text)


def test_a_class_based_view_makes_its_class_a_dependency() -> None:
    """`@cbv(router)` of fastapi-utils: the annotated attributes of the class run before each route in it."""
    project = project_of(
        main=with_guard(
            """
            from fastapi_utils.cbv import cbv

            router = APIRouter()

            @cbv(router)
            class Items:
                user: dict = Depends(current_user)

                @router.get("/items")
                def listing(self):
                    return []

            app = FastAPI()
            app.include_router(router)
            """
        )
    )

    assert verdicts(project) == {"GET /items": "required"}


def test_a_generic_alias_keeps_its_dependency() -> None:
    """`Guarded = Annotated[T, Depends(f)]`, used as `Guarded[dict]`, depends on `f`."""
    project = project_of(
        main=with_guard(
            """
            T = TypeVar("T")
            Guarded = Annotated[T, Depends(current_user)]
            app = FastAPI()

            @app.get("/me")
            def me(user: Guarded[dict]):
                return user
            """
        )
    )

    assert verdicts(project) == {"GET /me": "required"}


def test_routers_are_imported_relative_to_a_package() -> None:
    """`import_module(".items", package="routers")` and `enumerate(..., start=1)` give the path that FastAPI serves."""
    project = project_of(
        main="""
            from importlib import import_module
            from fastapi import FastAPI

            app = FastAPI()
            for number, name in enumerate(["items"], start=1):
                app.include_router(import_module(f".{name}", package="routers").router, prefix=f"/n{number}")
            """,
        routers____init__="",
        routers__items="""
            from fastapi import APIRouter

            router = APIRouter()

            @router.get("/all")
            def all_items():
                return []
            """,
    )

    assert list(verdicts(project)) == ["GET /n1/all"]


def test_an_exception_handler_says_what_an_exception_answers() -> None:
    """A domain exception that the application answers with 401 turns a stranger away."""
    project = project_of(
        main=with_guard(
            """
            app = FastAPI()

            class Stranger(Exception):
                pass

            @app.exception_handler(Stranger)
            async def refuse(request, error):
                return JSONResponse({}, status_code=401)

            def check(authorization: str | None = Header(None)):
                if authorization != os.environ["KEY"]:
                    raise Stranger

            @app.get("/a", dependencies=[Depends(check)])
            def a():
                return 1
            """
        )
    )

    assert verdicts(project) == {"GET /a": "required"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("raise HTTPException(401)", "required"),
        ("return None", "ineffective"),
    ],
)
def test_a_forged_token_is_what_a_verifier_is_for(body: str, expected: str) -> None:
    """A scheme stops who sends nothing; who sends a forged token passes where the verifier's error is swallowed."""
    project = project_of(
        main=with_guard(
            f"""
            def current(token: str = Depends(scheme)):
                try:
                    return jwt.decode(token, os.environ["KEY"], algorithms=["HS256"])
                except jwt.PyJWTError:
                    {body}

            app = FastAPI()

            @app.get("/a")
            def a(user=Depends(current)):
                return user
            """
        )
    )

    assert verdicts(project) == {"GET /a": expected}


def test_a_dependency_that_returns_a_response_rejects_nobody() -> None:
    """FastAPI injects what a dependency returns, also a JSONResponse with status 401, and calls the handler."""
    project = project_of(
        main=with_guard(
            """
            def check(authorization: str | None = Header(None)):
                if authorization is None:
                    return JSONResponse({}, status_code=401)
                return authorization

            app = FastAPI()

            @app.get("/a")
            def a(user=Depends(check)):
                return 1
            """
        )
    )

    assert verdicts(project)["GET /a"] != "required"


def test_a_handler_for_expired_tokens_takes_no_forged_ones() -> None:
    """Of two handlers the first takes what has expired; what becomes of a forged token the second decides."""
    project = project_of(
        main=with_guard(
            """
            def decode(token):
                return jwt.decode(token, os.environ["KEY"], algorithms=["HS256"])

            def open_for_all(authorization: str = Header("")):
                try:
                    return decode(authorization)
                except jwt.ExpiredSignatureError:
                    raise HTTPException(401)
                except jwt.PyJWTError:
                    return {}

            def closed(authorization: str = Header("")):
                try:
                    return decode(authorization)
                except jwt.ExpiredSignatureError:
                    return {}
                except jwt.PyJWTError:
                    raise HTTPException(401)

            app = FastAPI()

            @app.get("/open")
            def read_open(user=Depends(open_for_all)):
                return user

            @app.get("/closed")
            def read_closed(user=Depends(closed)):
                return user
            """
        )
    )

    assert verdicts(project) == {"GET /open": "optional", "GET /closed": "required"}


def test_a_lifespan_registers_with_its_own_application() -> None:
    """What a lifespan registers is an operation, and nothing about it is unresolved."""
    project = project_of(
        main=with_guard(
            """
            router = APIRouter()

            @router.get("/late")
            def late(user=Depends(current_user)):
                return user

            async def lifespan(app):
                app.include_router(router)
                yield

            app = FastAPI(lifespan=lifespan)
            """
        )
    )

    assert verdicts(project) == {"GET /late": "required"}
    assert project.unresolved == ()


def test_a_route_that_may_be_taken_out_is_said_to_be() -> None:
    """What is put into or taken out of `routes` and cannot be followed is listed with its place."""
    project = project_of(
        main=with_guard(
            """
            import plugins

            app = FastAPI()

            @app.get("/kept")
            def kept():
                return 1

            app.router.routes.append(plugins.route)
            if plugins.is_closed():
                for route in app.routes:
                    app.router.routes.remove(route)
            """
        )
    )

    assert [operation.title for operation in project.operations] == ["GET /kept"]
    assert [item.reason for item in project.unresolved] == [
        "what is put into the routes is plugins.route",
        "the route /kept may be taken out of the routes here",
    ]


def test_a_test_that_cannot_be_decided_is_said() -> None:
    """What is registered under it is an operation, and the test that decides is listed with the place."""
    project = project_of(
        main=with_guard(
            """
            import features

            def add_reports(app):
                if not features.reports():
                    return

                @app.get("/reports")
                def reports():
                    return []

            app = FastAPI()
            add_reports(app)
            if features.beta:
                app.add_api_route("/beta", lambda: 1)
            """
        )
    )

    assert [operation.title for operation in project.operations] == ["GET /reports", "GET /beta"]
    assert [(item.kind, item.reason) for item in project.unresolved] == [
        ("conditional", "whether this is registered depends on not features.reports(), which could not be decided"),
        ("conditional", "whether this is registered depends on features.beta, which could not be decided"),
    ]


def test_a_function_that_is_declared_to_give_settings_gives_their_defaults() -> None:
    """However it finds them: what is registered when a setting is on is not there by default."""
    project = project_of(
        main=with_guard(
            """
            import contextvars
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                has_debug: bool = False

            current = contextvars.ContextVar("current")

            def settings() -> Settings:
                found = current.get(None)
                return found if found is not None else Settings()

            app = FastAPI()
            if settings().has_debug:

                @app.get("/debug")
                def debug():
                    return 1
            """
        )
    )

    assert project.operations == ()
    assert [item.kind for item in project.unresolved] == ["conditional"]


def test_what_overrides_a_dependency_runs_in_its_place() -> None:
    """`app.dependency_overrides`: a stub that is replaced guards as its replacement does, and the other way round."""
    project = project_of(
        main=with_guard(
            """
            def caller():
                raise NotImplementedError

            def developer():
                return "developer"

            app = FastAPI()

            @app.get("/wired")
            def wired(user=Depends(caller)):
                return user

            app.dependency_overrides[caller] = current_user
            always = FastAPI()

            @always.get("/me")
            def always_open(user=Depends(current_user)):
                return user

            always.dependency_overrides[current_user] = developer
            sometimes = FastAPI()

            @sometimes.get("/me")
            def sometimes_open(user=Depends(current_user)):
                return user

            if os.getenv("DEVELOPMENT") == "1":
                sometimes.dependency_overrides[current_user] = developer
            app.mount("/always", always)
            app.mount("/sometimes", sometimes)
            """
        )
    )

    assert verdicts(project) == {
        "GET /wired": "required",
        "GET /always/me": "ineffective",
        "GET /sometimes/me": "unknown",
    }


def test_a_route_class_stands_before_the_endpoint() -> None:
    """The handler that `get_route_handler` gives may turn strangers away."""
    project = project_of(
        main=with_guard(
            """
            from fastapi import Request
            from fastapi.routing import APIRoute

            class KeyRoute(APIRoute):
                def get_route_handler(self):
                    handle = super().get_route_handler()

                    async def checked(request: Request):
                        if request.headers.get("x-key") != os.environ["KEY"]:
                            raise HTTPException(401)
                        return await handle(request)

                    return checked

            class TimedRoute(APIRoute):
                def get_route_handler(self):
                    handle = super().get_route_handler()

                    async def timed(request: Request):
                        return await handle(request)

                    return timed

            guarded = APIRouter(route_class=KeyRoute)
            timed = APIRouter(route_class=TimedRoute)

            @guarded.get("/guarded")
            def read():
                return 1

            @timed.get("/timed")
            def read_timed():
                return 1

            app = FastAPI()
            app.include_router(guarded)
            app.include_router(timed)
            """
        )
    )

    assert verdicts(project) == {"GET /guarded": "required", "GET /timed": "none"}


def test_before_0_123_5_text_annotations_are_read_where_the_decorator_stands() -> None:
    """FastAPI looked an annotation that is text up in the module of the wrapper, and lost the dependency in it."""
    files = {
        "deco": """
            import functools

            def logged(endpoint):
                @functools.wraps(endpoint)
                async def wrapper(*args, **kwargs):
                    return await endpoint(*args, **kwargs)
                return wrapper
            """,
        "main": "from deco import logged\n"
        + with_guard(
            """
            Caller = Annotated[dict, Depends(current_user)]
            app = FastAPI()

            @app.get("/me")
            @logged
            async def me(user: "Caller"):
                return user
            """
        ),
    }
    old = Settings(fastapi_version=(0, 115, 12))

    assert verdicts(project_of(**files)) == {"GET /me": "required"}
    assert verdicts(project_of(old, **files)) == {"GET /me": "none"}


def test_a_scheme_that_is_called_by_hand_is_asked_for_the_credential() -> None:
    """`await bearer(request)` in a handler: with `auto_error=False` it gives None to a stranger."""
    project = project_of(
        main=with_guard(
            """
            from fastapi import Request

            lenient = OAuth2PasswordBearer(tokenUrl="token", auto_error=False)
            app = FastAPI()

            @app.get("/strict")
            async def strict(request: Request):
                return current_user(await scheme(request))

            @app.get("/lenient")
            async def lenient_handler(request: Request):
                token = await lenient(request)
                return current_user(token) if token else None
            """
        )
    )

    assert verdicts(project) == {"GET /strict": "required", "GET /lenient": "optional"}


BACKEND = """
    from starlette.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError
    from starlette.middleware.authentication import AuthenticationMiddleware
    from fastapi.security import HTTPBearer

    class Tickets(AuthenticationBackend):
        async def authenticate(self, conn):
            header = conn.headers.get("Authorization")
            if not header or conn.url.path == "/posters":
                return None
            try:
                claims = jwt.decode(header.removeprefix("Bearer "), os.environ["KEY"], algorithms=["HS256"])
            except jwt.PyJWTError:
                {refusal}
            return AuthCredentials(["guest"]), claims

    app = FastAPI()
    app.add_middleware(AuthenticationMiddleware, backend=Tickets())

    @app.get("/seats", dependencies=[Depends(HTTPBearer())])
    def seats():
        return []

    @app.get("/posters", dependencies=[Depends(HTTPBearer())])
    def posters():
        return []

    @app.get("/prices")
    def prices():
        return []
"""


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        ("raise AuthenticationError()", "required"),
        ("return None", "ineffective"),
    ],
)
def test_a_backend_verifies_what_a_bare_scheme_insists_on(refusal: str, expected: str) -> None:
    """`AuthenticationMiddleware` refuses a wrong credential, the scheme a missing one: together they guard."""
    project = project_of(main=with_guard(BACKEND.format(refusal=refusal)))

    assert verdicts(project) == {"GET /seats": expected, "GET /posters": "ineffective", "GET /prices": "none"}


def test_an_exemption_is_read_beside_a_test_that_nobody_knows() -> None:
    """`if is_missing(request) or path == "/posters"` is decided for that path, whatever the other test says."""
    project = project_of(
        main=with_guard(
            """
            from ledger import is_missing

            app = FastAPI()

            @app.middleware("http")
            async def guard(request, call_next):
                header = request.headers.get("Authorization")
                if is_missing(request) or request.url.path == "/posters":
                    return await call_next(request)
                if not header or jwt.decode(header, os.environ["KEY"], algorithms=["HS256"]) is None:
                    return JSONResponse({}, 401)
                return await call_next(request)

            @app.get("/posters")
            def posters():
                return []

            @app.get("/seats")
            def seats():
                return []
            """
        )
    )

    assert verdicts(project) == {"GET /posters": "none", "GET /seats": "required"}


FOREIGN_ROUTER = """
    from error_maps import MappingRouter, MappingTable

    table = MappingTable()

    @table.get("/rows")
    def rows():
        return []

    def make_accounts():
        router = MappingRouter(prefix="/accounts", dependencies=[Depends(current_user)])

        @router.get("/mine", error_map={KeyError: 404})
        def mine():
            return []

        router.add_api_route("/all", mine)
        return router

    app = FastAPI()
"""


def test_a_router_of_a_library_is_proved_by_its_inclusion() -> None:
    """Its class is not known; `include_router` takes nothing but routers."""
    project = project_of(main=with_guard(FOREIGN_ROUTER + "    app.include_router(make_accounts(), prefix='/v1')\n"))

    assert verdicts(project) == {"GET /v1/accounts/mine": "required", "GET /v1/accounts/all": "required"}
    assert [item.reason for item in project.unresolved] == [
        "@table.get is used on the result of error_maps.MappingTable"
    ]


def test_what_is_used_as_a_router_and_never_included_is_unresolved() -> None:
    project = project_of(main=with_guard(FOREIGN_ROUTER + "    make_accounts()\n"))

    assert verdicts(project) == {}
    assert len(project.unresolved) == 3


def test_a_router_of_a_library_that_registers_by_itself_is_unresolved() -> None:
    """`CrudRouter(schema=Item)` makes its routes where nobody can read them."""
    project = project_of(
        main=with_guard(
            """
            from crud_maker import CrudRouter

            class Item:
                name: str

            app = FastAPI()
            app.include_router(CrudRouter(schema=Item))
            items = CrudRouter(schema=Item)

            @items.get("/newest")
            def newest():
                return []

            app.include_router(items)
            """
        )
    )

    assert [operation.title for operation in project.operations] == ["GET /newest"]
    assert [item.reason for item in project.unresolved] == [
        "the router is the result of crud_maker.CrudRouter",
        "the router is the result of crud_maker.CrudRouter, which makes routes itself",
    ]


def test_who_makes_a_hasher_verifies_nothing() -> None:
    """A dependency that gives an object with a password hasher neither lets strangers pass nor stops them."""
    project = project_of(
        main=with_guard(
            """
            from pwdlib import PasswordHash

            class Members:
                def __init__(self):
                    self.hasher = PasswordHash(())

            def get_members():
                return Members()

            app = FastAPI()

            @app.post("/members")
            def join(members: Members = Depends(get_members)):
                return {}
            """
        )
    )

    assert verdicts(project) == {"POST /members": "none"}


def test_a_library_whose_source_stands_in_the_tree_is_still_that_library() -> None:
    """What its dependency does is too dynamic to be followed, and written down in the table of the library."""
    project = project_of(
        fastapi_users____init__="",
        fastapi_users__authentication____init__="",
        fastapi_users__authentication__authenticator="""
            class Authenticator:
                def current_user(self, optional=False):
                    async def dependency(**made):
                        return await self.strategies[made["name"]].find(made, optional)

                    return dependency
            """,
        main="""
            from fastapi import Depends, FastAPI
            from fastapi_users.authentication.authenticator import Authenticator

            app = FastAPI()

            @app.get("/mine", dependencies=[Depends(Authenticator().current_user())])
            def mine():
                return []

            @app.get("/all", dependencies=[Depends(Authenticator().current_user(optional=True))])
            def everything():
                return []
            """,
    )

    assert verdicts(project) == {"GET /mine": "required", "GET /all": "optional"}
