"""FG003 unused-suppression."""

from collections.abc import Iterator

from fastapi_guard.api import WARNING, Directive, Finding, Project, Suppression, rule


@rule("FG003", severity=WARNING)
def unused_suppression(suppression: Suppression, project: Project) -> Iterator[Finding]:
    """A suppression silences nothing, or a declaration makes nothing public."""
    if not suppression.unused:
        return
    if suppression.directive is Directive.PUBLIC and suppression.codes:
        message = f"`{suppression.codes[0]}` is declared public, and no operation without authentication answers to it"
    elif suppression.directive is Directive.PUBLIC:
        message = "no operation without authentication follows: nothing is made public here"
    else:
        names = ", ".join(f"`{name}`" for name in suppression.unused)
        message = f"{names} {'has' if len(suppression.unused) == 1 else 'have'} no finding here to ignore"
    yield Finding(suppression.location, message, help="Remove it.")
