"""What a command says, written down while it runs, so that it can be said again when nothing has changed."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tape:
    """One run of a command."""

    said: list[tuple[int, bytes]] = field(default_factory=list)
    """File descriptor (1 or 2) and bytes, in order."""
    inputs: tuple[str, ...] = ()
    """Absolute paths of everything that the analysis depends on; empty as long as that is not known."""
    stamps: bytes = b""
    """What the file system said of them before they were read."""
    started_ns: int = 0
    """When that was."""
    is_whole: bool = True
    """False when the run did or said something that no tape can repeat."""


_tapes: list[Tape] = []


def record(tape: Tape) -> None:
    """From now on everything that is said goes onto this tape as well."""
    _tapes.append(tape)


def stop() -> None:
    _tapes.clear()


def on_tape(descriptor: int, content: bytes) -> None:
    for tape in _tapes:
        tape.said.append((descriptor, content))


def cannot_be_repeated() -> None:
    for tape in _tapes:
        tape.is_whole = False


def depends_on(inputs: tuple[str, ...], stamps: bytes, started_ns: int) -> None:
    for tape in _tapes:
        if tape.inputs:
            tape.is_whole = False
        tape.inputs, tape.stamps, tape.started_ns = inputs, stamps, started_ns
