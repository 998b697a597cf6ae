"""Which accesses forget whose rows they touch: decided here, worded by rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from fastapi_guard.finding import Confidence
from fastapi_guard.knowledge.database import (
    ATTRIBUTIONS,
    GLOBAL_ROLES,
    PASSWORD_COLUMNS,
    PROOFS,
    SHARED_TABLES,
    TENANT_COLUMNS,
)
from fastapi_guard.knowledge.public import FOR_STRANGERS
from fastapi_guard.location import Location
from fastapi_guard.project.grouping import SERVED, is_read
from fastapi_guard.project.model import (
    ColumnWrite,
    DatabaseAccess,
    Dependant,
    PathOperation,
    Project,
    Verdict,
    Via,
)
from fastapi_guard.project.public import NATURES, is_public
from fastapi_guard.project.tables import plain_name

READS = frozenset({"select", "get"})
LIMITED = frozenset({"statement", "check"})


class Lapse(StrEnum):
    """How an access forgets the owner."""

    LIST = "list"
    """Rows are read, whoever they belong to."""
    KEY = "key"
    """One row is read by its key, whoever it belongs to."""
    MUTATION = "mutation"
    """Rows are changed or deleted, whoever they belong to."""
    CLIENT = "client"
    """The owner is a value that the client chose."""
    OPTIONAL = "optional"
    """The owner is compared on some paths only."""
    TAKEOVER = "takeover"
    """A stranger sets the password of whoever he names."""


@dataclass(frozen=True, slots=True)
class Unscoped:
    """A query that is not limited to the principal, and the operations that reach it."""

    lapse: Lapse
    access: DatabaseAccess
    operations: tuple[PathOperation, ...]
    accesses: tuple[DatabaseAccess, ...]
    """The query as each of the operations runs it."""
    sibling: DatabaseAccess | None
    """An access to the same table that is limited."""
    confidence: Confidence

    @property
    def location(self) -> Location:
        """Where the query begins; of a row that is made, where it takes its owner."""
        return _place(self.lapse, self.access)

    @property
    def table(self) -> str:
        """The table's class as its team calls it."""
        return self.access.table.rpartition(".")[2]

    @property
    def principal(self) -> str:
        """The parameter of the handler that says who calls; empty when there is none."""
        return next((name for operation in self.operations if (name := principal_parameter(operation))), "")


@dataclass(slots=True)
class _Evidence:
    """What the whole project shows of a table."""

    limited: list[tuple[PathOperation, DatabaseAccess]]
    """Accesses that are limited to the principal."""
    open_reads: int
    """Operations that anybody may call and that give rows of it."""
    unlimited_reads: set[Location]
    limited_reads: set[Location]
    makers: set[bool]
    """Whether operations that make rows ask for a role."""


def unscoped(project: Project, authentication: str = "non-public") -> tuple[Unscoped, ...]:
    """Every query that forgets the owner, in the order of their places."""
    operations = [operation for operation in project.operations if operation.kind in SERVED]
    evidence = _evidence(operations)
    tenants = _tenants(operations, evidence)
    signing = {operation.app for operation in operations if operation.authentication.verdict is Verdict.REQUIRED}
    groups: dict[tuple[Location, Lapse], list[tuple[PathOperation, DatabaseAccess]]] = {}
    for operation in operations:
        if operation.authentication.verdict not in JUDGED:
            continue
        found = [*takeovers(operation)]
        if not is_public(operation, authentication):
            found += _lapses(operation, evidence, tenants)
            if operation.app in signing:
                found += _acting(operation)
        for lapse, access in found:
            groups.setdefault((_place(lapse, access), lapse), []).append((operation, access))
    made = [_group(lapse, pairs, evidence) for (_, lapse), pairs in groups.items()]
    return tuple(sorted(made, key=lambda item: (item.location, item.lapse)))


JUDGED = frozenset({Verdict.REQUIRED, Verdict.OPTIONAL, Verdict.NONE})


def _place(lapse: Lapse, access: DatabaseAccess) -> Location:
    taken = given_owner(access) if lapse is Lapse.CLIENT else None
    return (taken.location if taken is not None else None) or access.query or access.location


