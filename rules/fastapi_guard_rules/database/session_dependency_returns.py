"""FG308 session-dependency-returns."""

from collections.abc import Iterator

from fastapi_guard.api import WARNING, Finding, PathOperation, Project, rule


@rule("FG308", severity=WARNING)
def session_dependency_returns(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A dependency returns a session instead of yielding it, so that nobody closes it."""
    for session in operation.sessions:
        if session.dependency and session.fate == "returned" and not session.sites:
            name = session.dependency.rpartition(".")[2]
            yield Finding(
                session.location,
                f"`{name}` returns the session that `{session.name}()` opens: nobody closes it after the request",
                operations=operation.places,
                help="Yield it inside of `with`.",
                symbol=session.dependency,
            )
