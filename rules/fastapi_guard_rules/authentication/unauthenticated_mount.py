"""FG112 unauthenticated-mount."""

import re
from collections.abc import Iterator

from fastapi_guard.api import (
    MEDIUM,
    WARNING,
    Finding,
    PathOperation,
    Project,
    Related,
    Via,
    application_of,
    is_guarded,
    rule,
    short_name,
)

PUBLIC_FOLDERS = frozenset({
    "asset", "assets", "build", "css", "dist", "docs", "favicon", "fonts", "frontend", "icons", "images", "img", "js",
    "public", "redoc", "site", "static", "statics", "swagger", "ui", "web", "www",
})  # fmt: skip
"""Last segments of paths below which there is nothing to hide, or what the browser asks for before anybody signs in."""


@rule("FG112", severity=WARNING, confidence=MEDIUM)
def unauthenticated_mount(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """The dependencies of an application guard its operations, and not what is mounted below it."""
    application = application_of(operation)
    if (
        operation.kind != "mount"
        or operation.public_reason
        or not application.dependencies
        or _is_asset(operation.path)
    ):
        return
    guards = [
        guard
        for other in project.operations
        if application_of(other).location == application.location and is_guarded(other)
        for guard in other.authentication.by
        if guard.via is Via.APP
    ]
    if not guards:
        return
    yield Finding(
        operation.registered_at,
        f"what is mounted at `{operation.path}` can be fetched by anybody: `{guards[0].name.rpartition('.')[2]}` of "
        f"`{short_name(application)}` does not run for it",
        operations=operation.places,
        related=(Related(application.location, "these dependencies guard path operations only"),),
        help="Serve it from a path operation, or give the mounted application a guard of its own.",
        symbol=operation.endpoint_name,
    )


def _is_asset(path: str) -> bool:
    segments = [segment for segment in path.lower().split("/") if segment]
    return not segments or any(re.sub(r"[^a-z]", "", segment) in PUBLIC_FOLDERS for segment in segments)