def takeovers(operation: PathOperation) -> Iterator[tuple[Lapse, DatabaseAccess]]:
    """Passwords that a stranger sets, whoever's they are: nothing he sends proves that the account is his."""
    if operation.authentication.verdict is not Verdict.NONE or operation.public_reason not in (None, *NATURES):
        return
    names = {parameter.name for parameter in operation.parameters}
    if any(PROOFS.search(name) for name in names):
        return
    for access in operation.accesses:
        is_change = access.kind == "update" or (access.kind in READS and access.changes)
        if access.is_of_principals and is_change and access.client_value and not access.is_proven:
            if any(write.source == "client" and PASSWORD_COLUMNS.search(write.column) for write in access.writes):
                yield Lapse.TAKEOVER, access


def _acting(operation: PathOperation) -> Iterator[tuple[Lapse, DatabaseAccess]]:
    """What an operation that knows nobody does in the name of whoever the client says; of several, the first."""
    if operation.authentication.verdict is not Verdict.NONE or is_read(operation):
        return
    told: set[str] = set()
    for access in operation.accesses:
        if access.role or access.is_of_principals or access.is_aggregate or not access.owner_column:
            continue
        given = given_owner(access)
        name = given.text if given is not None else access.client_value if access.scope == "client" else ""
        if name and name not in told:
            told.add(name)
            yield Lapse.CLIENT, access


def given_owner(access: DatabaseAccess) -> ColumnWrite | None:
    """The owner of a row that is made, where the client says who that is."""
    if access.kind not in ("insert", "upsert", "save"):
        return None
    return next(
        (
            write
            for write in access.writes
            if write.column == access.owner_column and write.source == "client" and write.text
        ),
        None,
    )


def _group(lapse: Lapse, pairs: list[tuple[PathOperation, DatabaseAccess]], evidence: dict[str, _Evidence]) -> Unscoped:
    access = pairs[0][1]
    known = evidence.get(access.table)
    sibling = next((other for _, other in known.limited if other.query != access.query), None) if known else None
    return Unscoped(
        lapse,
        access,
        tuple(operation for operation, _ in pairs),
        tuple(each for _, each in pairs),
        sibling,
        max(_confidence(operation, each, sibling, lapse) for operation, each in pairs),
    )


def _confidence(
    operation: PathOperation, access: DatabaseAccess, sibling: DatabaseAccess | None, lapse: Lapse
) -> Confidence:
    if lapse is Lapse.TAKEOVER:
        return Confidence.MEDIUM
    if lapse is Lapse.CLIENT and operation.authentication.verdict is Verdict.NONE and not access.role:
        return Confidence.MEDIUM if sibling is not None else Confidence.LOW
    if operation.authentication.verdict is not Verdict.REQUIRED or access.scope == "unowned":
        return Confidence.LOW
    if access.role:  # the role is held within a tenant, and another query compares that
        return Confidence.MEDIUM if sibling is not None else Confidence.LOW
    sources = {write.source for write in access.writes}
    if not access.exposes and sources & {"unknown", "own"} and "client" not in sources:
        return Confidence.LOW  # what is written is the application's own doing
    if not access.owner_column and not access.is_of_principals:
        return Confidence.MEDIUM if sibling is not None else Confidence.LOW
    return Confidence.HIGH if sibling is not None else Confidence.MEDIUM


def _evidence(operations: Iterable[PathOperation]) -> dict[str, _Evidence]:
    found: dict[str, _Evidence] = {}
    for operation in operations:
        for access in operation.accesses:
            if not access.table:
                continue
            known = found.setdefault(access.table, _Evidence([], 0, set(), set(), set()))
            if access.kind in ("insert", "upsert"):
                known.makers.add(bool(access.role))
            is_guarded = operation.authentication.verdict in (Verdict.REQUIRED, Verdict.OPTIONAL)
            gives = access.kind in READS and (access.exposes or access.changes)
            if access.scope in LIMITED and is_guarded and gives:
                for name in access.joined:
                    found.setdefault(name, _Evidence([], 0, set(), set(), set())).limited.append((operation, access))
            if access.scope in LIMITED and is_guarded:
                known.limited.append((operation, access))
                if gives:
                    known.limited_reads.add(operation.location)
            elif (
                gives
                and access.exposes
                and access.scope in ("nothing", "client", "unowned", "derived")
                and not access.role
            ):
                known.unlimited_reads.add(operation.location)
                known.open_reads += operation.authentication.verdict is Verdict.NONE and is_read(operation)
    return found


def _tenants(operations: Iterable[PathOperation], evidence: dict[str, _Evidence]) -> set[str]:
    """Columns of tenants within which roles are held; none where users belong to no one tenant."""
    people = [access for operation in operations for access in operation.accesses if access.is_of_principals]
    if people and not any(access.tenant_column for access in people):
        return set()
    return {
        access.owner_column
        for known in evidence.values()
        for _, access in known.limited
        if access.owner_column in TENANT_COLUMNS
    }


