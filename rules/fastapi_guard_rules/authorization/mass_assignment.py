"""FG208 mass-assignment."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, MEDIUM, Finding, Project, assignment_finding, mass_assignments, rule


@rule("FG208", severity=ERROR, confidence=MEDIUM)
def mass_assignment(project: Project, context: Project) -> Iterator[Finding]:
    """A client sets what it may do: a role, a flag, or what only an administrator decides."""
    for found in mass_assignments(project):
        yield assignment_finding(found, "Take only the fields that a client may set, from a model of their own.")
