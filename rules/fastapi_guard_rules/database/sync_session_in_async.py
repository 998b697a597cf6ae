"""FG303 sync-session-in-async."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, BlockingCall, Finding, PathOperation, Project, Related, rule


@rule("FG303", severity=ERROR)
def sync_session_in_async(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """An `async def` uses a session of SQLAlchemy or SQLModel that waits for the database."""
    calls_by_function: dict[str, list[BlockingCall]] = {}
    for call in operation.blocking:
        if call.is_session and not call.sites:
            calls_by_function.setdefault(call.function, []).append(call)
    for function, calls in calls_by_function.items():
        first, *others = sorted(calls, key=lambda call: call.location)
        yield Finding(
            first.location,
            f"`{first.name}` waits for the database in `async def {function.rpartition('.')[2]}`: "
            "no other request is answered meanwhile",
            operations=operation.places,
            related=tuple(Related(call.location, "this waits too") for call in others),
            help="Make it a plain `def`, which runs in a thread, or await an `AsyncSession`.",
            symbol=function,
        )
