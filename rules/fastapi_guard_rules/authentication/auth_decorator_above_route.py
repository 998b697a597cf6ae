"""FG109 auth-decorator-above-route."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, Related, WhyDead, rule


@rule("FG109", severity=ERROR)
def auth_decorator_above_route(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A guard decorates the handler after the route has registered it."""
    for guard in operation.dead_guards:
        if guard.why is not WhyDead.DECORATOR:
            continue
        name = guard.name.rpartition(".")[2]
        yield Finding(
            guard.location,
            f"`{name}` never runs: it wraps `{guard.taker}` after the route below it has registered the bare function",
            operations=operation.places,
            related=(Related(guard.defined_at, f"`{name}` is defined here"),) if guard.defined_at else (),
            help=f"Put `@{name}` under the decorator of the route.",
            symbol=guard.name,
        )
