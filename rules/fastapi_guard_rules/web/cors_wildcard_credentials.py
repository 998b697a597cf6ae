"""FG661 cors-wildcard-credentials."""

from collections.abc import Iterator

from fastapi_guard.api import CORS_MIDDLEWARES, ERROR, Application, Finding, Project, allows_everybody, rule


@rule("FG661", severity=ERROR)
def cors_wildcard_credentials(application: Application, project: Project) -> Iterator[Finding]:
    """Every origin may send requests with the cookies of the user, and read the answers."""
    for middleware in application.middlewares:
        origins, pattern = middleware.option("allow_origins"), middleware.option("allow_origin_regex")
        if middleware.name not in CORS_MIDDLEWARES or middleware.option("allow_credentials") is not True:
            continue
        if allows_everybody(origins, pattern):
            settings = dict(middleware.settings)
            setting = settings.get("allow_origins") or settings.get("allow_origin_regex")
            unless = f" unless `{setting}` is set" if setting else ""
            yield Finding(
                middleware.added_at,
                f"every website may call this application with the cookies of its visitors and read the answers{unless}",
                help="List the origins of the front end.",
                symbol=application.name,
            )
