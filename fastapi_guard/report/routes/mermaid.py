"""`mermaid`: which router is included where, as a flowchart coloured by verdict, for pages that render Mermaid."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fastapi_guard.location import Location
from fastapi_guard.project.coverage import is_left_public
from fastapi_guard.project.grouping import SERVED
from fastapi_guard.project.model import PathOperation, Project, RouterPlace, Verdict
from fastapi_guard.report.inert import visible
from fastapi_guard.report.view import View
from fastapi_guard.scan import ScanResult

PUBLIC, EMPTY, UNMOUNTED = "public", "empty", "unmounted"
WORST_FIRST = (Verdict.NONE, Verdict.INEFFECTIVE, Verdict.UNKNOWN, Verdict.OPTIONAL, Verdict.REQUIRED)

_COLORS = {
    Verdict.REQUIRED.value: "fill:#d9f2e0,stroke:#1a7f37,color:#0b3d1a",
    Verdict.OPTIONAL.value: "fill:#fff3c4,stroke:#9a6700,color:#4d3300",
    Verdict.INEFFECTIVE.value: "fill:#ffe2d1,stroke:#bc4c00,color:#5c2500",
    Verdict.NONE.value: "fill:#ffdcd9,stroke:#cf222e,color:#67060c",
    Verdict.UNKNOWN.value: "fill:#eedcff,stroke:#8250df,color:#3e1f79",
    PUBLIC: "fill:#e7ecf0,stroke:#6e7781,color:#24292f",
    EMPTY: "fill:#ffffff,stroke:#6e7781,color:#24292f",
    UNMOUNTED: "fill:#ffffff,stroke:#6e7781,color:#24292f,stroke-dasharray:4 3",
}
_PLAIN = re.compile(r"[^A-Za-z0-9 _./,-]")


@dataclass(slots=True)
class _Graph:
    """Routers by application and place, and the calls that connect them."""

    places: dict[tuple[str, Location], RouterPlace] = field(default_factory=dict)
    operations: dict[tuple[str, Location], list[PathOperation]] = field(default_factory=dict)
    edges: dict[tuple[tuple[str, Location], tuple[str, Location], Location], str] = field(default_factory=dict)


def write(result: ScanResult, view: View) -> Iterator[str]:
    project = result.project
    graph = _graph(project)
    yield "flowchart LR\n"
    ids = {key: f"r{index}" for index, key in enumerate(graph.places)}
    for key, place in graph.places.items():
        operations = graph.operations.get(key, [])
        yield f'  {ids[key]}["{_label(place, _counts(operations))}"]:::{status(operations)}\n'
    for (source, target, _), label in graph.edges.items():
        text = f'|"{escaped(label)}"|' if label else ""
        yield f"  {ids[source]} -->{text} {ids[target]}\n"
    for index, unmounted in enumerate(project.unmounted):
        counts = f"{len(unmounted.operations)} operations, included by no application"
        yield f'  u{index}["{_label(unmounted.router, counts)}"]:::{UNMOUNTED}\n'
    for name, style in _COLORS.items():
        yield f"  classDef {name} {style}\n"


def status(operations: Sequence[PathOperation]) -> str:
    """The worst that a router's operations are; `public` where all may be, `empty` where it has none."""
    served = [operation for operation in operations if operation.kind in SERVED]
    verdicts = {operation.authentication.verdict for operation in served if not is_left_public(operation)}
    worst = next((verdict.value for verdict in WORST_FIRST if verdict in verdicts), PUBLIC)
    return worst if served else EMPTY


def escaped(text: str) -> str:
    """Text for a quoted label: whatever could end it, or mean something in Mermaid or HTML, is a character code."""
    return _PLAIN.sub(lambda found: f"#{ord(found.group())};", visible(text))


def _graph(project: Project) -> _Graph:
    graph = _Graph()
    for application in project.applications:
        graph.places.setdefault((application.name, application.location), application.place)
    mounted = {context.router.location for operation in project.operations for context in operation.contexts}
    for application in project.applications:
        if application.location in mounted:
            graph.places.pop((application.name, application.location), None)
    for operation in project.operations:
        key = (operation.app, operation.application.location)
        graph.places.setdefault(key, operation.application)
        for context in operation.contexts:
            below = (operation.app, context.router.location)
            graph.places.setdefault(below, context.router)
            graph.edges.setdefault((key, below, context.location), context.prefix)
            key = below
        graph.operations.setdefault(key, []).append(operation)
    return graph


def _label(place: RouterPlace, counts: str) -> str:
    lines = (place.name or "a router", place.location.start_only, counts)
    return "<br/>".join(escaped(line) for line in lines if line)


def _counts(operations: Sequence[PathOperation]) -> str:
    """`5 required, 1 none, 2 public`."""
    served = [operation for operation in operations if operation.kind in SERVED]
    names = [PUBLIC if is_left_public(operation) else operation.authentication.verdict.value for operation in served]
    return ", ".join(f"{names.count(name)} {name}" for name in (*Verdict, PUBLIC) if name in names)
