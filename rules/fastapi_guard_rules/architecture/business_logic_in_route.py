"""FG801 business-logic-in-route."""

from collections import Counter
from collections.abc import Iterator

from fastapi_guard.api import (
    MEDIUM,
    WARNING,
    Finding,
    Location,
    PathOperation,
    Project,
    Related,
    handler_accesses,
    rule,
    work_of,
)

FREE_ACCESSES = 2


@rule("FG801", severity=WARNING, confidence=MEDIUM, profile="strict")
def business_logic_in_route(operation: PathOperation, project: Project, *, threshold: int = 4) -> Iterator[Finding]:
    """A handler decides and computes what a service should."""
    endpoint = operation.endpoint
    if endpoint is None or operation.kind not in ("http", "websocket"):
        return
    work = work_of(endpoint.definition)
    accesses = max(0, len(handler_accesses(operation)) - FREE_ACCESSES)
    score = sum(one.weight for one in work) + accesses
    if score < threshold:
        return
    name = operation.endpoint_name.rpartition(".")[2]
    counted = Counter(one.what for one in work)
    parts = [what if number == 1 else f"{number} {what.split(' ', 1)[1]}s" for what, number in counted.items()]
    parts += [f"{accesses + FREE_ACCESSES} database accesses"] if accesses else []
    yield Finding(
        endpoint.location,
        f"`{name}` does the work of a service: {', '.join(parts)}",
        operations=operation.places,
        related=tuple(
            Related(Location(endpoint.location.path, one.line, one.column), one.what)
            for one in work
            if one.line != endpoint.location.line
        ),
        help="Move the decisions into a function that knows nothing of HTTP, and call it.",
        symbol=operation.endpoint_name,
    )
