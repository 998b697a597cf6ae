"""FG116 callable-default-without-depends."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, Related, WhyDead, rule


@rule("FG116", severity=ERROR)
def callable_default_without_depends(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A parameter has a function or a class for its default, and `Depends` is missing around it."""
    for guard in operation.dead_guards:
        if guard.why is not WhyDead.DEFAULT:
            continue
        name = guard.name.rpartition(".")[2]
        yield Finding(
            guard.location,
            f"`{name}` never runs: it is the plain default of `{guard.parameter}`, so `{guard.taker}` gets the object itself or what the client sends",
            operations=operation.places,
            related=(Related(guard.defined_at, f"`{name}` is defined here"),) if guard.defined_at else (),
            help=f"Write `Depends({name})`.",
            symbol=guard.name,
        )
