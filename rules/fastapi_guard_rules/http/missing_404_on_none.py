"""FG406 missing-404-on-none."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Absence, DatabaseAccess, Finding, PathOperation, Project, Related, rule


@rule("FG406", severity=ERROR)
def missing_404_on_none(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A row that the client asks for is used as if it were always there."""
    for access in operation.accesses:
        absence = access.absence
        if absence is None or (not absence.taken and _may_be_none(operation.response_model)):
            continue
        handed_on = access.sites[0] if access.sites else access.location
        yield Finding(
            absence.location or handed_on,
            _message(operation, access, absence),
            operations=operation.places,
            related=(Related(access.location, f"`{absence.given_by}` gives None here"),),
            help="Raise `HTTPException(404)` when it is None.",
            symbol=operation.endpoint_name,
        )


def _message(operation: PathOperation, access: DatabaseAccess, absence: Absence) -> str:
    table = access.table.rpartition(".")[2]
    if absence.taken:
        return f"`{absence.taken}` fails when `{absence.given_by}` finds no `{table}`: the answer is 500 instead of 404"
    answer = "200 with `null`" if operation.response_model is None else "500"
    name = operation.endpoint_name.rpartition(".")[2]
    return f"`{name}` returns what `{absence.given_by}` gives: when there is no such `{table}`, the answer is {answer} instead of 404"


def _may_be_none(response_model: str | None) -> bool:
    """Whether the declared model allows for `null`, or nobody knows."""
    if response_model is None:
        return False
    return response_model in ("", "?") or response_model.startswith("typing.Optional") or "None" in response_model
