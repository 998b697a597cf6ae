"""FG108 auth-result-coroutine-not-awaited."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, Related, WhyDead, rule


@rule("FG108", severity=ERROR)
def auth_result_coroutine_not_awaited(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A coroutine that checks who calls is made and never awaited."""
    for guard in operation.dead_guards:
        if guard.why is not WhyDead.NOT_AWAITED:
            continue
        name = guard.name.rpartition(".")[2]
        yield Finding(
            guard.location,
            f"`{name}` is not awaited in `{guard.taker}`: its check never runs, and the coroutine counts as true",
            operations=operation.places,
            related=(Related(guard.defined_at, f"`{name}` is defined here"),) if guard.defined_at else (),
            help=f"Write `await` before the call of `{name}`.",
            symbol=guard.name,
        )
