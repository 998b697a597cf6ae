"""Files that cannot be read are messages."""

import os
from pathlib import Path

import pytest

from fastapi_guard.config.document import read_document
from fastapi_guard.config.problem import ConfigurationError


def fault(file: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_document(file, file.name)
    return str(caught.value)


def test_a_directory_is_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()

    assert fault(tmp_path / "pyproject.toml") == "pyproject.toml:1:1: cannot be read: it is a directory, not a file"


def test_a_named_pipe_is_no_configuration_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pyproject.toml")

    assert fault(tmp_path / "pyproject.toml") == "pyproject.toml:1:1: cannot be read: it is a named pipe, not a file"


def test_binary_content_is_told_at_its_first_bad_byte(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes("ä = 1\nü = '".encode() + b"\xff\xfe'\n")

    assert fault(tmp_path / "pyproject.toml") == "pyproject.toml:2:6: is not UTF-8 text"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert fault(tmp_path / "none.toml") == "none.toml:1:1: cannot be read: No such file or directory"


def test_a_pyproject_without_the_table_configures_nothing(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\n")

    assert read_document(tmp_path / "pyproject.toml", "pyproject.toml") is None
