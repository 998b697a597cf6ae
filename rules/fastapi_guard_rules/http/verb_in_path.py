"""FG412 verb-in-path."""

from collections.abc import Iterator

from fastapi_guard.api import WARNING, Finding, PathOperation, Project, rule, verb_in


@rule("FG412", severity=WARNING, profile="strict")
def verb_in_path(operation: PathOperation, project: Project, *, allowed: tuple[str, ...] = ()) -> Iterator[Finding]:
    """A path says with a verb what its method says already."""
    if operation.kind != "http" or not operation.include_in_schema:
        return
    segment = verb_in(operation.path)
    if segment and segment not in allowed:
        is_wrapped = operation.registered_at.path != operation.decorator_location.path
        yield Finding(
            operation.decorator_location if is_wrapped else operation.registered_at,
            f"`{segment}` in the path of {operation.title} names an action, which is what the method is for",
            operations=operation.places,
            help="Name the resource in the path, and let the method say what happens to it.",
            symbol=operation.endpoint_name,
        )
