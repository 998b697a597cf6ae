"""FG701 blocking-call-in-async."""

import re
from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, Unit, rule, waits_for

REQUESTS = frozenset({"fastapi.Request", "fastapi.requests.Request", "starlette.requests.Request"})
HELP = "Await an asynchronous client, give the call to `run_in_threadpool`, or make the function a plain `def`."


@rule("FG701", severity=ERROR, words=["call_next", re.compile(r"\bRequest\b")], also=[re.compile(r"\basync\b")])
def blocking_call_in_async(looked_at: PathOperation | cst.Call, around: Project | Unit) -> Iterator[Finding]:
    """A call that waits for something outside of the process is made in an `async def` that serves requests."""
    if isinstance(looked_at, PathOperation):
        for call in looked_at.blocking:
            if not call.sites and not call.is_session:
                yield Finding(
                    call.location,
                    _message(call.name, call.waits_for, call.function.rpartition(".")[2]),
                    operations=looked_at.places,
                    help=HELP,
                    symbol=call.function,
                )
    elif isinstance(around, Unit) and (name := around.resolve(looked_at)) is not None and waits_for(name):
        function = around.enclosing_function(looked_at)
        if function is not None and function.asynchronous is not None and _is_given_requests(function, around):
            yield Finding(
                around.location(looked_at),
                _message(name, waits_for(name), function.name.value),
                help=HELP,
                symbol=around.symbol(function),
            )


def _is_given_requests(function: cst.FunctionDef, unit: Unit) -> bool:
    """A middleware or a handler of exceptions: what Starlette calls with the request."""
    return any(
        parameter.name.value == "call_next"
        or (parameter.annotation is not None and unit.resolve(parameter.annotation.annotation) in REQUESTS)
        for parameter in function.params.params
    )


def _message(name: str, kind: str, function: str) -> str:
    return f"`{name.removeprefix('builtins.')}` waits for {kind} in `async def {function}`: no other request is answered meanwhile"
