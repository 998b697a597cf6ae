"""FG005 suppression-without-reason."""

from collections.abc import Iterator

from fastapi_guard.api import WARNING, Directive, Finding, Project, Suppression, rule


@rule("FG005", severity=WARNING)
def suppression_without_reason(
    suppression: Suppression, project: Project, *, require_reason: bool = True
) -> Iterator[Finding]:
    """A suppression or a declaration does not say why."""
    if not require_reason or suppression.directive is None or suppression.reason:
        return
    what = "public" if suppression.directive is Directive.PUBLIC else ", ".join(suppression.codes)
    yield Finding(suppression.location, f"nothing says why `{what}` is right here", help="Write the reason behind it.")
