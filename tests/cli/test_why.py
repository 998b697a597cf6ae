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
