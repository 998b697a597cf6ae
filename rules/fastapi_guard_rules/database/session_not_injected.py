"""FG309 session-not-injected."""

from collections.abc import Iterator

from fastapi_guard.api import WARNING, Finding, Location, OpenedSession, PathOperation, Project, Related, rule

OPEN = frozenset({"closed", "leaked", "returned", "yielded", "given", "kept"})


@rule("FG309", severity=WARNING, profile="strict")
def session_not_injected(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A handler, or what it calls, opens a session of its own."""
    if operation.kind != "http":
        return  # a socket outlives every session that a dependency could give it
    for session in operation.sessions:
        if session.dependency or session.fate not in OPEN:
            continue
        location = _opener(session)
        yield Finding(
            location,
            f"`{session.name}()` opens a session for `{operation.endpoint_name.rpartition('.')[2]}` beside the dependencies: "
            "no test can replace it, and it shares no transaction with them",
            operations=operation.places,
            related=(Related(session.location, "opened here"),) if session.location != location else (),
            help="Take the session as a parameter that `Depends` fills.",
            symbol=session.function,
        )


def _opener(session: OpenedSession) -> Location:
    """Who opens it: of a helper that only hands it out, the caller."""
    return session.sites[-1] if session.fate in ("returned", "yielded") and session.sites else session.location
