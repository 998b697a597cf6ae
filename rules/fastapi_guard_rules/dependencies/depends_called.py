"""FG841 depends-called."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, WhyDead, rule


@rule("FG841", severity=ERROR)
def depends_called(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """`Depends` is given what a dependency gives, and not the dependency."""
    for guard in operation.dead_guards:
        if guard.why is not WhyDead.CALLED:
            continue
        taker = f"`{guard.parameter}`" if guard.parameter else f"`{operation.title}`"
        yield Finding(
            guard.location,
            f"the dependency for {taker} is called when the module is imported: `Depends` gets its result, which cannot be called",
            operations=operation.places,
            help="Leave out the parentheses: FastAPI calls the dependency with each request.",
            symbol=operation.endpoint_name,
        )
