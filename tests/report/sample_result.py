"""A scan result made by hand: one application, a protected and an open router, findings of every shape."""

import ast
from pathlib import Path

from fastapi_guard.finding import (
    Confidence,
    Diagnostic,
    Finding,
    OperationPlace,
    Problem,
    Proof,
    Related,
    Severity,
    Suppressed,
)
from fastapi_guard.location import Location
from fastapi_guard.project.model import (
    Application,
    Authentication,
    Dependant,
    Function,
    Guard,
    PathOperation,
    Project,
    RouterPlace,
    Unmounted,
    Unresolved,
    Verdict,
    Via,
)
from fastapi_guard.scan import ScanResult

TASKS = """from fastapi import APIRouter

from app.deps import SessionDep

router = APIRouter(prefix="/tasks")


@router.get("/{task_id}")
async def read_task(task_id: int, session: SessionDep) -> str:
\treturn "é😀" + await session.get(Task, task_id)


@router.delete("/{task_id}")
async def delete_task(
    task_id: int,
    session: SessionDep,
) -> None:
    ...
"""
MAIN = """from fastapi import FastAPI

app = FastAPI()
app.include_router(tasks.router, prefix="/api/v1")
"""

ROUTER = RouterPlace("app.api.tasks.router", Location("app/api/tasks.py", 5, 1, 5, 36), "/tasks")
APP = RouterPlace("app.main.app", Location("app/main.py", 3, 1, 3, 16), is_application=True)
OPEN_OPERATIONS = (
    OperationPlace("GET", "/api/v1/tasks/{task_id}", "app/api/tasks.py", 8, 9),
    OperationPlace("DELETE", "/api/v1/tasks/{task_id}", "app/api/tasks.py", 13, 14),
)


def function(name: str, path: str, line: int) -> Function:
    definition = ast.parse("async def handler(): ...").body[0]
    assert isinstance(definition, ast.AsyncFunctionDef)
    return Function(name, name.rpartition(".")[0], definition, Location(path, line), Location(path, line - 1))


def operation(method: str, path: str, line: int, authentication: Authentication, **changes: object) -> PathOperation:
    endpoint = function(f"app.api.tasks.{method.lower()}_task", "app/api/tasks.py", line)
    values: dict[str, object] = {
        "app": "app.main:app",
        "kind": "http",
        "methods": (method,),
        "path": path,
        "endpoint": endpoint,
        "endpoint_name": endpoint.name,
        "location": endpoint.location,
        "decorator_location": endpoint.decorator_location,
        "registered_at": endpoint.decorator_location,
        "router": ROUTER,
        "contexts": (),
        "application": APP,
        "tags": ("tasks",),
        "authentication": authentication,
    }
    return PathOperation(**(values | changes))  # type: ignore[arg-type]


GUARDED = Authentication(
    Verdict.REQUIRED,
    ("HTTPBearer",),
    (Guard("app.deps.get_current_user", Location("app/deps.py", 21), Via.PARAMETER),),
)
DEPENDENCIES = (
    Dependant(
        "app.deps.get_current_user",
        Location("app/deps.py", 21),
        Via.PARAMETER,
        children=(Dependant("fastapi.security.HTTPBearer", None, Via.PARAMETER),),
    ),
)
PROJECT = Project(
    applications=(Application("app.main:app", APP.location, APP),),
    operations=(
        operation(
            "GET",
            "/api/v1/tasks",
            5,
            GUARDED,
            status_code=200,
            response_model="app.schemas.TaskPublic",
            dependencies=DEPENDENCIES,
        ),
        operation("GET", "/api/v1/tasks/{task_id}", 9, Authentication(Verdict.NONE)),
        operation("DELETE", "/api/v1/tasks/{task_id}", 14, Authentication(Verdict.NONE), response_model=""),
        operation("POST", "/login", 30, Authentication(Verdict.NONE), router=APP, public_reason="login"),
        operation(
            "GET",
            "/report",
            40,
            Authentication(Verdict.UNKNOWN, reason="middleware GatewayMiddleware could not be read"),
            router=APP,
        ),
        operation("", "/ws", 50, Authentication(Verdict.OPTIONAL, ("HTTPBearer",)), kind="websocket", methods=()),
        operation("", "/static", 3, Authentication(Verdict.NONE), kind="mount", methods=(), router=APP),
    ),
    unmounted=(Unmounted(RouterPlace("app.api.old.router", Location("app/api/old.py", 7)), ()),),
    unresolved=(Unresolved("include_router", Location("app/main.py", 30), "the argument is a call result"),),
)


def diagnostic(code: str, name: str, finding: Finding, severity: Severity, confidence: Confidence) -> Diagnostic:
    return Diagnostic(
        code,
        name,
        severity,
        confidence,
        finding,
        f"https://example.org/rules/{name}",
        finding.help,
        f"{code.lower()}0123456789abcdef",
    )


MISSING = diagnostic(
    "FG101",
    "missing-authentication",
    Finding(
        Location("app/api/tasks.py", 5, 1, 5, 36),
        "2 operations of app.api.tasks.router run without authentication",
        operations=OPEN_OPERATIONS,
        related=(Related(Location("app/main.py", 4, 1, 4, 51), "included here without dependencies"),),
        proof=(
            Proof(
                "no operation of app.api.tasks.router is guarded",
                Location("app/api/tasks.py", 5),
                (
                    Proof("APIRouter(...) has no dependencies", Location("app/api/tasks.py", 5)),
                    Proof(
                        "FastAPI() has no dependencies",
                        Location("app/main.py", 3),
                        (Proof("no middleware answers 401"),),
                    ),
                ),
            ),
        ),
        help="add dependencies=[Depends(get_current_user)] to the router",
        symbol="app.api.tasks.router",
    ),
    Severity.ERROR,
    Confidence.HIGH,
)
UNSCOPED = diagnostic(
    "FG202",
    "unscoped-get-by-id",
    Finding(Location("app/api/tasks.py", 10, 23, 10, 49), "Task is loaded by id alone; whose task it is, is not asked"),
    Severity.WARNING,
    Confidence.MEDIUM,
)
SEVERAL_LINES = diagnostic(
    "FG401",
    "delete-status",
    Finding(Location("app/api/tasks.py", 13, 1, 17, 11), "DELETE /api/v1/tasks/{task_id} answers 200 without a body"),
    Severity.INFO,
    Confidence.LOW,
)
SILENCED = diagnostic(
    "FG601",
    "hardcoded-secret",
    Finding(Location("app/main.py", 3, 1, 3, 16), "a secret stands in the code"),
    Severity.ERROR,
    Confidence.HIGH,
)

RESULT = ScanResult(
    root=Path("/project"),
    project=PROJECT,
    diagnostics=(MISSING, UNSCOPED, SEVERAL_LINES),
    suppressed=(Suppressed(SILENCED, "only a sample", Location("app/main.py", 3, 18)),),
    problems=(Problem("FG001", Location("app/broken.py", 2, 5), "invalid syntax"),),
    files=("app/api/tasks.py", "app/main.py"),
    texts={"app/api/tasks.py": TASKS, "app/main.py": MAIN, "app/broken.py": "x = 1\ndef (\n"},
    notes=("1 registration could not be resolved",),
)
EMPTY = ScanResult(Path("/project"), Project(), (), (), (), (), {})
