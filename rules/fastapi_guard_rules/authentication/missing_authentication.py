"""FG101 missing-authentication."""

from collections.abc import Iterator

from fastapi_guard.api import (
    ERROR,
    MEDIUM,
    Cause,
    Finding,
    OpenGroup,
    Project,
    inclusions,
    near_miss,
    open_groups,
    proof_of,
    rule,
    short_name,
    titles_of,
)


@rule("FG101", severity=ERROR)
def missing_authentication(
    project: Project, context: Project, *, authentication: str = "non-public"
) -> Iterator[Finding]:
    """Nothing before an operation that is not public looks at who calls."""
    for group in open_groups(project, "http", authentication):
        yield Finding(
            group.location,
            f"{titles_of(group.operations)} can be called by anybody: {_cause(group)}",
            operations=tuple(place for operation in group.operations for place in operation.places),
            related=inclusions(group),
            proof=proof_of(group),
            help=near_miss(group)
            or "Depend on a callable that rejects strangers, or declare what is meant to be public.",
            confidence=MEDIUM if group.is_reads_beside_writes else None,
            symbol=group.symbol,
        )


def _cause(group: OpenGroup) -> str:
    operation = group.operations[0]
    if group.cause is Cause.APPLICATION:
        return f"nothing in `{short_name(group.place)}` authenticates"
    way = f"on the way from `{short_name(operation.application)}`"
    if group.cause is Cause.ROUTER:
        return f"nothing {way} through `{short_name(group.place)}` authenticates"
    return f"nothing {way} to `{operation.endpoint_name.rpartition('.')[2]}` authenticates"
