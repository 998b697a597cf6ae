"""FG805 service-imports-fastapi."""

import re
from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import SERVICE_LAYERS, WARNING, Finding, Unit, holds_endpoints, in_layer, rule, walk

FRAMEWORKS = ("fastapi", "starlette")
MODULES = frozenset(
    {"background", "concurrency", "datastructures", "encoders", "exceptions", "logger", "sse", "status"}
)
"""Parts of them that work without a request, or that another rule speaks of."""
NAMES = frozenset(
    {"BackgroundTasks", "ClientDisconnect", "HTTPException", "UploadFile", "WebSocket", "WebSocketDisconnect", "status"}
)


@rule("FG805", severity=WARNING, profile="strict", words=[re.compile(rf"\bfrom[\s\\]+(?:{'|'.join(FRAMEWORKS)})\b")])
def service_imports_fastapi(
    statement: cst.ImportFrom, unit: Unit, *, data_layers: tuple[str, ...] = SERVICE_LAYERS
) -> Iterator[Finding]:
    """A service, or what it stands on, is written for FastAPI: it takes requests, gives responses or is wired by it."""
    if statement.module is None or statement.relative or isinstance(statement.names, cst.ImportStar):
        return
    package, *parts = (node.value for node in walk(statement.module) if isinstance(node, cst.Name))
    if package not in FRAMEWORKS or (parts and parts[0] in MODULES) or not in_layer(unit.path, data_layers):
        return
    if holds_endpoints(unit) or _guards(unit):
        return
    names = [alias.evaluated_name for alias in statement.names if alias.evaluated_name not in NAMES]
    if names:
        listed = ", ".join(f"`{name}`" for name in names)
        yield Finding(
            unit.location(statement),
            f"this module is part of a service and takes {listed} from {package}: it cannot run without a web request",
            help="Pass plain values in, and let handlers and dependencies speak HTTP.",
            symbol=unit.surroundings.module,
        )


def _guards(unit: Unit) -> bool:
    """Whether the module holds security schemes: it guards requests, in whichever folder it stands."""
    return any(name.startswith("fastapi.security.") for name in unit.surroundings.names.dotted_by_name.values())
