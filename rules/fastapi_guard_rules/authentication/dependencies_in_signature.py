"""FG103 dependencies-in-signature."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, Related, WhyDead, rule


@rule("FG103", severity=ERROR)
def dependencies_in_signature(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """Dependencies are listed as the default of a parameter, where FastAPI does not look for them."""
    for guard in operation.dead_guards:
        if guard.why is not WhyDead.DEPENDENCIES_PARAMETER:
            continue
        name = guard.name.rpartition(".")[2]
        yield Finding(
            guard.location,
            f"`{name}` never runs: `{guard.parameter}=[Depends(...)]` is a parameter of `{guard.taker}`, and FastAPI looks for it in the decorator",
            operations=operation.places,
            related=(Related(guard.defined_at, f"`{name}` is defined here"),) if guard.defined_at else (),
            help="Move `dependencies=[...]` into the decorator of the route.",
            symbol=guard.name,
        )
