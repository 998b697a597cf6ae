"""Where text goes: standard output, standard error, files."""

import os
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from fastapi_guard.cli.surroundings import encoding_of
from fastapi_guard.cli.tape import cannot_be_repeated, on_tape
from fastapi_guard.report.inert import visible, without_commands


class OutputError(Exception):
    """A report that could not be written; the message says where and why."""


def print_out(pieces: Iterable[str]) -> None:
    """Write to standard output; what its encoding lacks is escaped, and a reader that has gone is no error."""
    stream = sys.stdout
    if stream is None:
        return
    encoding = encoding_of(stream)
    try:
        stream.flush()
        for piece in pieces:
            content = piece.encode(encoding, "backslashreplace")
            on_tape(1, content)
            stream.buffer.write(content)
        stream.buffer.flush()
    except BrokenPipeError:
        _forget(stream.fileno())
    except OSError as error:
        _forget(stream.fileno())
        raise OutputError(f"standard output: {error.strerror or error}") from None


def say(text: str) -> None:
    """One line on standard error, inert."""
    if sys.stderr is None:
        return
    line = "".join(without_commands([visible(text)])) + "\n"
    on_tape(2, line.encode(encoding_of(sys.stderr), "backslashreplace"))
    with suppress(OSError, ValueError):
        sys.stderr.write(line.encode(encoding_of(sys.stderr), "backslashreplace").decode(encoding_of(sys.stderr)))
        sys.stderr.flush()


def write_file(file: Path, pieces: Iterable[str]) -> None:
    """Write UTF-8; a regular file is replaced whole or not at all."""
    cannot_be_repeated()
    try:
        if file.exists() and not stat.S_ISREG(file.stat().st_mode):
            with file.open("wb") as stream:
                stream.writelines(piece.encode() for piece in pieces)
        else:
            _replace(file, pieces)
    except OSError as error:
        raise OutputError(f"{file}: {error.strerror or error}") from None


def _replace(file: Path, pieces: Iterable[str]) -> None:
    target = Path(os.path.realpath(file))
    import tempfile  # here, as most commands write no file and all of them start

    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.writelines(piece.encode() for piece in pieces)
        os.chmod(name, stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _forget(descriptor: int) -> None:
    """Let nothing more be written, also not when the interpreter ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