def _lapses(
    operation: PathOperation, evidence: dict[str, _Evidence], tenants: set[str]
) -> Iterator[tuple[Lapse, DatabaseAccess]]:
    """The accesses of an operation that forget the owner; of several to the same row, the first."""
    told: set[tuple[object, ...]] = set()
    for access in operation.accesses:
        lapse = _lapse(access, evidence)
        if lapse is None or _is_exempt(operation, access, lapse, evidence, tenants):
            continue
        row = (access.table, access.compares) if access.compares else (access.query, lapse)
        if row in told:
            continue
        told.add(row)
        yield lapse, access


def _lapse(access: DatabaseAccess, evidence: dict[str, _Evidence]) -> Lapse | None:
    """How an access forgets the owner, taken by itself."""
    if access.is_aggregate or not access.table:
        return None
    if access.scope == "unowned" and access.is_by_key and evidence[access.table].limited:
        return (
            Lapse.MUTATION if access.kind in ("update", "delete") else None
        )  # its owner stands in a table that links the two
    if access.scope not in ("nothing", "client", "optional"):
        return None
    is_read = access.kind in READS
    if is_read and not (access.exposes or access.changes):
        return None  # whether a row exists is all that is asked
    if not is_read and access.kind not in ("update", "delete"):
        return None
    if not is_read and access.query is not None and access.query != access.location and not access.is_bounded:
        return None  # a row that a query gave: that query is what forgets
    if access.scope == "optional":
        return Lapse.OPTIONAL
    if access.scope == "client" and not access.is_of_principals:
        return Lapse.CLIENT
    if not is_read:
        return Lapse.MUTATION
    return Lapse.KEY if access.is_by_key else Lapse.LIST


def _is_exempt(
    operation: PathOperation, access: DatabaseAccess, lapse: Lapse, evidence: dict[str, _Evidence], tenants: set[str]
) -> bool:
    """Whether an access may forget the owner: by role, by nature, or because nobody is asked."""
    is_change = lapse is Lapse.MUTATION or access.changes
    is_tenant = access.tenant_column in tenants
    if access.role and (not is_tenant or GLOBAL_ROLES.search(access.role)):
        return True
    if access.is_of_principals and not is_tenant and not (is_change and access.is_by_key):
        return True
    known = evidence[access.table]
    if not is_change and any(each.kind == "insert" and each.table == access.table for each in operation.accesses):
        return True  # looks for doubles before it, or reads back what it has made
    if operation.authentication.verdict is Verdict.NONE:
        is_kept = _is_kept_to_owners(known) if _is_shared_by_name(access) else bool(known.limited_reads)
        if not is_change and (access.is_of_principals or FOR_STRANGERS.search(operation.path)):
            return True
        return not known.limited or not (is_change or is_kept) or lapse is Lapse.CLIENT
    if is_change or lapse in (Lapse.OPTIONAL, Lapse.CLIENT):
        return False
    return _is_shared(access, known, is_tenant)


def _is_shared(access: DatabaseAccess, known: _Evidence, is_tenant: bool) -> bool:
    """Whether rows are there for everybody to read."""
    if known.open_reads:
        return True
    if known.makers == {True} and not is_tenant:
        return True  # what only administrators make is there for others
    return _is_shared_by_name(access) and not _is_kept_to_owners(known)


def _is_shared_by_name(access: DatabaseAccess) -> bool:
    return SHARED_TABLES.fullmatch(plain_name(access.table)) is not None or access.owner_column in ATTRIBUTIONS


def _is_kept_to_owners(known: _Evidence) -> bool:
    """Whether every other operation that gives rows of a table limits them."""
    return len(known.limited_reads) >= 3 * max(1, len(known.unlimited_reads - known.limited_reads))


def principal_parameter(operation: PathOperation) -> str:
    """The parameter that receives who calls; empty when none does."""
    names = {guard.name for guard in operation.authentication.by}
    taken = [root for root in operation.dependencies if root.parameter and root.via in (Via.PARAMETER, Via.ALIAS)]
    own = (root.parameter for root in taken if root.name in names)
    below = (root.parameter for root in taken if any(node.name in names for node in root.walk()))
    return next(own, "") or next(below, "")


__all__ = ["Dependant", "Lapse", "Unscoped", "principal_parameter", "unscoped"]
