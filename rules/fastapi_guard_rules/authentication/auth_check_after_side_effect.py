"""FG120 auth-check-after-side-effect."""

from collections.abc import Iterator

from fastapi_guard.api import MEDIUM, WARNING, Finding, PathOperation, Project, Related, is_public, late_checks, rule


@rule("FG120", severity=WARNING, confidence=MEDIUM)
def auth_check_after_side_effect(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A handler uses the database before it asks whether the caller may have that."""
    if is_public(operation, "non-public"):
        return
    name = operation.endpoint_name.rpartition(".")[2]
    for late in late_checks(operation):
        table = late.access.table.rpartition(".")[2]
        if late.is_write:
            what = f"has changed `{table}` before it asks `{late.test}`: who is refused has done it all the same"
        else:
            what = f"loads `{table}` before it asks `{late.test}`: who is refused learns which rows exist"
        yield Finding(
            late.location,
            f"`{name}` {what}",
            operations=operation.places,
            related=(Related(late.access.location, late.access.kind),),
            help="Ask first, at best in a dependency.",
            symbol=operation.endpoint_name,
        )
