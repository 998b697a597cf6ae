"""FG666 cors-wildcard."""

from collections.abc import Iterator

from fastapi_guard.api import CORS_MIDDLEWARES, WARNING, Application, Finding, Project, allows_everybody, rule


@rule("FG666", severity=WARNING, profile="strict")
def cors_wildcard(application: Application, project: Project) -> Iterator[Finding]:
    """Every origin may read the answers to requests without credentials."""
    for middleware in application.middlewares:
        origins, pattern = middleware.option("allow_origins"), middleware.option("allow_origin_regex")
        if middleware.name not in CORS_MIDDLEWARES or not allows_everybody(origins, pattern):
            continue
        if not middleware.option("allow_credentials") and "allow_credentials" not in dict(middleware.settings):
            yield Finding(
                middleware.added_at,
                "every website may call this application from the browsers of its visitors and read the answers",
                help="List the origins of the front end.",
                symbol=application.name,
            )
