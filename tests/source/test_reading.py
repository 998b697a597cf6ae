"""How a file becomes text."""

import os
from pathlib import Path

import pytest

from fastapi_guard.finding import Problem
from fastapi_guard.source.reading import SourceFile, decode, read


def text_of(content: bytes) -> str:
    source = decode("a.py", content)
    assert isinstance(source, SourceFile)
    return source.text


def problem_of(content: bytes) -> tuple[int, int, str]:
    problem = decode("a.py", content)
    assert isinstance(problem, Problem)
    assert problem.code == "FG001"
    return problem.location.line, problem.location.column, problem.message


def test_decoding() -> None:
    """UTF-8 by default, a byte order mark is dropped, a declared encoding is used, newlines become one kind."""
    assert text_of("é = '𝒳'\n".encode()) == "é = '𝒳'\n"
    assert text_of(b"\xef\xbb\xbfx = 1\n") == "x = 1\n"
    assert text_of("# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1")).endswith("x = 'é'\n")
    assert text_of(b"a\r\nb\rc\n\x0cd\n") == "a\nb\nc\n\x0cd\n"
    assert text_of(b"") == ""


def test_undecodable_content_is_a_problem_with_a_place() -> None:
    """A wrong byte is named where the running Python names it."""
    line, _, message = problem_of(b"x = 1\ny = '\xff'\n")

    assert (line, message.startswith("cannot be decoded")) == (2, True)


@pytest.mark.parametrize("content", [b"# coding: no-such\n", b"# coding: rot13\n", b"\xef\xbb\xbf# coding: latin-1\n"])
def test_a_declaration_that_cannot_be_honoured(content: bytes) -> None:
    """Unknown encodings, codecs that are none of text and contradictions are problems."""
    assert problem_of(content)[2].startswith("cannot be decoded")


def test_null_bytes_have_a_place() -> None:
    """Python refuses a null byte; the line and column are the byte's."""
    assert problem_of(b"x = 1\nab\0\n") == (2, 3, "source code cannot contain null bytes")


def test_text_holds_no_surrogates() -> None:
    """An encoding that yields lone surrogates yields a problem."""
    assert problem_of(b"# coding: utf-7\nx = '+2AA-'\n")


def test_reading_from_disk(tmp_path: Path) -> None:
    """A file is read once, with its bytes; a missing one, a folder and an oversized one are problems."""
    (tmp_path / "a.py").write_bytes(b"x = 1\r\n")

    assert read(tmp_path, "a.py") == SourceFile("a.py", b"x = 1\r\n", "x = 1\n")
    for path, limit in [("missing.py", 100), ("", 100), ("a.py", 3), ("nul\0.py", 100)]:
        assert isinstance(read(tmp_path, path, size_limit=limit), Problem)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A FIFO without a writer is a problem at once."""
    os.mkfifo(tmp_path / "pipe.py")

    problem = read(tmp_path, "pipe.py")

    assert isinstance(problem, Problem)
    assert problem.message == "cannot be read: not a regular file"
