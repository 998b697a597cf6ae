"""FG902 missing-type-hints."""

import ast
from collections.abc import Iterator

from fastapi_guard.api import INFO, Finding, Function, Project, rule, unannotated


@rule("FG902", severity=INFO, profile="strict")
def missing_type_hints(function: Function, project: Project) -> Iterator[Finding]:
    """A function that FastAPI calls leaves the types of its parameters or its result unsaid."""
    definition = function.definition
    if isinstance(definition, ast.Lambda):
        return
    missing = [f"`{name}`" for name in unannotated(definition)]
    if definition.returns is None and definition.name != "__init__":
        missing.append("what it returns")
    if missing:
        yield Finding(
            function.location,
            f"`{definition.name}` has no type for {', '.join(missing)}",
            symbol=function.name,
        )
