"""`table`: every operation with its verdict and its guard, grouped by router, for people."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi_guard.location import Location
from fastapi_guard.project.model import Authentication, PathOperation, Project, RouterPlace, Verdict
from fastapi_guard.report.inert import visible
from fastapi_guard.report.ink import Ink, padded, width_of
from fastapi_guard.report.view import View
from fastapi_guard.report.wrap import wrapped

STYLES = {
    Verdict.REQUIRED: "green",
    Verdict.OPTIONAL: "yellow",
    Verdict.INEFFECTIVE: "red",
    Verdict.NONE: "red",
    Verdict.UNKNOWN: "magenta",
}
_VERDICT_WIDTH = max(len(verdict) for verdict in Verdict)
_METHOD_WIDTH = 9
_FIXED = 2 + _VERDICT_WIDTH + 2 + _METHOD_WIDTH + 2 + 2
_MIN_WIDTH = 60
_MAX_WIDTH = 140


@dataclass(frozen=True, slots=True)
class _Columns:
    path: int
    guard: int


def write(project: Project, view: View) -> Iterator[str]:
    ink = Ink(view.color)
    columns = _columns(project, min(max(view.width, _MIN_WIDTH), _MAX_WIDTH))
    for app, operations_by_router in grouped(project).items():
        yield ink(visible(app), "bold") + "\n\n"
        for router, operations in operations_by_router:
            yield _router_line(router, view, ink) + "\n"
            for operation in operations:
                yield from (line.rstrip() + "\n" for line in _row(operation, columns, ink))
            yield "\n"
    yield from _left_out(project, view, ink)
    yield ink(share(project), "bold") + "\n"


def grouped(project: Project) -> Mapping[str, list[tuple[RouterPlace, list[PathOperation]]]]:
    """Operations by application and router, each in the order in which it first appears."""
    groups: dict[str, dict[tuple[str, Location], tuple[RouterPlace, list[PathOperation]]]] = {}
    for operation in project.operations:
        router = operation.router
        by_router = groups.setdefault(operation.app, {})
        by_router.setdefault((router.name, router.location), (router, []))[1].append(operation)
    return {app: list(by_router.values()) for app, by_router in groups.items()}


def guard_text(operation: PathOperation) -> str:
    """Who guards an operation, or why nobody has to or it is not known."""
    authentication = operation.authentication
    if authentication.verdict is Verdict.NONE and operation.public_reason is not None:
        return f"public: {operation.public_reason}" if operation.public_reason else "public"
    names = _guards(authentication)
    if authentication.verdict in (Verdict.UNKNOWN, Verdict.INEFFECTIVE) and authentication.reason:
        return f"{names}: {authentication.reason}" if names else authentication.reason
    return names or authentication.reason


def _guards(authentication: Authentication) -> str:
    """The guards by their last name, with how they reach the operation; each once."""
    shown = [f"{guard.name.rpartition('.')[2]} ({guard.via.value})" for guard in authentication.by]
    return ", ".join(dict.fromkeys(shown))


def _columns(project: Project, width: int) -> _Columns:
    """Widths of the two flexible columns: as wide as needed, at most what is there."""
    room = width - _FIXED
    longest_path = max((width_of(visible(operation.path)) for operation in project.operations), default=20)
    longest_guard = max((width_of(visible(guard_text(operation))) for operation in project.operations), default=20)
    if longest_path + longest_guard <= room:
        return _Columns(longest_path, longest_guard)
    path = min(longest_path, max(room - longest_guard, room * 3 // 5))
    return _Columns(path, room - path)


def _router_line(router: RouterPlace, view: View, ink: Ink) -> str:
    place = visible(f"{view.path_prefix}{router.location.start_only}")
    return f"{ink(visible(router.name), 'cyan')}  {ink(place, 'dim')}"


def _row(operation: PathOperation, columns: _Columns, ink: Ink) -> Iterator[str]:
    verdict = operation.authentication.verdict
    is_public = verdict is Verdict.NONE and operation.public_reason is not None
    methods = wrapped(visible(" ".join(operation.methods or (operation.kind.upper(),))), _METHOD_WIDTH)
    paths = wrapped(visible(operation.path), columns.path)
    guards = wrapped(visible(guard_text(operation)), columns.guard)
    for index in range(max(len(methods), len(paths), len(guards))):
        shown_verdict = padded(verdict.value if index == 0 else "", _VERDICT_WIDTH)
        method, path, guard = (column[index] if index < len(column) else "" for column in (methods, paths, guards))
        style = "dim" if is_public else STYLES[verdict]
        yield (
            f"  {ink(shown_verdict, style)}  {padded(method, _METHOD_WIDTH)}"
            f"  {padded(path, columns.path)}  {ink(guard, 'dim' if is_public else '')}"
        )


def _left_out(project: Project, view: View, ink: Ink) -> Iterator[str]:
    """Routers that nothing includes, and what could not be followed."""
    if project.unmounted:
        yield ink("Included by no application", "bold") + "\n"
    for unmounted in project.unmounted:
        count = len(unmounted.operations)
        yield f"  {_router_line(unmounted.router, view, ink)}  {count} operation{'' if count == 1 else 's'}\n"
    if project.unmounted:
        yield "\n"
    if project.unresolved:
        yield ink("Not resolved", "bold") + "\n"
    for unresolved in project.unresolved:
        place = visible(f"{view.path_prefix}{unresolved.location.start_only}")
        yield f"  {ink(place, 'dim')}  {visible(unresolved.kind)}: {visible(unresolved.reason)}\n"
    if project.unresolved:
        yield "\n"


def share(project: Project) -> str:
    """How many operations are authenticated, and what the others are."""
    verdicts = Counter(
        operation.authentication.verdict for operation in project.operations if operation.kind in ("http", "websocket")
    )
    total, required = verdicts.total(), verdicts[Verdict.REQUIRED]
    if not total:
        return "No operations."
    others = [
        f"{verdicts[verdict]:,} {verdict.value}"
        for verdict in Verdict
        if verdict is not Verdict.REQUIRED and verdicts[verdict]
    ]
    authenticated = f"{required:,} of {total:,} operations authenticated ({100 * required / total:.1f} %)"
    return f"{authenticated}; {', '.join(others)}" if others else authenticated
