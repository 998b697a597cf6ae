"""Open operations are one finding for each cause, which lists all that are open for it."""

from fastapi_guard.analysis import analyse
from fastapi_guard.checks.registry import load_rules
from fastapi_guard.config.settings import Settings
from fastapi_guard.finding import Confidence, Diagnostic

GUARD = """
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request


def require_session(request: Request) -> None:
    if "user" not in request.session:
        raise HTTPException(status_code=401)
"""


def open_operations(**texts: str) -> tuple[Diagnostic, ...]:
    """The findings of FG101 and FG110 in a project; files are named `app_main` for `app/main.py`."""
    files = {name.replace("_", "/") + ".py": text for name, text in texts.items()}
    settings = Settings(select=("FG101", "FG110"))
    return analyse(files, settings, load_rules()).diagnostics


def named(diagnostic: Diagnostic) -> list[str]:
    return [f"{operation.method} {operation.path}" for operation in diagnostic.finding.operations]


def test_stacked_decorators_are_one_finding() -> None:
    """A handler that is registered twice is named once, with both of its operations."""
    (found,) = open_operations(
        main=GUARD
        + """
app = FastAPI()

@app.get("/a", dependencies=[Depends(require_session)])
def a(): ...

@app.post("/b")
@app.put("/c")
def b(): ...
"""
    )

    assert found.location.line == 14
    assert sorted(named(found)) == ["POST /b", "PUT /c"]


def test_only_the_open_registration_of_a_handler_counts() -> None:
    """A decorator may guard one of a handler's operations and forget the other."""
    (found,) = open_operations(
        main=GUARD
        + """
app = FastAPI()

@app.post("/new", dependencies=[Depends(require_session)])
@app.post("/old")
def b(): ...
"""
    )

    assert named(found) == ["POST /old"]


def test_a_router_that_is_included_twice_is_one_finding() -> None:
    """Both inclusions lack a guard: one router, twice the operations, two places that could have protected it."""
    (found,) = open_operations(
        main=GUARD
        + """
app = FastAPI()
router = APIRouter()

@app.get("/a", dependencies=[Depends(require_session)])
def a(): ...

@router.post("/b")
def b(): ...

app.include_router(router)
app.include_router(router, prefix="/v1")
"""
    )

    assert found.location.line == 10
    assert named(found) == ["POST /b", "POST /v1/b"]
    assert [related.location.line for related in found.finding.related] == [18, 19]


def test_public_operations_do_not_count_for_their_router() -> None:
    """A router of which only the health check is public has no guard anywhere."""
    (found,) = open_operations(
        main=GUARD
        + """
app = FastAPI()
router = APIRouter()

@app.get("/a", dependencies=[Depends(require_session)])
def a(): ...

@router.get("/health")
def health(): ...

@router.post("/b")
def b(): ...

app.include_router(router)
"""
    )

    assert found.location.line == 10
    assert named(found) == ["POST /b"]


def test_routers_of_one_factory_are_judged_together() -> None:
    """Where the same `APIRouter(` makes a guarded and an open router, the handlers are named."""
    (found,) = open_operations(
        main=GUARD
        + """
def make(dependencies):
    router = APIRouter(dependencies=dependencies)

    @router.post("/b")
    def b(): ...

    return router

app = FastAPI()
app.include_router(make([Depends(require_session)]), prefix="/guarded")
app.include_router(make([]), prefix="/open")
"""
    )

    assert named(found) == ["POST /open/b"]


def test_reads_beside_guarded_writes_are_less_certain() -> None:
    write, read = open_operations(
        main=GUARD
        + """
app = FastAPI()

@app.post("/a", dependencies=[Depends(require_session)])
def a(): ...

@app.delete("/b")
def b(): ...

@app.get("/b")
def c(): ...
"""
    )

    assert (write.confidence, read.confidence) == (Confidence.HIGH, Confidence.MEDIUM)


def test_the_guard_of_siblings_is_named() -> None:
    (found,) = open_operations(
        main=GUARD
        + """
app = FastAPI()

@app.post("/a", dependencies=[Depends(require_session)])
def a(): ...

@app.delete("/b")
def b(): ...
"""
    )

    assert found.help == "siblings use `require_session` (main.py:5)"


def test_a_mounted_application_is_a_cause_of_its_own() -> None:
    """What guards the outer application does not run in the inner one."""
    (found,) = open_operations(
        main=GUARD
        + """
app = FastAPI(dependencies=[Depends(require_session)])
inner = FastAPI()

@app.get("/a")
def a(): ...

@inner.get("/b")
def b(): ...

app.mount("/inner", inner)
"""
    )

    assert found.location.line == 10
    assert named(found) == ["GET /inner/b"]


def test_nobody_can_call_a_router_that_is_not_included() -> None:
    found = open_operations(main=GUARD + "app = FastAPI()\nrouter = APIRouter()\n\n@router.get('/a')\ndef a(): ...\n")

    assert found == ()


def test_websockets_and_http_operations_are_said_apart() -> None:
    """Each by its own rule, at the same application."""
    found = open_operations(
        main="""
from fastapi import FastAPI, WebSocket

app = FastAPI()

@app.get("/a")
def a(): ...

@app.websocket("/b")
async def b(websocket: WebSocket):
    await websocket.accept()
"""
    )

    assert [(diagnostic.code, named(diagnostic)) for diagnostic in found] == [
        ("FG101", ["GET /a"]),
        ("FG110", ["WEBSOCKET /b"]),
    ]


def test_a_handler_that_could_not_be_found_is_not_said_to_be_open() -> None:
    found = open_operations(
        main="from fastapi import FastAPI\nfrom elsewhere import handler\n\napp = FastAPI()\napp.add_api_route('/a', handler)\n"
    )

    assert found == ()
