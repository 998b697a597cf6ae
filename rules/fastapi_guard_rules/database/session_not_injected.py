"""FG309 session-not-injected."""

from collections.abc import Iterator

from fastapi_guard.api import WARNING, Finding, Location, OpenedSession, PathOperation, Project, Related, rule

OPEN = frozenset({"closed", "leaked", "returned", "yielded", "given"})


@rule("FG309", severity=WARNING, profile="strict")
def session_not_injected(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A handler, or what it calls, opens a session of its own."""
    if operation.kind != "http":
        return  # a socket outlives every session that a dependency could give it
    for session in operation.sessions:
        if session.dependency or session.fate not in OPEN or _is_of_an_object(session):
            continue
        location = _opener(session)
        yield Finding(
            location,
            f"`{session.name}()` in `{session.function}` opens a session beside the dependencies: "
            "no test can replace it, and it shares no transaction with theirs",
            operations=operation.places,
            related=(Related(session.location, "opened here"),) if session.location != location else (),
            help="Take the session as a parameter that `Depends` fills.",
            symbol=session.function,
        )


def _opener(session: OpenedSession) -> Location:
    """Who opens it: of a helper that only hands it out, the caller."""
    return session.sites[-1] if session.fate in ("returned", "yielded") and session.sites else session.location


def _is_of_an_object(session: OpenedSession) -> bool:
    """Whether an object gives it that was given the factory, or is there to hand out sessions: that can be injected."""
    is_handed_out = "." in session.function and session.fate in ("returned", "yielded")
    return is_handed_out or session.name.startswith(("self.", "cls."))
