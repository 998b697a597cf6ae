"""FG410 get-with-side-effect."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, MEDIUM, Finding, PathOperation, Project, Related, changes_of, rule

VERBS = {"insert": "creates", "upsert": "creates or changes", "save": "saves", "delete": "deletes"}


@rule("FG410", severity=ERROR, confidence=MEDIUM)
def get_with_side_effect(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A GET operation changes rows that are more than a trace of the request itself."""
    if "GET" not in operation.methods or len(operation.methods) > 1 or operation.endpoint is None:
        return
    changes = changes_of(operation)
    if not changes:
        return
    first = changes[0]
    here, decorated = operation.registered_at, operation.decorator_location
    is_decorator = here.path == decorated.path and decorated.line <= here.line <= operation.location.line
    table = first.table.rpartition(".")[2]
    yield Finding(
        here if is_decorator else operation.location,
        f"`{operation.title}` {VERBS.get(first.kind, 'changes')} {f'`{table}`' if table else 'a row'}: "
        "whatever prefetches, follows or repeats a link does it too",
        operations=operation.places,
        related=tuple(Related(access.location, access.kind) for access in changes),
        help="Serve it under POST, PUT, PATCH or DELETE.",
        symbol=operation.endpoint_name,
    )
