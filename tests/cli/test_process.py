"""What only a process of its own can show: encodings, pipes, imports."""

import os
import subprocess
import sys
from pathlib import Path

from cli.projects import BACKEND, write_project

COMMAND = [sys.executable, "-m", "fastapi_guard"]


def test_a_standard_output_that_is_not_utf_8_gets_escapes(tmp_path: Path) -> None:
    files = {**BACKEND, "app/tasks.py": BACKEND["app/tasks.py"].replace("/{task_id}", "/größe/{task_id}")}
    write_project(tmp_path, files)
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}

    done = subprocess.run([*COMMAND, "routes"], cwd=tmp_path, env=environment, capture_output=True)

    assert done.returncode == 0
    assert rb"/api/tasks/gr\xf6\xdfe/{task_id}" in done.stdout


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    write_project(tmp_path, BACKEND)
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run([*COMMAND, "routes", "-q"], cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)

    assert (done.returncode, done.stderr) == (0, b"")


def test_the_working_directory_cannot_be_imported_from(tmp_path: Path) -> None:
    write_project(tmp_path, {**BACKEND, "click.py": "raise SystemExit('imported')", "json.py": "raise SystemExit(9)"})

    done = subprocess.run([*COMMAND, "routes"], cwd=tmp_path, capture_output=True)

    assert (done.returncode, done.stderr) == (0, b"")


def test_the_version_is_that_of_the_distribution_and_needs_no_analysis(tmp_path: Path) -> None:
    script = (
        "import sys; from fastapi_guard.cli.main import run; run(['--version'])\n"
        "print(sorted({'libcst', 'rich', 'pathspec', 'fastapi_guard.scan', 'tomli'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)

    version, modules = done.stdout.splitlines()
    assert version.startswith("fastapi-guard ")
    assert modules == "[]"


def test_the_version_alone_loads_no_command_line(tmp_path: Path) -> None:
    script = (
        "import sys; from fastapi_guard.cli.entry import main; sys.argv[1:] = ['--version']; main()\n"
        "print(sorted({'click', 'dataclasses', 'fastapi_guard.cli.main'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)

    version, modules = done.stdout.splitlines()
    assert version.startswith("fastapi-guard ")
    assert modules == "[]"
