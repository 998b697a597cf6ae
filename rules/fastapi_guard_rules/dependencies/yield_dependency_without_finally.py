"""FG305 yield-dependency-without-finally."""

import ast
from collections.abc import Iterator

from fastapi_guard.api import ERROR, Dependant, Finding, Project, Related, lost_cleanup, rule


@rule("FG305", severity=ERROR)
def yield_dependency_without_finally(dependant: Dependant, project: Project) -> Iterator[Finding]:
    """A dependency gives a resource back after its `yield`, and not in `finally` or `with`."""
    function = dependant.function
    if function is None or isinstance(function.definition, ast.Lambda):
        return
    for lost in lost_cleanup(function.definition, function.location.path):
        name = dependant.name.rpartition(".")[2]
        yield Finding(
            lost.location,
            f"`{lost.text}` does not run when a request that uses `{name}` fails: the exception leaves at the `yield`",
            related=(Related(lost.yielded_at, "what fails in the endpoint is raised here"),),
            help="Put the `yield` in `try` and this in `finally`, or yield inside of `with`.",
            symbol=dependant.name,
        )
