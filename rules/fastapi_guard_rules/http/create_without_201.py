"""FG402 create-without-201."""

from collections.abc import Iterator

from fastapi_guard.api import (
    HIGH,
    MEDIUM,
    WARNING,
    Finding,
    PathOperation,
    Project,
    Related,
    answers_as_if_created,
    creation_of,
    rule,
)


@rule("FG402", severity=WARNING)
def create_without_201(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A POST operation creates something and answers with 200, or an operation that creates nothing answers 201."""
    name = operation.endpoint_name.rpartition(".")[2]
    if answers_as_if_created(operation):
        said = "201, and creates nothing" if operation.status_code == 201 else "202, and nothing is left to be done"
        yield Finding(
            operation.registered_at if _stands_here(operation) else operation.location,
            f"`{name}` answers {said}",
            operations=operation.places,
            help="Leave `status_code` out: 200 says that it is done.",
            symbol=operation.endpoint_name,
        )
        return
    if operation.methods != ("POST",) or operation.status_code not in (None, 200) or operation.endpoint is None:
        return
    creation = creation_of(operation)
    if creation is None:
        return
    what = f"a `{creation.table.rpartition('.')[2]}`" if creation.table else "a row"
    yield Finding(
        operation.registered_at if _stands_here(operation) else operation.location,
        f"`{name}` creates {what} and answers 200",
        operations=operation.places,
        related=(Related(creation.location, "created here"),),
        confidence=HIGH if creation.is_certain else MEDIUM,
        help="Declare `status_code=201` on the operation.",
        symbol=operation.endpoint_name,
    )


def _stands_here(operation: PathOperation) -> bool:
    """Whether a decorator of the endpoint registers it."""
    here, decorated = operation.registered_at, operation.decorator_location
    return here.path == decorated.path and decorated.line <= here.line <= operation.location.line
