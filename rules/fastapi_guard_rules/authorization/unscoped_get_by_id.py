"""FG202 unscoped-get-by-id."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, MEDIUM, Finding, Lapse, Project, rule, unscoped, unscoped_finding


@rule("FG202", severity=ERROR, confidence=MEDIUM)
def unscoped_get_by_id(project: Project, context: Project) -> Iterator[Finding]:
    """One row is loaded by the key that the client sends, and never compared with the user."""
    for found in unscoped(project):
        if found.lapse is Lapse.KEY:
            yield unscoped_finding(found, "Compare the owner in the query too, or compare it after loading and leave.")
