"""`fastapi-guard why` from the command line to the exit code."""

import json
import os
from pathlib import Path

import pytest
from cli.projects import Shell, write_project
from cli.shelter import SHELTER

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.fixture
def shelter(shell: Shell) -> Shell:
    for file in (shell.directory / "app").iterdir():
        file.unlink()
    write_project(shell.directory, SHELTER)
    return shell


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("required", "GET /api/animals/{animal_id}"),
        ("alias-of-siblings", "DELETE /api/animals/{animal_id}"),
        ("lenient-scheme", "POST /api/animals/{animal_id}/feed"),
        ("exempt-from-middleware", "GET /staff/menu"),
        ("middleware", "GET /staff/rota"),
    ],
)
def test_the_proof_of_an_operation(name: str, operation: str, shelter: Shell) -> None:
    run = shelter("why", operation)

    file = SNAPSHOTS / f"why-{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(run.out, encoding="utf-8")

    assert run.code == 0
    assert file.read_text(encoding="utf-8") == run.out


def test_the_proof_as_json(shelter: Shell) -> None:
    document = json.loads(shelter("why", "GET /api/animals", "--output-format", "json").out)

    assert [step["kind"] for step in document["way"]] == ["application", "include", "router", "decorator", "handler"]
    assert [
        (node["depth"], node["name"], node["verdict"], node["rejects_at"])
        for node in document["way"][-1]["dependencies"]
    ] == [
        (0, "shelter.deps.get_keeper", "required", {"path": "shelter/deps.py", "line": 19}),
        (1, "fastapi.security.OAuth2PasswordBearer", "ineffective", None),
        (1, "shelter.deps.get_session", None, None),
    ]
    assert [(guard["name"], guard["decides"]) for guard in document["guards"]] == [
        ("shelter.deps.get_keeper", True),
        ("fastapi.security.OAuth2PasswordBearer", False),
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("GET /api/animals/{id}", "GET /api/animals/{animal_id}"),
        ("get /api/animals/{animal_id}/", "GET /api/animals/{animal_id}"),
        ("POST /feed", "POST /api/animals/{animal_id}/feed"),
        ("POST feed", "POST /api/animals/{animal_id}/feed"),
        ("DELETE /api/animals/7", "DELETE /api/animals/{animal_id}"),
        ("/staff/menu", "GET /staff/menu"),
    ],
)
def test_an_operation_is_found_by_what_people_write(written: str, meant: str, shelter: Shell) -> None:
    assert shelter("why", *written.split()).out.partition(":")[0] == meant


def test_an_unknown_operation_suggests_the_nearest(shelter: Shell) -> None:
    run = shelter("why", "PUT /api/animals/{animal_id}")

    assert run.code == 2
    assert run.out == ""
    assert run.err.splitlines()[:4] == [
        "error: no operation is `PUT /api/animals/{animal_id}`",
        "did you mean",
        "  GET /api/animals/{animal_id}  shelter/animals.py:14",
        "  DELETE /api/animals/{animal_id}  shelter/animals.py:20",
    ]


def test_an_ambiguous_operation_is_asked_back(shelter: Shell) -> None:
    run = shelter("why", "/api/animals/{animal_id}")

    assert run.code == 2
    assert run.err.splitlines() == [
        "error: `/api/animals/{animal_id}` may be any of 2 operations:",
        "  GET /api/animals/{animal_id}  shelter/animals.py:14",
        "  DELETE /api/animals/{animal_id}  shelter/animals.py:20",
    ]


def test_one_path_in_two_applications_needs_the_application(shelter: Shell) -> None:
    other = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/staff/menu')\ndef menu():\n    return 1\n"
    write_project(shelter.directory, {"shelter/other.py": other})

    run = shelter("why", "GET /staff/menu")

    assert run.code == 2
    assert run.err.splitlines()[1:] == [
        "  GET /staff/menu  shelter/main.py:13  --app shelter.main:staff",
        "  GET /staff/menu  shelter/other.py:7  --app shelter.other:app",
    ]
    assert shelter("why", "GET /staff/menu", "--app", "shelter.other:app").code == 0


def test_a_method_without_a_path_is_wrong_use(shelter: Shell) -> None:
    assert shelter("why", "GET").code == 2


def test_a_tree_without_fastapi_makes_the_exit_code_3(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "other").mkdir()

    assert shell("why", "GET /x", "--root", "other").code == 3


def test_the_queries_of_an_operation_say_what_bounds_them(shell: Shell) -> None:
    for file in (shell.directory / "app").iterdir():
        file.unlink()
    write_project(shell.directory, {"main.py": TASKS})

    run = shell("why", "GET /tasks/{task_id}")
    document = json.loads(shell("why", "GET /tasks", "--output-format", "json").out)

    assert "get of `Task`, which belongs to `user_id`: nothing compares its owner; compares `Task.id` main.py:36" in (
        " ".join(run.out.split())
    )
    assert [(query["table"], query["scope"]) for query in document["queries"] if query["kind"] == "select"] == [
        ("main.Task", "statement")
    ]


TASKS = """
import os

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlmodel import Field, Session, SQLModel, create_engine, select

app = FastAPI()


class Task(SQLModel, table=True):
    id: int = Field(primary_key=True)
    user_id: int


def get_session():
    with Session(create_engine("sqlite://")) as session:
        yield session


def get_user_id(token: str = Depends(OAuth2PasswordBearer(tokenUrl="login"))) -> int:
    try:
        return jwt.decode(token, os.environ["SECRET"], algorithms=["HS256"])["sub"]
    except jwt.InvalidTokenError:
        raise HTTPException(status_code=401)


@app.get("/tasks")
def read_all(session: Session = Depends(get_session), user_id: int = Depends(get_user_id)):
    return session.exec(select(Task).where(Task.user_id == user_id)).all()


@app.get("/tasks/{task_id}")
def read(task_id: int, session: Session = Depends(get_session), user_id: int = Depends(get_user_id)):
    return session.get(Task, task_id)
"""
