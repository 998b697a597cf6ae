"""FG742 in-memory-storage."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, Project, Related, SharedState, rule


@rule("FG742", severity=ERROR)
def in_memory_storage(state: SharedState, project: Project) -> Iterator[Finding]:
    """Handlers keep what clients send in a collection of the process, and answer from it."""
    if not state.is_storage:
        return
    functions = list(dict.fromkeys(write.short_function for write in state.writes))
    who = f"`{functions[0]}` and {len(functions) - 1} more store" if len(functions) > 1 else f"`{functions[0]}` stores"
    yield Finding(
        state.location,
        f"{who} in `{state.short_name}`, which is lost at every restart and differs between workers",
        operations=tuple(dict.fromkeys(place for write in state.writes for place in write.operations)),
        related=tuple(Related(write.location, f"`{write.short_function}` writes here") for write in state.writes),
        help="Keep it in a database.",
        symbol=state.name,
    )
