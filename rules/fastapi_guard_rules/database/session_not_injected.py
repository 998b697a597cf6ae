"""FG309 session-not-injected."""

from collections.abc import Iterator

from fastapi_guard.api import WARNING, Finding, PathOperation, Project, Related, rule

OPEN = frozenset({"closed", "leaked", "returned", "yielded", "given"})


@rule("FG309", severity=WARNING, profile="strict")
def session_not_injected(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A handler, or what it calls, opens a session of its own."""
    if operation.kind != "http":
        return  # a socket outlives every session that a dependency could give it
    for session in operation.sessions:
        if session.dependency or session.fate not in OPEN or session.taken_by.startswith(("self.", "cls.")):
            continue  # an object that was given the factory can be injected with another
        is_handed_out = session.taken_at != session.location
        if is_handed_out and "." in session.function:
            continue  # so can one whose method hands out sessions
        yield Finding(
            session.taken_at,
            f"`{session.taken_by}()` in `{session.taker}` opens a session beside the dependencies: "
            "no test can replace it, and it shares no transaction with theirs",
            operations=operation.places,
            related=(Related(session.location, "opened here"),) if is_handed_out else (),
            help="Take the session as a parameter that `Depends` fills.",
            symbol=session.taker,
        )
