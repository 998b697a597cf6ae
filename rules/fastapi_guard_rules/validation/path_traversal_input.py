"""FG509 path-traversal-input."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import ERROR, MEDIUM, Finding, Unit, client_paths, rule


@rule(
    "FG509",
    severity=ERROR,
    confidence=MEDIUM,
    words=["File", "Path", "open", "os.", "path", "shutil"],
    served=True,
)
def path_traversal_input(function: cst.FunctionDef, unit: Unit) -> Iterator[Finding]:
    """The path of a file is made of what a client sent, and nobody asks whether it stays in its folder."""
    if not unit.is_endpoint(function) and not unit.is_dependency(function):
        return
    for path in client_paths(function, unit):
        listed = ", ".join(f"`{name}`" for name in path.names)
        yield Finding(
            unit.location(path.node),
            f"`{function.name.value}` makes the path of a file of {listed}: `..` leads to any file of the server",
            help="Resolve the path and raise unless `is_relative_to` its folder; give uploads a name of your own.",
            symbol=unit.symbol(function),
        )
