"""`html`: one page that needs nothing else: every operation by router, and the chain of each with its source lines.

The page is fixed text. What comes from the analysed tree stands in one JSON element, inert, and becomes text nodes.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi_guard.location import Location
from fastapi_guard.project.coverage import is_left_public
from fastapi_guard.project.explanation import Explanation
from fastapi_guard.project.model import Dependant, Guard, Unmounted, Unresolved, Verdict
from fastapi_guard.project.near_misses import explain, neighbourhood
from fastapi_guard.report.excerpt import lines_of
from fastapi_guard.report.inert import visible
from fastapi_guard.report.json_text import dumps
from fastapi_guard.report.routes.mermaid import PUBLIC, status
from fastapi_guard.report.routes.table import grouped, share, short_guard
from fastapi_guard.report.view import View
from fastapi_guard.report.why.words import conclusion, dependency_text, effect_text, place_of, public_text, step_text
from fastapi_guard.scan import ScanResult

_PAGE = Path(__file__).parent / "page"
_MOST_LINES = 8
"""Of one place."""
_TAB = "    "


@dataclass(slots=True)
class _Sources:
    """The source lines that the page shows, each once, and texts by number."""

    texts: Mapping[str, str]
    lines: dict[str, list[str]] = field(default_factory=dict)
    shown: dict[str, dict[int, str]] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)

    def place(self, location: Location | None) -> list[Any] | None:
        """Path, first and last line; the lines are kept."""
        if location is None:
            return None
        path = location.path
        if path not in self.lines:
            self.lines[path] = lines_of(self.texts[path]) if path in self.texts else []
        lines = self.lines[path]
        end = min(max(location.end_line, location.line), location.line + _MOST_LINES - 1, len(lines))
        kept = self.shown.setdefault(visible(path), {})
        for number in range(max(location.line, 1), end + 1):
            kept[number] = visible(lines[number - 1].replace("\t", _TAB))
        return [self.word(path), location.line, max(end, location.line)]

    def word(self, text: str) -> int:
        """The number of a text."""
        return self.words.setdefault(visible(text), len(self.words))


def write(result: ScanResult, view: View) -> Iterator[str]:
    style = (_PAGE / "style.css").read_text(encoding="utf-8")
    script = (_PAGE / "script.js").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    page = (_PAGE / "page.html").read_text(encoding="utf-8")
    data = safe_json(document(result))
    pieces = {"POLICY": policy, "STYLE": style, "SCRIPT": script, "DATA": data, "VERSION": _plain(view.version)}
    for index, part in enumerate(page.split("@@")):
        yield pieces[part] if index % 2 else part


def safe_json(value: Any) -> str:
    """JSON that can stand in a `script` element: nothing in it ends the element or begins a comment."""
    text = dumps(value, indent=None)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def document(result: ScanResult) -> dict[str, Any]:
    """Everything that the page shows, as plain values; texts and source lines stand in it once."""
    project = result.project
    sources = _Sources(result.texts)
    around = neighbourhood(project, result.texts)
    apps = [
        {
            "name": visible(app),
            "routers": [
                {
                    "name": visible(router.name),
                    "place": sources.place(router.location),
                    "status": status(operations),
                    "operations": [_operation(explain(operation, around), sources) for operation in operations],
                }
                for router, operations in operations_by_router
            ],
        }
        for app, operations_by_router in grouped(project).items()
    ]
    left_out = [*map(_unmounted, project.unmounted), *_unresolved(project.unresolved)]
    return {
        "share": visible(share(project)),
        "apps": apps,
        "left_out": left_out,
        "words": list(sources.words),
        "sources": sources.shown,
    }


def _operation(explanation: Explanation, sources: _Sources) -> dict[str, Any]:
    operation = explanation.operation
    name = sources.word
    return {
        "methods": [visible(method) for method in operation.methods or (operation.kind.upper(),)],
        "path": visible(operation.path),
        "verdict": PUBLIC if is_left_public(operation) else operation.authentication.verdict.value,
        "guard": name(short_guard(operation)),
        "handler": name(operation.endpoint_name),
        "place": sources.place(operation.location),
        "says": [name(text) for text in (conclusion(explanation), public_text(explanation)) if text],
        "schemes": [name(scheme) for scheme in operation.authentication.schemes],
        "way": list(_way(explanation, sources)),
        "middlewares": [
            [
                name(f"`{middleware.name}`"),
                name(effect_text(explanation.middleware_effect(middleware)) or "rejects no stranger here"),
                sources.place(middleware.added_at),
            ]
            for middleware in explanation.middlewares
        ],
        "misses": [[name(miss.text), sources.place(miss.location)] for miss in explanation.near_misses],
    }


def _way(explanation: Explanation, sources: _Sources) -> Iterator[list[Any]]:
    """Depth, text, place and verdict (where it counts), for each step and, below it, for what is added there."""
    for step in explanation.steps:
        guard = explanation.effect_of(step.name, step.location)
        yield [0, sources.word(step_text(step, explanation)), sources.place(step.location), _tone(guard, explanation)]
        yield from _rejection(guard, 1, sources)
        for root in step.dependencies:
            yield from _dependency(root, 1, explanation, sources)


def _dependency(node: Dependant, depth: int, explanation: Explanation, sources: _Sources) -> Iterator[list[Any]]:
    guard = explanation.effect_of(node.name, node.location)
    tone = "unknown" if node.unresolved else _tone(guard, explanation)
    yield [depth, sources.word(dependency_text(node, explanation)), sources.place(place_of(node)), tone]
    yield from _rejection(guard, depth + 1, sources)
    for child in node.children:
        yield from _dependency(child, depth + 1, explanation, sources)


def _tone(guard: Guard | None, explanation: Explanation) -> str:
    """The verdict of a guard that decides or rejects; a scheme below a guard that rejects says nothing by itself."""
    if guard is None:
        return ""
    counts = guard in explanation.operation.authentication.by or guard.verdict is Verdict.REQUIRED
    return guard.verdict.value if counts else ""


def _rejection(guard: Guard | None, depth: int, sources: _Sources) -> Iterator[list[Any]]:
    if guard is not None and guard.rejects_at is not None:
        yield [depth, sources.word("rejects here"), sources.place(guard.rejects_at), guard.verdict.value]


def _unmounted(unmounted: Unmounted) -> list[str]:
    count = len(unmounted.operations)
    text = f"router {unmounted.router.name} is included by no application: {count} operation{'' if count == 1 else 's'}"
    return [visible(text), visible(unmounted.router.location.start_only)]


def _unresolved(unresolved: Sequence[Unresolved]) -> list[list[str]]:
    return [[visible(f"{item.kind}: {item.reason}"), visible(item.location.start_only)] for item in unresolved]


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _plain(version: str) -> str:
    return "".join(character for character in version if character.isalnum() or character in ".+-")
