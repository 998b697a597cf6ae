"""FG743 request-session-in-background-task."""

import ast
from collections.abc import Iterator

from fastapi_guard.api import ERROR, WARNING, Dependant, Finding, PathOperation, Project, Related, rule

CLOSES_BEFORE_TASKS = ((0, 106), (0, 118))
"""Since the first version FastAPI leaves dependencies before background tasks run, since the second after them."""


@rule("FG743", severity=ERROR)
def request_session_in_background_task(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """What runs beside a request is given the session of the request, which a dependency closes."""
    for task in operation.scheduled:
        for name in task.given:
            found = _session_given_by(operation, name)
            if found is None:
                continue
            first, then = CLOSES_BEFORE_TASKS
            is_closed = task.kind == "create_task" or first <= project.fastapi_version[:2] < then
            what = (
                name
                if found.parameter == name
                else f"{name}` holds `{found.parameter or found.name.rpartition('.')[2]}"
            )
            harm = "is closed while the task runs" if is_closed else "keeps its connection until the task has ended"
            yield Finding(
                task.location,
                f"`{what}` comes from a dependency with `yield` and is given to `{task.kind}`: it {harm}",
                operations=operation.places,
                related=(Related(found.location, "yields and closes it"),) if found.location else (),
                severity=ERROR if is_closed else WARNING,
                help="Give the task ids, and let it open a session of its own.",
                symbol=operation.endpoint_name,
            )


def _session_given_by(operation: PathOperation, name: str) -> Dependant | None:
    """The dependency with `yield` that gives the session in a parameter of the handler, or in the object there."""
    root = next((root for root in operation.dependencies if root.parameter == name), None)
    if root is None:
        return None
    opening = {session.dependency for session in operation.sessions if session.dependency}
    typed = {
        parameter.name
        for parameter in operation.parameters
        if parameter.annotation.rpartition(".")[2] in ("Session", "AsyncSession")
    }
    for node in root.walk():
        if _is_generator(node) and (node.name in opening or node.parameter in typed):
            return node
    return None


def _is_generator(node: Dependant) -> bool:
    return node.function is not None and any(
        isinstance(below, ast.Yield) for below in ast.walk(node.function.definition)
    )
