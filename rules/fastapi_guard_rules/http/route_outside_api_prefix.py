"""FG416 route-outside-api-prefix."""

import re
from collections.abc import Iterator

from fastapi_guard.api import WARNING, Finding, PathOperation, Project, rule

ELSEWHERE = re.compile(
    r"/?|/(?:\.well-known|docs|favicon\.ico|health\w*|live\w*|metrics|openapi\.json|ping|ready\w*|redoc|robots\.txt|status"
    r"|version|webhooks?)(?:[/_-].*)?"
)


@rule("FG416", severity=WARNING, profile="strict")
def route_outside_api_prefix(operation: PathOperation, project: Project, *, api_prefix: str = "") -> Iterator[Finding]:
    """An operation is served outside of the prefix that the team has agreed on."""
    prefix = "/" + api_prefix.strip("/")
    if prefix == "/" or operation.kind != "http" or not operation.include_in_schema or not operation.app:
        return
    path = operation.path
    if path == prefix or path.startswith(f"{prefix}/") or "{unresolved}" in path or ELSEWHERE.fullmatch(path):
        return
    yield Finding(
        operation.registered_at,
        f"{operation.title} lies outside of `{prefix}`, where proxies and clients look for the API",
        operations=operation.places,
        symbol=operation.endpoint_name,
    )
