"""FG204 unscoped-mutation."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, MEDIUM, Finding, Lapse, Project, rule, unscoped, unscoped_finding


@rule("FG204", severity=ERROR, confidence=MEDIUM)
def unscoped_mutation(project: Project, context: Project) -> Iterator[Finding]:
    """Rows are changed or deleted by a statement that does not ask whose they are."""
    for found in unscoped(project):
        if found.lapse is Lapse.MUTATION:
            yield unscoped_finding(found, "Add the owner column to the condition of the statement.")
