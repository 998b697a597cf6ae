"""FG307 python-operator-in-where."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, rule


@rule("FG307", severity=ERROR)
def python_operator_in_where(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A condition of a query is written with `and`, `or`, `not`, `is` or `in`, which Python decides by itself."""
    for access in operation.accesses:
        for misread in access.misread:
            yield Finding(
                misread.location,
                f"Python decides `{misread.text}` before the database sees it: {misread.outcome}",
                operations=operation.places,
                help="Give conditions one by one, or with `and_`, `or_`, `not_`, `.is_(...)` and `.in_(...)`.",
                symbol=operation.endpoint_name,
            )
