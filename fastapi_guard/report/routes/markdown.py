"""`markdown`: every operation with its guard, a table for each router."""

from collections.abc import Iterator

from fastapi_guard.project.model import PathOperation
from fastapi_guard.report.markdown_text import code, escaped, table
from fastapi_guard.report.routes.table import grouped, guard_text, share
from fastapi_guard.report.view import View
from fastapi_guard.scan import ScanResult

_HEADINGS = ("Verdict", "Method", "Path", "Guard", "Handler")


def write(result: ScanResult, view: View) -> Iterator[str]:
    project = result.project
    yield f"# Operations\n\n{escaped(share(project))}\n"
    for app, operations_by_router in grouped(project).items():
        yield f"\n## {code(app)}\n"
        for router, operations in operations_by_router:
            yield f"\n### {code(router.name)}\n\n{code(router.location.start_only)}\n\n"
            yield table(_HEADINGS, [_row(operation) for operation in operations])
    if project.unmounted:
        yield "\n## Included by no application\n\n"
        rows = [(code(u.router.name), code(u.router.location.start_only)) for u in project.unmounted]
        yield table(("Router", "Place"), rows)
    if project.unresolved:
        yield "\n## Not resolved\n\n"
        rows = [(code(u.location.start_only), escaped(f"{u.kind}: {u.reason}")) for u in project.unresolved]
        yield table(("Place", "Reason"), rows)


def _row(operation: PathOperation) -> tuple[str, ...]:
    return (
        operation.authentication.verdict.value,
        escaped(" ".join(operation.methods) or operation.kind.upper()),
        code(operation.path),
        escaped(guard_text(operation)),
        code(operation.location.start_only),
    )
