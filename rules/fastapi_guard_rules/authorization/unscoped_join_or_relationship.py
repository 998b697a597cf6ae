"""FG211 unscoped-join-or-relationship."""

from collections.abc import Iterator

from fastapi_guard.api import LOW, WARNING, Finding, Project, Related, overreaches, rule


@rule("FG211", severity=WARNING, confidence=LOW)
def unscoped_join_or_relationship(project: Project, context: Project) -> Iterator[Finding]:
    """A query reaches rows of a second table that are not limited with those of the first."""
    for found in overreaches(project):
        steps = {
            operation.location: Related(operation.location, f"`{operation.title}` starts here")
            for operation in found.operations
        }
        steps |= {site: Related(site, "calls on from here") for site in found.access.sites}
        if found.sibling is not None and found.sibling.query is not None:
            steps.setdefault(found.sibling.query, Related(found.sibling.query, "this query is limited to the user"))
        yield Finding(
            found.location,
            found.message,
            operations=tuple(place for operation in found.operations for place in operation.places),
            related=tuple(steps.values()),
            help="Compare the owner of the second table too, or tie it to the first.",
            symbol=found.table,
        )
