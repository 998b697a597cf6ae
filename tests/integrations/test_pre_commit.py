"""The hooks in `.pre-commit-hooks.yaml` do their work in the real pre-commit.

All but one test run the hooks with the Python that runs the tests; that one lets pre-commit install them from a clone
of this repository, which needs a package index.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli.projects import write_project

pytestmark = pytest.mark.integration

REPOSITORY = Path(__file__).parents[2]
GUARDED = """from fastapi import Depends, FastAPI, HTTPException, Request

from app.tasks import router


def require_key(request: Request):
    if request.headers.get("x-key") != "secret":
        raise HTTPException(401)


app = FastAPI()
app.include_router(router, dependencies=[Depends(require_key)])
"""
TASKS = """from fastapi import APIRouter

router = APIRouter(prefix="/tasks")


@router.get("/{task_id}")
def read_task(task_id: int):
    return {"id": task_id}
"""
OPEN = GUARDED.replace(", dependencies=[Depends(require_key)]", "")


@dataclass(frozen=True, slots=True)
class Repository:
    """A throw-away git repository with pre-commit."""

    directory: Path
    environment: dict[str, str]

    def __call__(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.directory, env=self.environment, capture_output=True, text=True, timeout=600
        )

    def commit(self, files: dict[str, str]) -> subprocess.CompletedProcess[str]:
        write_project(self.directory, files)
        self("git", "add", *files)
        return self("git", "commit", "-m", "change")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    identity = {f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **identity, "PRE_COMMIT_HOME": str(tmp_path / "cache"), "PRE_COMMIT_COLOR": "never"}
    made = Repository(write_project(tmp_path / "backend", {"pyproject.toml": ""}), environment)
    made("git", "init", "-q")
    return made


def use(repository: Repository, hook: str, **changes: object) -> None:
    """Commit the files of a sound backend and let one of our hooks watch over what follows."""
    hooks: list[dict[str, Any]] = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
    [ours] = [each for each in hooks if each["id"] == hook]
    command = ours["entry"].replace(
        "fastapi-guard check", f"{sys.executable} -m fastapi_guard check --select FG101,FG405"
    )
    configuration = {
        "repos": [{"repo": "local", "hooks": [{**ours, "language": "system", "entry": command, **changes}]}]
    }
    repository.commit({".pre-commit-config.yaml": yaml.safe_dump(configuration), "app/__init__.py": ""})
    repository.commit({"app/main.py": GUARDED, "app/tasks.py": TASKS})
    assert repository(sys.executable, "-m", "pre_commit", "install").returncode == 0


def test_a_staged_change_that_unprotects_a_route_elsewhere_is_refused(repository: Repository) -> None:
    use(repository, "fastapi-guard")

    refused = repository.commit({"app/main.py": OPEN})

    assert refused.returncode == 1
    assert "FG101" in refused.stderr
    assert "GET /tasks/{task_id}" in refused.stderr
    assert repository("git", "log", "--oneline").stdout.count("\n") == 2


def test_a_sound_change_is_committed_whatever_stands_in_other_files(repository: Repository) -> None:
    """What is not staged is not seen, and a finding that touches no staged file is not reported."""
    use(repository, "fastapi-guard")
    faulty = TASKS.replace('return {"id": task_id}', "return HTTPException(404)").replace(
        "APIRouter", "APIRouter, HTTPException", 1
    )
    repository("git", "commit", "--no-verify", "-m", "faulty")
    write_project(repository.directory, {"app/tasks.py": faulty})
    repository("git", "commit", "--no-verify", "-a", "-m", "faulty")
    write_project(repository.directory, {"app/main.py": OPEN})

    done = repository.commit({"app/other.py": "x = 1\n"})

    assert done.returncode == 0, done.stderr
    assert (repository.directory / "app/main.py").read_text() == OPEN


def test_files_named_that_the_configuration_excludes_are_left_out(repository: Repository) -> None:
    use(repository, "fastapi-guard")

    done = repository.commit(
        {
            "pyproject.toml": "[tool.fastapi-guard]\nextend-exclude = ['generated']\n",
            "generated/main.py": "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/')\ndef f(): ...\n",
        }
    )

    assert done.returncode == 0, done.stderr


def test_names_may_be_split_over_parallel_processes(repository: Repository) -> None:
    use(repository, "fastapi-guard", require_serial=False)
    files = {f"app/module_{number}.py": f"x = {number}\n" for number in range(40)}
    repository.commit(files)
    repository.commit({"app/main.py": OPEN})

    done = repository(sys.executable, "-m", "pre_commit", "run", "--all-files")

    assert done.returncode == 1
    assert "GET /tasks/{task_id}" in done.stdout


def test_the_other_hook_looks_at_everything_when_the_configuration_changes(repository: Repository) -> None:
    use(repository, "fastapi-guard-full")
    write_project(repository.directory, {"app/main.py": OPEN})
    repository("git", "commit", "--no-verify", "-a", "-m", "open")

    assert repository.commit({"README.md": ""}).returncode == 0
    assert "FG101" in repository.commit({"fastapi-guard.toml": "select = ['FG101']\n"}).stderr


def test_pre_commit_installs_the_hook_from_a_clone(repository: Repository, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", str(REPOSITORY), str(tmp_path / "clone")], check=True)
    revision = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=tmp_path / "clone", text=True).strip()
    hook = {"repo": str(tmp_path / "clone"), "rev": revision, "hooks": [{"id": "fastapi-guard"}]}
    returned = TASKS.replace('{"id": task_id}', "HTTPException(404)").replace(
        "APIRouter", "APIRouter, HTTPException", 1
    )
    repository.commit({".pre-commit-config.yaml": yaml.safe_dump({"repos": [hook]}), "app/__init__.py": ""})
    write_project(repository.directory, {"app/main.py": GUARDED, "app/tasks.py": returned})
    repository("git", "add", ".")

    done = repository(sys.executable, "-m", "pre_commit", "run")

    assert done.returncode == 1, done.stdout + done.stderr
    assert "app/tasks.py:8:5: FG405 " in done.stdout
