"""Says again what a command said the last time, when nothing that it depends on has changed.

Imports next to nothing: what is said again is said before the program itself would have been imported.
"""

import contextlib
import hashlib
import json
import os
import sys
import time
from collections.abc import Sequence

from fastapi_guard.cache.place import cache_folder
from fastapi_guard.cache.stamps import is_settled, stamps_of
from fastapi_guard.cache.store import Store
from fastapi_guard.cli.tape import Tape

COMMANDS = frozenset({"check", "routes", "why"})
REPEATABLE = frozenset({0, 1, 3})
"""Exit codes of runs that did what they were asked; what went wrong is tried again."""

VARIABLES = ("COLUMNS", "FORCE_COLOR", "LANG", "LC_ALL", "LINES", "NO_COLOR", "PYTHONIOENCODING", "PYTHONUTF8", "TERM")


def folder_for(arguments: Sequence[str]) -> str | None:
    """The cache folder of a command line; None when it wants none or is of no command that can be repeated."""
    if not arguments or arguments[0] not in COMMANDS or "--no-cache" in arguments or "-" in arguments:
        return None
    given = None
    for index, argument in enumerate(arguments):
        if argument == "--cache-dir":
            given = arguments[index + 1] if index + 1 < len(arguments) else None
        elif argument.startswith("--cache-dir="):
            given = argument.partition("=")[2]
    return cache_folder(given)


def replay(folder: str, arguments: Sequence[str]) -> int | None:
    """Say again what this command line said; its exit code, or None when it has to be run."""
    if not os.path.exists(folder):
        return None
    store = Store(folder)
    key = _key(arguments)
    try:
        kept = store.get([key]).get(key)
        if kept is None:
            return None
        head, _, rest = kept.partition(b"\n")
        code, sizes, descriptors, amount = json.loads(head)
        stamps, rest = rest[:amount], rest[amount:]
        paths, _, said = rest.partition(b"\n")
        if stamps_of(os.fsdecode(paths).split("\0")) != stamps:
            return None
        store.touch([key], int(time.time()))
    finally:
        store.close()
    at = 0
    for descriptor, size in zip(descriptors, sizes, strict=True):
        _write(descriptor, said[at : at + size])
        at += size
    return int(code)


def keep(folder: str, arguments: Sequence[str], tape: Tape, code: int) -> None:
    """Keep what a command line said, when it can be said again."""
    if code not in REPEATABLE or not tape.is_whole or not tape.inputs or not is_settled(tape.stamps, tape.started_ns):
        return
    paths = os.fsencode("\0".join(tape.inputs))
    if b"\n" in paths:
        return
    head = json.dumps([code, [len(said) for _, said in tape.said], [where for where, _ in tape.said], len(tape.stamps)])
    content = b"".join((head.encode(), b"\n", tape.stamps, paths, b"\n", *(said for _, said in tape.said)))
    store = Store(folder)
    store.put({_key(arguments): content}, int(time.time()))
    store.close()


def _key(arguments: Sequence[str]) -> str:
    """Names a command line in the place where it is given."""
    place = [
        "said",
        list(arguments),
        os.getcwd(),
        [os.environ.get(name) for name in VARIABLES],
        [_kind(stream) for stream in (sys.stdout, sys.stderr)],
        _width(),
        sys.version,
        sys.path,
    ]
    return hashlib.sha256(json.dumps(place).encode("utf-8", "surrogateescape")).hexdigest()


def _kind(stream: object) -> list[object]:
    try:
        return [getattr(stream, "encoding", ""), bool(stream is not None and stream.isatty())]  # type: ignore[attr-defined]
    except ValueError:  # closed
        return ["", False]


def _width() -> int:
    try:
        return os.get_terminal_size(1).columns
    except (OSError, ValueError):
        return 0


def _write(descriptor: int, content: bytes) -> None:
    stream = sys.stdout if descriptor == 1 else sys.stderr
    if stream is None:
        return
    with contextlib.suppress(BrokenPipeError):
        stream.flush()
        stream.buffer.write(content)
        stream.buffer.flush()
