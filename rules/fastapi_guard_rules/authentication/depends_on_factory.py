"""FG104 depends-on-factory."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, Related, WhyDead, rule

BUILDERS = frozenset({WhyDead.FACTORY, WhyDead.CLASS})


@rule("FG104", severity=ERROR)
def depends_on_factory(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """`Depends` is given what makes the guard, and not the guard that it makes."""
    for guard in operation.dead_guards:
        if guard.why not in BUILDERS:
            continue
        name = guard.name.rpartition(".")[2]
        made = "the function that it returns" if guard.why is WhyDead.FACTORY else "the object that it makes"
        yield Finding(
            guard.location,
            f"`Depends({name})` only calls `{name}` itself: {made} is never called, and its parameters are the client's to fill",
            operations=operation.places,
            related=(Related(guard.defined_at, f"`{name}` is defined here"),) if guard.defined_at else (),
            help=f"Write `Depends({name}(...))`.",
            symbol=guard.name,
        )
