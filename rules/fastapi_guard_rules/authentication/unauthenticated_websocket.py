"""FG110 unauthenticated-websocket."""

from collections.abc import Iterator

from fastapi_guard.api import (
    ERROR,
    MEDIUM,
    Finding,
    Project,
    inclusions,
    near_miss,
    open_groups,
    proof_of,
    rule,
    titles_of,
)


@rule("FG110", severity=ERROR, confidence=MEDIUM)
def unauthenticated_websocket(
    project: Project, context: Project, *, authentication: str = "non-public"
) -> Iterator[Finding]:
    """A WebSocket that is not public is opened to whoever asks."""
    for group in open_groups(project, "websocket", authentication):
        yield Finding(
            group.location,
            f"{titles_of(group.operations)} talks to anybody: neither a dependency nor the handler looks at who connects",
            operations=tuple(place for operation in group.operations for place in operation.places),
            related=inclusions(group),
            proof=proof_of(group),
            help=near_miss(group) or "Check a token or a ticket, and close with 1008 when it is missing or wrong.",
            symbol=group.symbol,
        )
