"""FG207 owner-from-request-body."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, MEDIUM, Finding, Project, assignment_finding, owner_assignments, rule


@rule("FG207", severity=ERROR, confidence=MEDIUM)
def owner_from_request_body(project: Project, context: Project) -> Iterator[Finding]:
    """The owner of a row is set to whoever the client says."""
    for found in owner_assignments(project):
        yield assignment_finding(
            found, "Set the owner from the authenticated user, and leave the field out of the body."
        )
