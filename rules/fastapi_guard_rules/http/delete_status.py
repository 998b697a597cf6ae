"""FG407 delete-status."""

from collections.abc import Iterator

from fastapi_guard.api import WARNING, Finding, PathOperation, Project, rule

ALLOWED = {"either": (200, 202, 204), "200": (200, 202), "204": (202, 204)}


@rule("FG407", severity=WARNING)
def delete_status(operation: PathOperation, project: Project, *, delete_status: str = "either") -> Iterator[Finding]:
    """A DELETE operation answers with another status than the team has agreed on."""
    if operation.methods != ("DELETE",) or operation.kind != "http" or operation.endpoint is None:
        return
    status = operation.status_code or 200
    allowed = ALLOWED.get(delete_status, ALLOWED["either"])
    if status in allowed or (status == 200 and _answers_with_something(operation)) or 300 <= status < 400:
        return  # a page that sends its browser on is no API
    name = operation.endpoint_name.rpartition(".")[2]
    wanted = " or ".join(str(code) for code in allowed if code != 202 or len(allowed) > 2)
    yield Finding(
        operation.registered_at,
        f"`{name}` answers a deletion with {status}, not with {wanted}",
        operations=operation.places,
        help=f"Declare `status_code={allowed[0] if status != 200 else 204}` on the operation.",
        symbol=operation.endpoint_name,
    )


def _answers_with_something(operation: PathOperation) -> bool:
    """A typed answer is worth its 200: the row as it was, or what became of it."""
    return bool(operation.response_model)
