"""The path from an operation to one of its queries, in words."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi_guard.finding import Finding, OperationPlace, Proof, Related
from fastapi_guard.project.assignments import Assignment
from fastapi_guard.project.model import DatabaseAccess, PathOperation, Verdict
from fastapi_guard.project.ownership import Lapse, Unscoped, given_owner

MOST_PATHS = 5


def belongs(access: DatabaseAccess) -> str:
    """Whose rows a table holds: "`Task` belongs to `user_id`"."""
    table = access.table.rpartition(".")[2]
    if access.is_of_principals and not access.tenant_column:
        return f"rows of `{table}` are the users themselves"
    if access.owner_column:
        return f"`{table}` belongs to `{access.owner_column}`"
    parents = " and ".join(f"`{parent.rpartition('.')[2]}`" for parent in access.parents)
    return (
        f"`{table}` belongs to whoever its {parents} belongs to"
        if parents
        else f"`{table}` is limited to its user elsewhere"
    )


def compared(access: DatabaseAccess) -> str:
    """What the query compares: "compares only `Task.id`"."""
    if not access.compares:
        return "compares nothing"
    return f"compares only {' and '.join(f'`{column}`' for column in access.compares)}"


def missing(found: Unscoped) -> str:
    """What never reaches the query."""
    if found.principal:
        return f"`{found.principal}` never reaches it"
    is_guarded = found.operations[0].authentication.verdict is Verdict.REQUIRED
    return "who calls never reaches it" if is_guarded else "nothing says who asks"


def places(found: Unscoped) -> tuple[OperationPlace, ...]:
    """All operations that reach the query."""
    return tuple(place for operation in found.operations for place in operation.places)


def related(found: Unscoped) -> tuple[Related, ...]:
    """The calls on the way, and a query that does better."""
    steps: dict[object, Related] = {}
    for operation, access in list(zip(found.operations, found.accesses, strict=True))[:MOST_PATHS]:
        steps.setdefault(operation.location, Related(operation.location, f"`{operation.title}` starts here"))
        for site in access.sites:
            steps.setdefault(site, Related(site, "calls on from here"))
    if found.access.location != found.location:
        steps.setdefault(found.access.location, Related(found.access.location, "the query runs here"))
    if found.sibling is not None and found.sibling.query is not None:
        steps.setdefault(found.sibling.query, Related(found.sibling.query, "this query is limited to the user"))
    return tuple(steps.values())


def proof(found: Unscoped) -> tuple[Proof, ...]:
    """The way from each operation through its calls to the query."""
    pairs = list(zip(found.operations, found.accesses, strict=True))[:MOST_PATHS]
    return tuple(_way(operation, access, found) for operation, access in pairs)


def _way(operation: PathOperation, access: DatabaseAccess, found: Unscoped) -> Proof:
    query = Proof(f"the query on `{found.table}` {compared(access)}", found.location)
    return chain(
        [Proof(f"`{operation.title}`", operation.location), *(Proof("calls", site) for site in access.sites), query]
    )


def chain(nodes: Sequence[Proof]) -> Proof:
    """Steps of which each leads to the next."""
    tree = nodes[-1]
    for node in reversed(nodes[:-1]):
        tree = Proof(node.text, node.location, (tree,))
    return tree


def message(found: Unscoped) -> str:
    """What is wrong with a query, with the names of its code."""
    access = found.access
    if found.lapse is Lapse.TAKEOVER:
        columns = " and ".join(f"`{write.column}`" for write in access.writes if write.source == "client")
        return f"{columns} of `{found.table}` is set for whoever `{access.client_value}` names, and nothing that the client sends proves that it is them"
    if found.lapse is Lapse.CLIENT and found.operations[0].authentication.verdict is Verdict.NONE:
        given = given_owner(access)
        value = given.text if given is not None else access.client_value
        return f"{belongs(access)}; the client says with `{value}` who that is, and nothing says who asks"
    if found.lapse is Lapse.CLIENT:
        principal = f"`{found.principal}`" if found.principal else "the authenticated user"
        return f"{belongs(access)}; this query takes it from `{access.client_value or 'the request'}`, which is never compared with {principal}"
    if found.lapse is Lapse.OPTIONAL and access.kept_in:
        return f"{belongs(access)}; that is compared only where `{access.kept_in}` has no answer from before, whoever asked then"
    if found.lapse is Lapse.OPTIONAL:
        test = f"`{access.optional_test}`" if access.optional_test else "some test"
        return f"{belongs(access)}; this query compares that only if {test}"
    verb = {"update": "update", "delete": "delete"}.get(access.kind, "query")
    return f"{belongs(access)}; this {verb} {compared(access)}, and {missing(found)}"


def unscoped_finding(found: Unscoped, help: str) -> Finding:
    """The finding that tells how operations come to a query that forgets the owner."""
    return Finding(
        found.location,
        message(found),
        operations=places(found),
        related=related(found),
        proof=proof(found),
        help=help,
        confidence=found.confidence,
        symbol=found.access.table,
    )


def assignment_finding(found: Assignment, help: str) -> Finding:
    """The finding that tells which columns of a row the client sets, and how."""
    table = found.access.table.rpartition(".")[2]
    columns = " and ".join(f"`{column}`" for column in found.columns)
    source = f"`{found.write.text}`" if found.write.text else "what the client sends"
    steps = {at: Related(at, f"`{name}` comes in here") for name, at in found.declared}
    for operation in found.operations[:MOST_PATHS]:
        steps.setdefault(operation.location, Related(operation.location, f"`{operation.title}` starts here"))
    for site in found.access.sites:
        steps.setdefault(site, Related(site, "calls on from here"))
    if found.access.location != found.location:
        steps.setdefault(found.access.location, Related(found.access.location, "the row is written here"))
    return Finding(
        found.location,
        f"{columns} of `{table}` {'is' if len(found.columns) == 1 else 'are'} set from {source}, which the client sends",
        operations=tuple(place for operation in found.operations for place in operation.places),
        related=tuple(steps.values()),
        help=help,
        confidence=found.confidence,
        symbol=found.access.table,
    )
