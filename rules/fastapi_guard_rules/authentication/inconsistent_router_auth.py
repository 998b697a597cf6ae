"""FG117 inconsistent-router-auth."""

import re
from collections.abc import Iterator

from fastapi_guard.api import (
    MEDIUM,
    WARNING,
    Finding,
    PathOperation,
    Project,
    Verdict,
    is_guarded,
    is_read,
    rule,
    short_name,
)

FEWEST_SIBLINGS = 2
"""Guarded writes of the same router that make one without a guard an outlier."""

SAYS_SO = re.compile(r"(?:^|[/_-])(?:anonymous|guest|public)(?:[/_-]|$)")
"""Paths that say for whom they are."""


@rule("FG117", severity=WARNING, confidence=MEDIUM)
def inconsistent_router_auth(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A write lets strangers pass where its siblings turn them away."""
    if operation.authentication.verdict is not Verdict.OPTIONAL or operation.public_reason or is_read(operation):
        return
    if SAYS_SO.search(operation.path):
        return
    siblings = [
        other
        for other in project.operations
        if other.router.location == operation.router.location and other.kind == "http" and not is_read(other)
        if not other.public_reason and other.location != operation.location
    ]
    guarded = [other for other in siblings if is_guarded(other)]
    if operation.kind != "http" or len(guarded) < FEWEST_SIBLINGS or len(guarded) * 2 < len(siblings):
        return
    yield Finding(
        operation.decorator_location,
        f"`{operation.title}` lets strangers write, {len(guarded)} of {len(siblings)} other writes of "
        f"`{short_name(operation.router)}` do not",
        operations=operation.places,
        help=f"siblings use `{guarded[0].authentication.by[0].name.rpartition('.')[2]}`",
        symbol=operation.endpoint_name,
    )
