"""FG702 transitive-blocking-call."""

from collections.abc import Iterator

from fastapi_guard.api import WARNING, BlockingCall, Finding, PathOperation, Project, Related, rule


@rule("FG702", severity=WARNING, profile="strict")
def transitive_blocking_call(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """An `async def` calls a function of the project that waits for something outside of the process."""
    direct = {call.function for call in operation.blocking if call.is_session and not call.sites}
    first: dict[tuple[str, str], BlockingCall] = {}
    for call in operation.blocking:
        if not call.sites or (call.is_session and call.function in direct):
            continue  # sync-session-in-async says it already
        key = call.function, call.waits_for
        known = first.get(key)
        if known is None or call.sites[0] < known.sites[0]:
            first[key] = call
    for call in first.values():
        function = call.function.rpartition(".")[2]
        yield Finding(
            call.sites[0],
            f"`async def {function}` calls what waits for {call.waits_for} with `{call.name}`: "
            "no other request is answered meanwhile",
            operations=operation.places,
            related=(
                *(Related(site, "which calls") for site in call.sites[1:]),
                Related(call.location, "and waits here"),
            ),
            help="Make the caller a plain `def`, or call this with `run_in_threadpool`.",
            symbol=call.function,
        )
