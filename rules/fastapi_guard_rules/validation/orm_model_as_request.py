"""FG504 orm-model-as-request."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, rule, trusted_columns


@rule("FG504", severity=ERROR)
def orm_model_as_request(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """The body of a request is a table's model, with columns that are not the client's to set."""
    for parameter in operation.parameters:
        columns = trusted_columns(parameter.columns) if parameter.source == "body" else ()
        if columns:
            table = parameter.annotation.rpartition(".")[2]
            named = " and ".join(f"`{column}`" for column in columns[:3])
            yield Finding(
                parameter.location,
                f"`{parameter.name}` is a `{table}` of the database: the client sets {named}, too",
                operations=operation.places,
                help="Take a model that has only the fields a client may set.",
                symbol=operation.endpoint_name,
            )
