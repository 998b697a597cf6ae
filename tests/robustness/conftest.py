"""Commands for robustness tests, in a folder that starts empty."""

from pathlib import Path

import pytest
from cli.projects import Shell


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("COLUMNS", "100")
    return Shell(tmp_path, capsys, monkeypatch)
