"""flake8 reports what `check` reports for the same files."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli.projects import BACKEND, write_project
from report.sample_result import MISSING

from fastapi_guard.flake8_plugin import place_among
from fastapi_guard.location import Location

REPOSITORY = Path(__file__).parents[2]
RETURNED = "./app/tasks.py:8:5: FG405 "


def flake8(directory: Path, *arguments: str, stdin: str | None = None) -> tuple[int, list[str]]:
    """The exit code and the lines of flake8 with our plug-in alone."""
    command = [sys.executable, "-m", "flake8", "--isolated", "--select", "FG,ACM", *arguments]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, input=stdin, timeout=120)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def checked(directory: Path) -> list[str]:
    """What `check` says of a folder, with paths as flake8 prints them."""
    command = [sys.executable, "-m", "fastapi_guard", "check", "--output-format", "concise", "-q", "."]
    lines = subprocess.run(command, cwd=directory, capture_output=True, text=True).stdout.splitlines()
    return sorted(
        f"./{os.path.relpath(os.path.normpath(directory / path), directory)}:{rest}"
        for path, _, rest in (line.partition(":") for line in lines)
    )


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_a_finding_stands_at_its_line_and_column(tmp_path: Path, jobs: str) -> None:
    write_project(tmp_path, BACKEND)

    code, lines = flake8(tmp_path, "--jobs", jobs, "--extend-ignore", "FG1", ".")

    assert code == 1
    assert [line[: len(RETURNED)] for line in lines] == [RETURNED]


def test_standard_input_stands_for_its_file(tmp_path: Path) -> None:
    write_project(tmp_path, BACKEND)
    good = BACKEND["app/tasks.py"].replace("return", "raise")

    assert flake8(tmp_path, "--extend-ignore=FG1", "-", "--stdin-display-name", "app/tasks.py", stdin=good) == (0, [])
    assert flake8(tmp_path, "--extend-ignore=FG1", "-", stdin=BACKEND["app/tasks.py"])[0] == 1


def test_noqa_silences_in_the_first_line(tmp_path: Path) -> None:
    text = BACKEND["app/tasks.py"].replace("(404)\n", "(  # noqa\n        404,\n    )\n")
    write_project(tmp_path, {**BACKEND, "app/tasks.py": text})

    assert flake8(tmp_path, "--extend-ignore=FG1", ".") == (0, [])
    assert flake8(tmp_path, "--extend-ignore=FG1", "--disable-noqa", ".")[0] == 1


def test_a_configuration_that_is_refused_is_said_in_every_file(tmp_path: Path) -> None:
    write_project(tmp_path, {**BACKEND, "pyproject.toml": "[tool.fastapi-guard]\nplugins = ['app']\n"})

    _, lines = flake8(tmp_path, "app/main.py", "app/tasks.py")

    fault = "pyproject.toml:2:11: `plugins` names code of this project, which runs only with --allow-project-plugins"
    assert lines == [f"app/{name}.py:1:1: FG002 fastapi-guard cannot run: {fault}" for name in ("main", "tasks")]


@pytest.mark.parametrize(
    ("prefixes", "path", "line"),
    [
        (["app/api/tasks.py"], "app/api/tasks.py", 5),
        (["app"], "app/api/tasks.py", 5),
        (["app/main.py"], "app/main.py", 4),
        (["app/main"], "app/api/tasks.py", 5),
        ([], "app/api/tasks.py", 5),
    ],
)
def test_a_finding_is_said_in_a_file_that_was_given(prefixes: list[str], path: str, line: int) -> None:
    place = place_among(MISSING, prefixes)

    assert (place.path, place.line) == (path, line)
    assert isinstance(place, Location)


@pytest.mark.integration
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_the_same_findings_as_check_in_every_application(tmp_path: Path, jobs: str) -> None:
    shutil.copytree(REPOSITORY / "fixtures/apps", tmp_path, dirs_exist_ok=True)

    for app in sorted(path for path in tmp_path.iterdir() if path.is_dir()):
        assert sorted(flake8(app, "--jobs", jobs, ".")[1]) == checked(app), app.name


@pytest.mark.integration
def test_no_file_makes_it_crash() -> None:
    """What Python refuses is flake8's E902 or E999; of all other files `check` says the same."""
    broken = REPOSITORY / "fixtures/broken"

    _, lines = flake8(broken, "--extend-select", "E9", ".")

    refused = {line.split(":")[0] for line in lines if " E9" in line}
    found = [line for line in lines if line.split(":")[0] not in refused]
    expected = [line for line in checked(broken) if line.split(":")[0] not in refused]
    assert refused
    assert sorted(found) == expected
