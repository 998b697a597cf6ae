"""FG114 security-scopes-never-checked."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, Related, WhyDead, rule


@rule("FG114", severity=ERROR)
def security_scopes_never_checked(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """Scopes are demanded, and no dependency below asks which."""
    for guard in operation.dead_guards:
        if guard.why is not WhyDead.SCOPES:
            continue
        name = guard.name.rpartition(".")[2]
        yield Finding(
            guard.location,
            f"nobody checks the scopes {guard.taker}: neither `{name}` nor what it depends on takes `SecurityScopes`",
            operations=operation.places,
            related=(Related(guard.defined_at, f"`{name}` is defined here"),) if guard.defined_at else (),
            help=f"Have `{name}` take a `SecurityScopes` and compare its scopes with those of the token.",
            symbol=guard.name,
        )
