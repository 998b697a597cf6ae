"""What frees a query of its owner: rows that everybody may see, and clients that prove an account to be theirs."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi_guard.knowledge.database import (
    PROOFS,
    VISIBILITIES,
)
from fastapi_guard.project.bounds import Bound, spelled
from fastapi_guard.project.kinds import CLIENT
from fastapi_guard.project.origins import Origins, arguments_in
from fastapi_guard.project.trace import Trace
from fastapi_guard.project.values import (
    Member,
    Operation,
    Result,
    Value,
)


def asks_whether_public(bound: Bound, row: Value, compares: Sequence[Value], origins: Origins) -> bool:
    """Whether a query, or a comparison of what it gave, is about rows that everybody may see."""
    if any(VISIBILITIES.fullmatch(column.rpartition(".")[2]) for column in bound.columns):
        return True
    sides = (side for compare in compares if isinstance(compare, Operation) for side in compare.operands)
    return any(
        isinstance(side, Member) and VISIBILITIES.fullmatch(side.name) and origins.comes_from(side.receiver, row)
        for side in sides
    )


def is_proof(value: Value) -> bool:
    """Whether a value that the client sends is called after something that only who was told knows."""
    return PROOFS.search(spelled(value).rpartition(".")[2]) is not None


def is_proven(row: Value, origins: Origins, watched: Sequence[Trace]) -> bool:
    """Whether the client sends something that proves an account to be his: a token, or what is compared with its row."""
    for trace in watched:
        groups = [list(value.operands) for value in trace.compares if isinstance(value, Operation)]
        for event in trace.events:
            value = event.value
            if event.kind in ("call", "ask") and isinstance(value, Result):
                receiver = value.callee.receiver if isinstance(value.callee, Member) else None
                groups.append(
                    [*value.arguments, *value.keywords.values(), *([receiver] if receiver is not None else [])]
                )
        for parts in groups:
            sent = [part for part in parts if CLIENT in origins.kinds(part) and not origins.comes_from(part, row)]
            if any(is_proof(argument) for part in sent for argument in arguments_in(part)):
                return True
            if sent and any(isinstance(p, Member) and origins.comes_from(p, row) for p in parts):
                return True
    return False
