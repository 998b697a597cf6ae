"""`fastapi-guard routes` from the command line to the exit code."""

import json
from pathlib import Path

from cli.projects import Shell, write_project


def test_operations_are_listed_under_their_router(shell: Shell) -> None:
    run = shell("routes")

    assert run.code == 0
    assert run.out.splitlines()[:3] == ["app.main:app", "", "app.tasks.router  app/tasks.py:3"]
    assert "GET        /api/tasks/{task_id}" in run.out
    assert "of 1 operations authenticated" in run.out.splitlines()[-1]


def test_paths_choose_the_operations(shell: Shell) -> None:
    whole = json.loads(shell("routes", "--output-format", "json").out)
    part = json.loads(shell("routes", "--output-format", "json", "app/main.py").out)

    assert [route["path"] for route in whole["routes"]] == ["/api/tasks/{task_id}"]
    assert part == whole | {"routes": []}


def test_a_file_that_does_not_parse_is_told_and_makes_the_exit_code_1(shell: Shell) -> None:
    write_project(shell.directory, {"app/broken.py": "def (\n"})

    run = shell("routes", "-q")

    assert run.code == 1
    assert run.err.startswith("app/broken.py:1:5: FG001 ")


def test_a_tree_without_fastapi_makes_the_exit_code_3(tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "other").mkdir()

    assert shell("routes", "--root", "other").code == 3
    assert shell("routes", "--root", "other", "--allow-no-app").code == 0
