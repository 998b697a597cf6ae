"""How the queries of an operation are said: whose rows they touch, and why that is thought to be bounded or not."""

from collections.abc import Iterator, Mapping

from fastapi_guard.finding import Proof
from fastapi_guard.project.explanation import Explanation
from fastapi_guard.project.model import DatabaseAccess

_SCOPES: Mapping[str, str] = {
    "statement": "limited to who calls by its conditions",
    "check": "limited by a comparison of what it gave with who calls",
    "nothing": "nothing compares its owner",
    "unowned": "its rows belong to nobody",
    "derived": "bounded by rows of another query",
    "public": "about rows that everybody may see",
    "role": "the owner is compared unless a role allows more",
    "unknown": "what bounds it could not be followed",
}


def queries(explanation: Explanation) -> Iterator[tuple[DatabaseAccess, Proof]]:
    """The accesses of an operation to tables that are known, with what is thought of each."""
    for access in explanation.operation.accesses:
        if access.table:
            at = access.query or access.location
            calls = tuple(Proof("called", site) for site in access.sites)
            yield access, Proof(query_text(access), at, calls)


def query_text(access: DatabaseAccess) -> str:
    """One query: what it does to which table, whose rows those are, and what bounds it."""
    table = access.table.rpartition(".")[2]
    owner = f", which belongs to `{access.owner_column}`" if access.owner_column else ""
    if access.parents and not access.owner_column:
        parents = " and ".join(f"`{each.rpartition('.')[2]}`" for each in access.parents)
        owner = f", which belongs to whoever its {parents} belongs to"
    parts = [_bounded(access)]
    if access.compares:
        parts.append(f"compares {' and '.join(f'`{column}`' for column in access.compares)}")
    if access.role:
        parts.append(f"behind `{access.role}`")
    if access.is_aggregate:
        parts.append("only counts")
    return f"{access.kind} of `{table}`{owner}: {'; '.join(part for part in parts if part)}"


def _bounded(access: DatabaseAccess) -> str:
    if access.scope == "client":
        return f"its owner is `{access.client_value}`, which the client sends and nobody compares"
    if access.scope == "optional" and access.kept_in:
        return f"its owner is compared only where `{access.kept_in}` has no answer"
    if access.scope == "optional":
        return (
            f"its owner is compared only if `{access.optional_test}`" if access.optional_test else "compared sometimes"
        )
    if access.scope == "write":
        sources = dict.fromkeys(write.source for write in access.writes if write.column == access.owner_column)
        return f"the owner is set from {' or '.join(sources)}" if sources else "sets no owner that is known"
    return _SCOPES.get(access.scope, "")
