"""One file's bytes and text: regular files only, read once, decoded as Python decodes its source."""

import ast
import os
import re
import stat
import tokenize
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from fastapi_guard.finding import Problem
from fastapi_guard.location import Location

SIZE_LIMIT = 5_000_000
"""Bytes; beyond it a file is data, and a tree of it costs more memory than a scan may."""

_NEWLINE = re.compile("\r\n?")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A Python file as the analysis sees it."""

    path: str
    """POSIX, relative to the root."""
    content: bytes
    """What stands on the disk."""
    text: str
    """Decoded, without byte order mark, every newline a single `\\n`: `text.split("\\n")` are Python's lines."""


def read(root: Path, path: str, *, size_limit: int = SIZE_LIMIT) -> SourceFile | Problem:
    """Read and decode `root / path`; whatever is wrong with it becomes an FG001 problem."""
    try:
        content = _regular_content(root / path, size_limit)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return _problem(path, f"cannot be read: {reason}")
    return decode(path, content)


def decode(path: str, content: bytes) -> SourceFile | Problem:
    """Decode the content of a Python file: byte order mark, PEP 263 declaration, else UTF-8."""
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(content).readline)
        text = content.decode(encoding)
        if encoding not in ("utf-8", "utf-8-sig"):
            text.encode()
    except (SyntaxError, LookupError, ValueError) as error:
        return _undecodable(path, content, error)
    text = _NEWLINE.sub("\n", text)
    null = text.find("\0")
    if null >= 0:
        line = text.count("\n", 0, null) + 1
        column = null - (text.rfind("\n", 0, null) + 1) + 1
        return _problem(path, "source code cannot contain null bytes", line, column)
    return SourceFile(path, content, text)


def _regular_content(file: Path, size_limit: int) -> bytes:
    """The bytes of a regular file, never waiting for a pipe or a device."""
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("not a regular file")
        if status.st_size > size_limit:
            raise ValueError(f"{status.st_size:,} bytes are more than the limit of {size_limit:,}")
        content = stream.read(size_limit + 1)
    if len(content) > size_limit:
        raise ValueError(f"more bytes than the limit of {size_limit:,}")
    return content


def _undecodable(path: str, content: bytes, error: Exception) -> Problem:
    """The problem of a file that cannot be decoded, where the running Python sees it, else at the offending byte."""
    line, column = 1, 1
    if isinstance(error, UnicodeDecodeError):
        before = content[: error.start]
        line = len(re.findall(rb"\r\n?|\n", before)) + 1
        column = len(re.split(rb"\r\n?|\n", before)[-1].decode("utf-8", "replace")) + 1
    try:
        ast.parse(content)
    except SyntaxError as refusal:
        if refusal.lineno:
            line = refusal.lineno
            column = max(refusal.offset or 1, 1)
    except Exception:
        pass  # the running Python fails in its own way: the place above stands
    return _problem(path, f"cannot be decoded: {str(error) or type(error).__name__}", line, column)


def _problem(path: str, message: str, line: int = 1, column: int = 1) -> Problem:
    return Problem("FG001", Location(path, line, column), message)
