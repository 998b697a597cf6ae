"""The GitHub action: nothing that a user writes is code, nothing moves under our feet, and the exit code is kept."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli.projects import BACKEND, write_project
from report.runner_commands import Command, commands_in

REPOSITORY = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((REPOSITORY / "action.yml").read_text())
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
CHECK_STEP = next(step for step in STEPS if step.get("id") == "check")

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


@dataclass(frozen=True, slots=True)
class Done:
    """What a step left behind."""

    log: str
    outputs: dict[str, str]
    summary: str
    sarif: dict[str, Any] | None


def check(directory: Path, **inputs: str) -> Done:
    """Run the action's check as the runner does, in a repository."""
    temporary = directory.parent / "runner"
    temporary.mkdir(exist_ok=True)
    files = {name: temporary / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.write_text("")
    command = temporary / "fastapi-guard"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m fastapi_guard "$@"\n')
    command.chmod(0o755)
    values = {name: str(value["default"]) for name, value in ACTION["inputs"].items()} | inputs
    environment = {
        name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: values[found[1]], text)
        for name, text in CHECK_STEP["env"].items()
    }
    environment |= {
        "FASTAPI_GUARD_COMMAND": str(command),
        "GITHUB_ACTION_PATH": str(REPOSITORY),
        "RUNNER_TEMP": str(temporary),
        **{name: str(file) for name, file in files.items()},
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", CHECK_STEP["run"]],
        cwd=directory,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    sarif = json.loads(Path(outputs["sarif-file"]).read_text()) if "sarif-file" in outputs else None
    return Done(done.stdout, outputs, files["GITHUB_STEP_SUMMARY"].read_text(), sarif)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    directory = write_project(tmp_path / "repository", {f"backend/{path}": text for path, text in BACKEND.items()})
    (directory / ".git").mkdir()
    return directory


def test_inputs_reach_the_shell_through_the_environment_only() -> None:
    assert [step["run"] for step in STEPS if "${{" in step.get("run", "")] == []
    assert {step["shell"] for step in STEPS if "run" in step} == {"bash"}


def test_actions_of_others_are_pinned_by_their_full_hash() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]

    assert used
    assert [each for each in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", each)] == []


def test_every_input_is_used_and_every_used_one_declared() -> None:
    used = set(re.findall(r"inputs\.([a-z-]+)", yaml.safe_dump(STEPS)))

    assert used == set(ACTION["inputs"])


@needs_bash
def test_findings_are_annotations_with_paths_from_the_top_of_the_repository(repository: Path) -> None:
    done = check(repository, **{"working-directory": "backend", "args": "--select\nFG405"})

    [command] = commands_in(done.log)
    assert (command.name, command.properties["file"], command.properties["line"]) == (
        "error",
        "backend/app/tasks.py",
        "8",
    )
    assert isinstance(command, Command)
    assert done.outputs["exit-code"] == "1"
    assert done.sarif is not None
    assert len(done.sarif["runs"][0]["results"]) == 1
    assert "FG405 return-httpexception" in done.summary
    assert "`/api/tasks/{task_id}`" in done.summary


@needs_bash
@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"args": "--select\nFG408"}, "0"),
        ({"root": "backend", "args": "--select=FG405"}, "1"),
        ({"args": "--no-such-option"}, "2"),
        ({"working-directory": "nowhere"}, "2"),
        ({"root": "empty"}, "3"),
        ({"paths": "backend/app/main.py\n", "args": "--select\nFG405"}, "0"),
    ],
)
def test_the_exit_code_is_an_output(repository: Path, inputs: dict[str, str], code: str) -> None:
    (repository / "empty").mkdir()

    assert check(repository, **inputs).outputs["exit-code"] == code


@needs_bash
@pytest.mark.parametrize("name", ["paths", "root", "config", "args", "working-directory"])
def test_what_an_input_says_is_not_run(repository: Path, name: str) -> None:
    done = check(repository, **{name: "$(touch owned); `touch owned`; ' ; touch owned #"})

    assert done.outputs["exit-code"] == "2"
    assert not list(repository.parent.rglob("owned"))


@needs_bash
def test_without_a_summary_none_is_written(repository: Path) -> None:
    assert check(repository, root="backend", summary="false").summary == ""


@pytest.mark.integration
def test_the_action_and_the_example_workflows_keep_to_their_schemas_and_are_sound(tmp_path: Path) -> None:
    """Published schemas, and zizmor, which finds what is dangerous in workflows."""
    text = (REPOSITORY / "docs/github.md").read_text()
    workflows = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert workflows
    for number, workflow in enumerate(workflows):
        write_project(tmp_path, {f".github/workflows/{number}.yml": workflow.replace("@HASH", f"@{0:040}")})
    files = [str(file) for file in sorted((tmp_path / ".github/workflows").iterdir())]
    schemas = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]

    subprocess.run([*schemas, "vendor.github-actions", str(REPOSITORY / "action.yml")], check=True)
    subprocess.run([*schemas, "vendor.github-workflows", *files], check=True)
    zizmor = [str(Path(sys.executable).with_name("zizmor")), "--offline", "--no-progress", "--persona=pedantic"]
    done = subprocess.run([*zizmor, str(REPOSITORY / "action.yml"), *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.integration
def test_the_action_installs_the_command(tmp_path: Path) -> None:
    """From its own code, with the package index of this machine."""
    environment = {
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_ACTION_PATH": str(REPOSITORY),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "FASTAPI_GUARD_PYTHON": sys.executable,
        "FASTAPI_GUARD_VERSION": "",
    }
    subprocess.run(["bash", str(REPOSITORY / "action/install.sh")], check=True, env={**os.environ, **environment})

    name, _, command = (tmp_path / "output").read_text().strip().partition("=")
    assert name == "command"
    assert subprocess.check_output([command, "--version"], text=True).startswith("fastapi-guard ")
