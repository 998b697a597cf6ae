"""A shell in a small backend."""

from pathlib import Path

import pytest
from cli.projects import BACKEND, Shell, write_project


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return Shell(write_project(tmp_path, BACKEND), capsys, monkeypatch)
