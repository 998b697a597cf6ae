"""The *why* tree of a finding as indented lines."""

from collections.abc import Iterator

from fastapi_guard.finding import Proof
from fastapi_guard.report.inert import visible

_UNICODE = ("├─ ", "└─ ", "│  ", "   ")
_ASCII = ("|- ", "`- ", "|  ", "   ")
_MAX_DEPTH = 12


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
