"""FG306 global-session."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, Related, rule


@rule("FG306", severity=ERROR)
def global_session(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A session or connection is opened when a module is imported, and all requests share it."""
    for session in operation.sessions:
        if session.fate == "global":
            yield Finding(
                session.location,
                f"`{session.name}()` is opened when the module is imported: all requests share one transaction",
                operations=operation.places,
                related=(Related(operation.location, f"`{operation.title}` uses it"),),
                help="Keep the engine, and open a session for each request in a dependency that yields it.",
            )
