"""FG102 annotated-missing-depends."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, Related, WhyDead, rule


@rule("FG102", severity=ERROR)
def annotated_missing_depends(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """What stands in `Annotated` would guard the operation, and `Depends` is missing around it."""
    for guard in operation.dead_guards:
        if guard.why is not WhyDead.METADATA:
            continue
        name = guard.name.rpartition(".")[2]
        yield Finding(
            guard.location,
            f"`{name}` never runs: `{guard.parameter}` of `{guard.taker}` has it in `Annotated` without `Depends`, and takes its value from the client",
            operations=operation.places,
            related=(Related(guard.defined_at, f"`{name}` is defined here"),) if guard.defined_at else (),
            help=f"Write `Depends(...)` around `{name}`.",
            symbol=guard.name,
        )
