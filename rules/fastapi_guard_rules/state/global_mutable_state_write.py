"""FG741 global-mutable-state-write."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, MEDIUM, Finding, Project, Related, SharedState, rule


@rule("FG741", severity=ERROR, confidence=MEDIUM, profile="strict")
def global_mutable_state_write(
    state: SharedState, project: Project, *, allow: tuple[str, ...] = ()
) -> Iterator[Finding]:
    """Code that runs for a request changes what its process shares between requests."""
    if state.is_storage or {state.name, state.short_name} & set(allow):
        return
    first = state.writes[0]
    does = {"counts": "counts", "binds": "sets"}.get(first.kind, "changes")
    others = len({write.function for write in state.writes}) - 1
    more = f", as {others} other function{'s' if others > 1 else ''} do{'' if others > 1 else 'es'}" if others else ""
    yield Finding(
        state.location,
        f"`{first.short_function}` {does} `{state.short_name}` for a request{more}: each worker has its own",
        operations=tuple(dict.fromkeys(place for write in state.writes for place in write.operations)),
        related=tuple(Related(write.location, f"`{write.short_function}` writes here") for write in state.writes),
        help="Keep what requests share where all workers see it: a database, Redis.",
        symbol=state.name,
    )
