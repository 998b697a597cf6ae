"""Small projects for commands to run in, and a way to run them."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from fastapi_guard.cli.main import run

BACKEND = {
    "pyproject.toml": "[tool.fastapi-guard]\n",
    "app/__init__.py": "",
    "app/main.py": """from fastapi import FastAPI

from app.tasks import router

app = FastAPI()
app.include_router(router, prefix="/api")
""",
    "app/tasks.py": """from fastapi import APIRouter, HTTPException

router = APIRouter(prefix="/tasks")


@router.get("/{task_id}")
def read_task(task_id: int):
    return HTTPException(404)
""",
}


@dataclass(frozen=True, slots=True)
class Run:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


def write_project(directory: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return directory


class Shell:
    """Runs commands in a working directory; a class because it holds the capture of standard output."""

    def __init__(self, directory: Path, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        self._capture = capture
        self._patch = patch

    def __call__(self, *arguments: str, below: str = ".") -> Run:
        self._patch.chdir(self.directory / below)
        self._capture.readouterr()
        code = run(arguments)
        captured = self._capture.readouterr()
        return Run(code, captured.out, captured.err)
