"""FG402 create-without-201."""

from collections.abc import Iterator

from fastapi_guard.api import HIGH, MEDIUM, WARNING, Finding, PathOperation, Project, Related, creation_of, rule


@rule("FG402", severity=WARNING)
def create_without_201(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A POST operation creates a row and answers with 200."""
    if operation.methods != ("POST",) or operation.status_code not in (None, 200) or operation.endpoint is None:
        return
    creation = creation_of(operation)
    if creation is None:
        return
    here, decorated = operation.registered_at, operation.decorator_location
    is_decorator = here.path == decorated.path and decorated.line <= here.line <= operation.location.line
    name = operation.endpoint_name.rpartition(".")[2]
    what = f"a `{creation.table.rpartition('.')[2]}`" if creation.table else "a row"
    yield Finding(
        here if is_decorator else operation.location,
        f"`{name}` creates {what} and answers 200",
        operations=operation.places,
        related=(Related(creation.location, "created here"),),
        confidence=HIGH if creation.is_certain else MEDIUM,
        help="Declare `status_code=201` on the operation.",
        symbol=operation.endpoint_name,
    )
