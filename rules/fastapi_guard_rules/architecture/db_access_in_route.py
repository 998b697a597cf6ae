"""FG802 db-access-in-route."""

import re
from collections.abc import Iterator

from fastapi_guard.api import WARNING, Finding, PathOperation, Project, Related, handler_accesses, has_data_layer, rule

ASKS_FOR_HEALTH = re.compile(r"(?:^|[_/-])(?:health\w*|live|liveness|ping|ready|readiness|status)(?:$|[_/-])")
LAYERS = (
    "**/crud.py",
    "**/crud/**",
    "**/repositories/**",
    "**/repository.py",
    "**/service.py",
    "**/services.py",
    "**/services/**",
)


@rule("FG802", severity=WARNING)
def db_access_in_route(
    operation: PathOperation,
    project: Project,
    *,
    database_in_handlers: str = "layered",
    data_layers: tuple[str, ...] = LAYERS,
) -> Iterator[Finding]:
    """A handler reads or writes the database itself, although the project has a layer for that or wants one."""
    endpoint = operation.endpoint
    accesses = handler_accesses(operation)
    if endpoint is None or not accesses or database_in_handlers == "allow" or ASKS_FOR_HEALTH.search(operation.path):
        return
    if database_in_handlers == "layered" and not has_data_layer(project, data_layers):
        return
    name = operation.endpoint_name.rpartition(".")[2]
    tables = sorted({access.table.rpartition(".")[2] for access in accesses if access.table})
    where = f" ({', '.join(tables)})" if tables else ""
    yield Finding(
        endpoint.location,
        f"`{name}` touches the database itself{where}: {_counted(len(accesses))}",
        operations=operation.places,
        related=tuple(Related(access.location, access.kind) for access in accesses),
        help="Let a service or repository do it; the handler validates, calls it and answers.",
        symbol=operation.endpoint_name,
    )


def _counted(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
