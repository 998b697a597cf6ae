"""A scan executes nothing of what it reads, starts nothing, connects to nothing and writes to its cache only (P5)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli.projects import BACKEND, write_project

WATCH = """
import os, sys

tree, cache = os.getcwd(), os.environ["FASTAPI_GUARD_CACHE_DIR"]
HARMLESS = {"open", "compile", "exec", "import", "marshal.loads", "os.listdir", "os.scandir", "sys._getframe",
            "array.__new__", "object.__getattr__", "object.__setattr__", "object.__delattr__", "code.__new__", "sys.excepthook",
            "sys.addaudithook", "builtins.id", "glob.glob", "_thread.start_new_thread", "_thread.start_joinable_thread",
            "fcntl.ioctl", "fcntl.fcntl", "pathlib.Path.glob", "pathlib.Path.rglob", "os.putenv", "sys._getframemodulename",
            "cpython.run_interactivehook", "cpython.PyInterpreterState_New", "sys._current_frames", "gc.get_objects",
            "time.sleep", "os.fwalk", "os.walk", "sqlite3.connect/handle"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
said = []

def watch(event, arguments):
    if event == "exec" and str(getattr(arguments[0], "co_filename", "")).startswith(tree):
        said.append(f"executes {arguments[0].co_filename}")
    elif event == "import" and str(arguments[1] or "").startswith(tree):
        said.append(f"imports {arguments[1]}")
    elif event in ("open", "os.mkdir", "sqlite3.connect") and str(arguments[0]).startswith(cache):
        pass
    elif event == "open" and (arguments[2] or 0) & WRITING and arguments[0] != os.devnull:
        said.append(f"writes {arguments[0]!r}")
    elif event not in HARMLESS:
        said.append(f"does {event}{arguments!r}")

import fastapi_guard.cli.main
sys.addaudithook(watch)
code = fastapi_guard.cli.main.run(sys.argv[1:])
found, said = said, []
print(*[f"{code}", *found], sep="\\n", file=sys.stderr)
"""
TRAP = "raise SystemExit('the scanned code was run')\n"
TRAPS = ("click", "conftest", "fastapi_guard_rules", "json", "libcst", "pathspec", "setup", "sitecustomize", "tomli")


@pytest.mark.parametrize(
    "arguments",
    [("check", "-q", "--profile", "strict"), ("check", "-q", "--output-format", "json"), ("routes", "-q")],
    ids=" ".join,
)
def test_the_scanned_tree_is_only_read(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """Its modules have the names of what the scan itself imports."""
    traps = {f"{name}.py": TRAP for name in TRAPS}
    write_project(tmp_path, {**BACKEND, **traps, "app/trap.py": TRAP, ".env": "SECRET=1\n"})
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONSAFEPATH": "1"}

    done = subprocess.run(
        [sys.executable, "-c", WATCH, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True
    )

    code, *events = done.stderr.splitlines()
    assert events == []
    assert int(code) < 2


def test_rule_packs_that_the_tree_names_are_not_imported(tmp_path: Path) -> None:
    write_project(
        tmp_path, {**BACKEND, "pyproject.toml": '[tool.fastapi-guard]\nplugins = ["trap"]\n', "trap.py": TRAP}
    )
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}

    done = subprocess.run(
        [sys.executable, "-m", "fastapi_guard", "check"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )

    assert "the scanned code was run" not in done.stdout + done.stderr
    assert done.returncode == 2
    assert "pyproject.toml:2:11: `plugins` names code of this project" in done.stderr
