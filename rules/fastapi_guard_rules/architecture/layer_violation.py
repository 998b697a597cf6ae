"""FG804 layer-violation."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    ERROR,
    ROUTE_LAYERS,
    SCHEMA_LAYERS,
    SERVICE_LAYERS,
    Finding,
    Unit,
    holds_endpoints,
    imported_paths,
    in_layer,
    is_for_types_only,
    rule,
)


@rule("FG804", severity=ERROR, profile="strict", words=["import"])
def layer_violation(
    statement: cst.Import | cst.ImportFrom,
    unit: Unit,
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
    own = _layer_of(unit.path, layers)
    if own in ("", "routes") or holds_endpoints(unit) or is_for_types_only(statement, unit):
        return
    for path in dict.fromkeys(imported_paths(statement, unit)):
        other = _layer_of(path, layers)
        if other == "routes" and path not in unit.surroundings.files.serving:
            continue
        if other and order.index(other) > order.index(own):
            yield Finding(
                unit.location(statement),
                f"this module is one of the {own} and imports `{path}`, which is one of the {other} above it",
                help="Turn the dependency round, or move what both need below both.",
                symbol=unit.surroundings.module,
            )


def _layer_of(path: str, layers: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """The lowest layer whose globs match a file."""
    return next((name for name, globs in layers if globs and in_layer(path, globs)), "")
