"""The *why* tree of a finding or of an operation as indented lines."""

from collections.abc import Iterator

from fastapi_guard.finding import Proof
from fastapi_guard.report.inert import visible
from fastapi_guard.report.ink import Ink, width_of
from fastapi_guard.report.view import View
from fastapi_guard.report.wrap import wrapped

_UNICODE = ("├─ ", "└─ ", "│  ", "   ")
_ASCII = ("|- ", "`- ", "|  ", "   ")
_MAX_DEPTH = 12
_MIN_ROOM = 24


def drawn(proofs: tuple[Proof, ...], view: View, ink: Ink, width: int) -> Iterator[str]:
    """The tree in lines of at most `width` cells, the place of each node behind its text or below it."""
    for branches, text, place in tree_lines(proofs, view.path_prefix, is_unicode=view.is_unicode):
        room = max(width - len(branches), _MIN_ROOM)
        *full, last = wrapped(text, room)
        lines = [*full, last]
        if place and width_of(last) + 2 + width_of(place) <= room:
            lines[-1] = f"{last}  {ink(place, 'dim')}"
        elif place:
            lines.append(ink(place, "dim"))
        below = branches[: -len(_UNICODE[0])] + (_UNICODE if view.is_unicode else _ASCII)[_goes_on(branches)]
        for index, line in enumerate(lines):
            yield ink(branches if index == 0 or not branches else below, "blue") + line


def _goes_on(branches: str) -> int:
    """What stands below a branch: the bar that leads to the next one, or nothing behind the last."""
    return 2 if branches.endswith((_UNICODE[0], _ASCII[0])) else 3


def tree_lines(proofs: tuple[Proof, ...], path_prefix: str, *, is_unicode: bool) -> Iterator[tuple[str, str, str]]:
    """(branches, text, place) of each node, parents before children."""
    branch, last_branch, bar, blank = _UNICODE if is_unicode else _ASCII
    pending = [(proof, "", "", 0) for proof in reversed(proofs)]
    while pending:
        proof, own, below, depth = pending.pop()
        place = visible(f"{path_prefix}{proof.location.start_only}") if proof.location else ""
        yield own, visible(proof.text), place
        indent = below if depth < _MAX_DEPTH else below[: 3 * _MAX_DEPTH]
        for index, child in reversed(tuple(enumerate(proof.children))):
            is_last = index == len(proof.children) - 1
            own_part, below_part = (last_branch, blank) if is_last else (branch, bar)
            pending.append((child, indent + own_part, indent + below_part, depth + 1))
