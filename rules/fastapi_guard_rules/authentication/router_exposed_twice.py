"""FG115 router-exposed-twice."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, Project, Related, bypasses, rule, short_name, titles_of


@rule("FG115", severity=ERROR)
def router_exposed_twice(
    project: Project, context: Project, *, authentication: str = "non-public"
) -> Iterator[Finding]:
    """A router is included twice, and only one of the inclusions rejects strangers."""
    for bypass in bypasses(project, authentication):
        router = short_name(bypass.operations[0].router)
        yield Finding(
            bypass.unguarded.location,
            f"`{router}` is included without the guard of its other inclusion: {titles_of(bypass.operations)} can be "
            f"called by anybody, {titles_of(bypass.twins)} cannot",
            operations=tuple(place for operation in bypass.operations for place in operation.places),
            related=(Related(bypass.guarded.location, f"here strangers are rejected before they reach `{router}`"),),
            help="Include it once, or guard both inclusions.",
            symbol=bypass.operations[0].router.name,
        )
