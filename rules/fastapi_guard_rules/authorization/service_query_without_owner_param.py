"""FG212 service-query-without-owner-param."""

from collections.abc import Iterator

from fastapi_guard.api import MEDIUM, WARNING, Finding, Project, Related, ownerless_functions, rule


@rule("FG212", severity=WARNING, confidence=MEDIUM, profile="strict")
def service_query_without_owner_param(project: Project, context: Project) -> Iterator[Finding]:
    """A function queries rows that belong to users and is not told whose."""
    for found in ownerless_functions(project):
        access, function = found.access, found.function
        table = access.table.rpartition(".")[2]
        query = access.query or access.location
        steps = {query: Related(query, f"`{table}` is queried here")}
        for operation in found.operations:
            steps.setdefault(operation.location, Related(operation.location, f"`{operation.title}` starts here"))
        yield Finding(
            function.location,
            f"`{function.name}` queries `{table}`, which belongs to `{access.owner_column}`, and takes no `{access.owner_column}`",
            operations=tuple(place for operation in found.operations for place in operation.places),
            related=tuple(steps.values()),
            help=f"Take `{access.owner_column}` and compare it in the query, so that no caller can forget to look.",
            symbol=f"{access.module}.{function.name}",
        )
