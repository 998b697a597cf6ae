"""`fastapi-guard routes` from the command line to the exit code."""

import json
from pathlib import Path

from cli.projects import Shell, write_project


def test_operations_are_listed_under_their_router(shell: Shell) -> None:
    run = shell("routes")

    assert run.code == 0
    assert run.out.splitlines()[:3] == ["app.main:app", "", "app.tasks.router  app/tasks.py:3"]
    assert "  none  GET  /api/tasks/{task_id}" in run.out.splitlines()
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


def test_too_little_authentication_makes_the_exit_code_1(shell: Shell) -> None:
    run = shell("routes", "-q", "--min-auth-coverage", "50")

    assert run.code == 1
    assert run.err == (
        "error: 0 of 1 non-public operations are authenticated: 0.0 %, less than the 50 % of --min-auth-coverage\n"
    )


def test_the_coverage_counts_what_paths_choose(shell: Shell) -> None:
    assert shell("routes", "--min-auth-coverage", "0").code == 0
    assert shell("routes", "--min-auth-coverage", "100", "app/main.py").code == 0


def test_a_public_operation_needs_no_authentication(shell: Shell) -> None:
    text = (shell.directory / "app/tasks.py").read_text()
    declared = text.replace("@router.get", "# fastapi-guard: public tasks are for everybody\n@router.get")
    write_project(shell.directory, {"app/tasks.py": declared})

    run = shell("routes", "--min-auth-coverage", "100")

    assert run.code == 0
    assert run.out.splitlines()[-1] == "0 of 0 non-public operations authenticated (100.0 %); 1 public"


def test_verbose_names_the_version_of_fastapi_and_where_it_was_read(shell: Shell) -> None:
    write_project(shell.directory, {"requirements.txt": "fastapi==0.115.6\n"})

    assert "FastAPI: 0.115.6 (from requirements.txt)" in shell("routes", "-v").err.splitlines()


def test_a_page_is_written_beside_the_table(shell: Shell) -> None:
    run = shell("routes", "-o", "html:routes.html", "-o", "mermaid:routes.mmd")

    assert run.out.startswith("app.main:app")
    assert (shell.directory / "routes.html").read_text().startswith("<!DOCTYPE html>")
    assert (shell.directory / "routes.mmd").read_text().startswith("flowchart LR\n")
