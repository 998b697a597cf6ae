"""Rules that exist only to be configured."""

from collections.abc import Iterator

from fastapi_guard.finding import Finding
from fastapi_guard.project.model import PathOperation, Project
from fastapi_guard.rule import ERROR, WARNING, rule


@rule("FG101", severity=ERROR)
def missing_authentication(operation: PathOperation, project: Project) -> Iterator[Finding]:
    yield from ()


@rule("FG102", severity=ERROR)
def bare_security_scheme(
    operation: PathOperation,
    project: Project,
    *,
    allow_docs: bool = True,
    max_depth: int = 3,
    prefix: str = "",
    names: tuple[str, ...] = (),
) -> Iterator[Finding]:
    yield from ()


@rule("FG201", severity=WARNING, profile="strict")
def unscoped_query(operation: PathOperation, project: Project) -> Iterator[Finding]:
    yield from ()


RULES = (missing_authentication, bare_security_scheme, unscoped_query)
