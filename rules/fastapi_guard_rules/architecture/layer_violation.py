"""FG804 layer-violation."""

from collections.abc import Iterator

from fastapi_guard.api import (
    ERROR,
    ROUTE_LAYERS,
    SCHEMA_LAYERS,
    SERVICE_LAYERS,
    Finding,
    ModuleImport,
    Project,
    in_layer,
    rule,
)

MODELS = ("**/entities/**", "**/models/**")


@rule("FG804", severity=ERROR, profile="strict")
def layer_violation(
    statement: ModuleImport,
    project: Project,
    *,
    route_layers: tuple[str, ...] = ROUTE_LAYERS,
    service_layers: tuple[str, ...] = SERVICE_LAYERS,
    repository_layers: tuple[str, ...] = (),
    schema_layers: tuple[str, ...] = SCHEMA_LAYERS,
) -> Iterator[Finding]:
    """A layer imports one that stands above it."""
    layers = (
        ("schemas", schema_layers),
        ("repositories", repository_layers),
        ("services", service_layers),
        ("routes", route_layers),
    )
    order = [name for name, _ in layers]
    own, other = _layer_of(statement.path, layers), _layer_of(statement.imported, layers)
    if statement.is_for_types or not own or not other or order.index(other) <= order.index(own):
        return
    serving = project.serving
    if statement.path in serving or (other == "routes" and statement.imported not in serving):
        return
    yield Finding(
        statement.location,
        f"this module is one of the {own} and imports `{statement.imported}`, which is one of the {other} above it",
        help="Turn the dependency round, or move what both need below both.",
        symbol=statement.path,
    )


def _layer_of(path: str, layers: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """The lowest layer whose globs match a file; what stands among models is none of these, whatever it is called."""
    if in_layer(path, MODELS):
        return ""
    return next((name for name, globs in layers if globs and in_layer(path, globs)), "")
