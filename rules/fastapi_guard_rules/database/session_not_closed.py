"""FG304 session-not-closed."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, rule


@rule("FG304", severity=ERROR)
def session_not_closed(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A session or connection is opened for a request and never closed."""
    for session in operation.sessions:
        if session.fate == "leaked":
            yield Finding(
                session.location,
                f"`{session.name}()` is opened in `{session.function}` and never closed: "
                "its connection goes back when the garbage collector comes, or never",
                operations=operation.places,
                help="Open it with `with`, or in a dependency that yields it.",
                symbol=session.function,
            )
