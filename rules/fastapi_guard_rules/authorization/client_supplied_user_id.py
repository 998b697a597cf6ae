"""FG203 client-supplied-user-id."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, Lapse, Project, rule, unscoped, unscoped_finding


@rule("FG203", severity=ERROR)
def client_supplied_user_id(project: Project, context: Project) -> Iterator[Finding]:
    """Whose rows they are is whatever the client says."""
    for found in unscoped(project):
        if found.lapse is Lapse.CLIENT:
            yield unscoped_finding(found, "Take the owner from the authenticated user, or compare the two first.")
        elif found.lapse is Lapse.TAKEOVER:
            yield unscoped_finding(found, "Ask for the old password, or for a token that was sent to the account.")
