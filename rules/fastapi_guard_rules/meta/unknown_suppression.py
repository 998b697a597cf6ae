"""FG004 unknown-suppression."""

from collections.abc import Iterator

from fastapi_guard.api import WARNING, Finding, Project, Suppression, rule


@rule("FG004", severity=WARNING)
def unknown_suppression(suppression: Suppression, project: Project) -> Iterator[Finding]:
    """A suppression is malformed or names a rule that does not exist, so it silences nothing."""
    if suppression.error:
        yield Finding(suppression.location, f"this suppression is not understood: {suppression.error}")
    for name in suppression.unknown:
        yield Finding(suppression.location, f"no rule has the code or name `{name}`")
