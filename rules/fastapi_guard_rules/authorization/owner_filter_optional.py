"""FG206 owner-filter-optional."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, MEDIUM, Finding, Lapse, Project, rule, unscoped, unscoped_finding


@rule("FG206", severity=ERROR, confidence=MEDIUM)
def owner_filter_optional(project: Project, context: Project) -> Iterator[Finding]:
    """A query compares the owner on some paths only."""
    for found in unscoped(project):
        if found.lapse is Lapse.OPTIONAL:
            yield unscoped_finding(found, "Compare the owner on every path.")
