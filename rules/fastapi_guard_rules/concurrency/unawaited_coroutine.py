"""FG703 unawaited-coroutine."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, Related, rule

HARM = {
    "alone": "nothing of it runs",
    "asked": "the coroutine counts as true, and nothing of it runs",
    "kept": "the variable holds a coroutine instead of its result",
}


@rule("FG703", severity=ERROR)
def unawaited_coroutine(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """An `async def` of the project is called while a request is served, and nobody awaits what it gives."""
    for forgotten in operation.forgotten:
        name = forgotten.name.rpartition(".")[2]
        yield Finding(
            forgotten.location,
            f"`{name}` is not awaited in `{forgotten.function}`: {HARM[forgotten.use]}",
            operations=operation.places,
            related=(Related(forgotten.defined_at, f"`{name}` is defined here"),) if forgotten.defined_at else (),
            help=f"Write `await` before the call of `{name}`.",
            symbol=forgotten.name,
        )
