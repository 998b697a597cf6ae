"""FG201 unscoped-select."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, MEDIUM, Finding, Lapse, Project, rule, unscoped, unscoped_finding


@rule("FG201", severity=ERROR, confidence=MEDIUM)
def unscoped_select(project: Project, context: Project) -> Iterator[Finding]:
    """Rows that belong to users are read without asking whose they are."""
    for found in unscoped(project):
        if found.lapse is Lapse.LIST:
            yield unscoped_finding(found, "Compare the owner column with the user in the query.")
