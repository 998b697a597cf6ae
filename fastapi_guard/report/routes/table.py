"""`table`: every operation with its verdict and its guard, grouped by router, for people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fastapi_guard.location import Location
from fastapi_guard.project.coverage import coverage
from fastapi_guard.project.model import Authentication, PathOperation, Project, RouterPlace, Unresolved, Verdict
from fastapi_guard.report.inert import visible
from fastapi_guard.report.ink import Ink, padded, width_of
from fastapi_guard.report.view import View
from fastapi_guard.report.wrap import wrapped
from fastapi_guard.scan import ScanResult

STYLES = {
    Verdict.REQUIRED: "green",
    Verdict.OPTIONAL: "yellow",
    Verdict.INEFFECTIVE: "red",
    Verdict.NONE: "red",
    Verdict.UNKNOWN: "magenta",
}
_PUBLIC = "public"
_METHOD_WIDTH = 9
_MIN_WIDTH = 60
_MAX_WIDTH = 140
_MIN_PATH = 20
_MIN_GUARD = 16
_STEP = 3
"""How finely widths of the two flexible columns are tried."""
_MOST_PLACES = 3


@dataclass(frozen=True, slots=True)
class _Line:
    """The cells of an operation, inert."""

    verdict: str
    style: str
    method: str
    path: str
    guard: str


@dataclass(frozen=True, slots=True)
class _Columns:
    verdict: int
    method: int
    path: int
    guard: int


def write(result: ScanResult, view: View) -> Iterator[str]:
    project, ink = result.project, Ink(view.color)
    width = min(max(view.width, _MIN_WIDTH), _MAX_WIDTH)
    groups = grouped(project)
    lines = {id(operation): _line(operation) for operation in project.operations}
    columns = _columns(list(lines.values()), width)
    for app, operations_by_router in groups.items():
        yield ink(visible(app), "bold") + "\n\n"
        for router, operations in operations_by_router:
            yield from (f"{line}\n" for line in _router_lines(router, "", view, ink, width))
            for operation in operations:
                yield from (line.rstrip() + "\n" for line in _row(lines[id(operation)], columns, ink))
            yield "\n"
    yield from _left_out(project, view, ink, width)
    yield from (ink(line, "bold") + "\n" for line in wrapped(share(project), width))


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
    if _is_public(operation):
        return f"public: {operation.public_reason}" if operation.public_reason else "public"
    names = _guards(authentication)
    if authentication.verdict in (Verdict.UNKNOWN, Verdict.INEFFECTIVE) and authentication.reason:
        return f"{names}: {authentication.reason}" if names else authentication.reason
    return names or authentication.reason


def share(project: Project) -> str:
    """How many operations are authenticated, and what the others are."""
    covered = coverage(project.operations)
    if not covered.total and not covered.public:
        return "No operations."
    others = [
        f"{covered.by_verdict[verdict]:,} {verdict.value}"
        for verdict in Verdict
        if verdict is not Verdict.REQUIRED and covered.by_verdict.get(verdict)
    ]
    of = f"{covered.total:,} {'non-public ' if covered.public else ''}operations"
    text = f"{covered.authenticated:,} of {of} authenticated ({covered.shown} %)"
    if others:
        text += f"; {', '.join(others)}"
    return f"{text}; {covered.public:,} public" if covered.public else text


def _is_public(operation: PathOperation) -> bool:
    return operation.authentication.verdict is Verdict.NONE and operation.public_reason is not None


def _guards(authentication: Authentication) -> str:
    """The guards by their last name, with how they reach the operation; each once."""
    shown = [f"{guard.name.rpartition('.')[2]} ({guard.via.value})" for guard in authentication.by]
    return ", ".join(dict.fromkeys(shown))


def _line(operation: PathOperation) -> _Line:
    verdict = operation.authentication.verdict
    method = visible(" ".join(operation.methods or (operation.kind.upper(),)))
    path, guard = visible(operation.path), visible(short_guard(operation))
    if _is_public(operation):
        return _Line(_PUBLIC, "dim", method, path, guard)
    return _Line(verdict.value, STYLES[verdict], method, path, guard)


def short_guard(operation: PathOperation) -> str:
    """The guards for a narrow column beside the verdict: by name, how they arrive only where it is not by a parameter."""
    authentication = operation.authentication
    if _is_public(operation):
        return operation.public_reason or ""
    if authentication.verdict not in (Verdict.REQUIRED, Verdict.OPTIONAL):
        return guard_text(operation)
    vias: dict[str, list[str]] = {}
    inner = _guards_below_guards(operation)
    for guard in authentication.by:
        if (guard.name, guard.location) in inner:
            continue
        vias.setdefault(guard.name.rpartition(".")[2], []).append(guard.via.value)
    way_by_name = {
        name: next((way for way in ways if way not in ("parameter", "alias")), "") for name, ways in vias.items()
    }
    if len(way_by_name) > 1 and len(set(way_by_name.values())) == 1:
        *first, last = way_by_name
        way_by_name = {**dict.fromkeys(first, ""), last: way_by_name[last]}
    parts = [f"{name} ({way})" if way else name for name, way in way_by_name.items()]
    return ", ".join(parts) or authentication.reason


def _guards_below_guards(operation: PathOperation) -> set[tuple[str, Location | None]]:
    """Guards that arrive only as dependencies of other guards."""
    guards = {(guard.name, guard.location) for guard in operation.authentication.by}
    inner: set[tuple[str, Location | None]] = set()
    outer: set[tuple[str, Location | None]] = set()
    pending = [(root, False) for root in operation.dependencies]
    while pending:
        node, is_inside = pending.pop()
        is_guard = (node.name, node.location) in guards
        if is_guard:
            (inner if is_inside else outer).add((node.name, node.location))
        pending += [(child, is_inside or is_guard) for child in node.children]
    return inner - outer


def _columns(lines: Sequence[_Line], width: int) -> _Columns:
    """As wide as needed where there is room; else the two flexible columns share it so that fewest lines are filled."""
    verdict = max((width_of(line.verdict) for line in lines), default=0)
    method = min(max((width_of(line.method) for line in lines), default=0), _METHOD_WIDTH)
    room = width - (2 + verdict + 2 + method + 2 + 2)
    path = max((width_of(line.path) for line in lines), default=_MIN_PATH)
    guard = max((width_of(line.guard) for line in lines), default=_MIN_GUARD)
    if path + guard <= room:
        return _Columns(verdict, method, path, guard)
    widths = [*range(_MIN_PATH, room - _MIN_GUARD, _STEP), min(path, room - _MIN_GUARD)]
    best = min(widths, key=lambda tried: (_height(lines, tried, room - tried), -tried))
    return _Columns(verdict, method, best, room - best)


def _height(lines: Sequence[_Line], path: int, guard: int) -> int:
    """How many terminal lines the operations take."""
    paths = {text: len(wrapped(text, path)) for text in {line.path for line in lines}}
    guards = {text: len(wrapped(text, guard)) for text in {line.guard for line in lines}}
    return sum(max(paths[line.path], guards[line.guard]) for line in lines)


def _router_lines(
    router: RouterPlace, remark: str, view: View, ink: Ink, width: int, indent: str = ""
) -> Iterator[str]:
    """Name and place of a router, on two lines where they do not fit on one."""
    name = visible(router.name)
    place = visible(f"{view.path_prefix}{router.location.start_only}") + (f"  {remark}" if remark else "")
    if width_of(indent) + width_of(name) + 2 + width_of(place) <= width:
        yield f"{indent}{ink(name, 'cyan')}  {ink(place, 'dim')}"
        return
    yield from (indent + ink(line, "cyan") for line in wrapped(name, width - width_of(indent)))
    yield from (f"{indent}  {ink(line, 'dim')}" for line in wrapped(place, width - width_of(indent) - 2))


def _row(line: _Line, columns: _Columns, ink: Ink) -> Iterator[str]:
    methods = wrapped(line.method, columns.method)
    paths = wrapped(line.path, columns.path)
    guards = wrapped(line.guard, columns.guard)
    for index in range(max(len(methods), len(paths), len(guards))):
        verdict = padded(line.verdict if index == 0 else "", columns.verdict)
        method, path, guard = (column[index] if index < len(column) else "" for column in (methods, paths, guards))
        yield (
            f"  {ink(verdict, line.style)}  {padded(method, columns.method)}"
            f"  {padded(path, columns.path)}  {ink(guard, 'dim' if line.verdict == _PUBLIC else '')}"
        )


def _left_out(project: Project, view: View, ink: Ink, width: int) -> Iterator[str]:
    """Routers that nothing includes, and what could not be followed."""
    if project.unmounted:
        yield ink(f"Included by no application ({len(project.unmounted):,})", "bold") + "\n"
        for unmounted in project.unmounted:
            count = len(unmounted.operations)
            remark = f"{count:,} operation{'' if count == 1 else 's'}"
            yield from (f"{line}\n" for line in _router_lines(unmounted.router, remark, view, ink, width, "  "))
        yield "\n"
    if project.unresolved:
        yield ink(f"Not resolved ({len(project.unresolved):,})", "bold") + "\n"
        for text, places in _by_reason(project.unresolved, view).items():
            yield from (f"  {line}\n" for line in wrapped(text, width - 2))
            shown = ", ".join(places[:_MOST_PLACES])
            more = f" and {len(places) - _MOST_PLACES:,} more" if len(places) > _MOST_PLACES else ""
            yield from (f"    {ink(line, 'dim')}\n" for line in wrapped(shown + more, width - 4))
        yield "\n"


def _by_reason(unresolved: Sequence[Unresolved], view: View) -> Mapping[str, list[str]]:
    """Places by what could not be followed there and why."""
    places: dict[str, list[str]] = {}
    for item in unresolved:
        place = visible(f"{view.path_prefix}{item.location.start_only}")
        places.setdefault(visible(f"{item.kind}: {item.reason}"), []).append(place)
    return places
