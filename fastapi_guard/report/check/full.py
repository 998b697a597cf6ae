"""`full`: each finding with its source, the places that belong to it, why it is true and what helps."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi_guard.finding import Confidence, Diagnostic, OperationPlace, Problem, Severity
from fastapi_guard.location import Location
from fastapi_guard.report.excerpt import Marker, excerpt, lines_of
from fastapi_guard.report.inert import visible
from fastapi_guard.report.ink import Ink, width_of
from fastapi_guard.report.proof_tree import drawn
from fastapi_guard.report.span import by_place, end_of, problems_by_place
from fastapi_guard.report.view import View
from fastapi_guard.report.wrap import wrapped
from fastapi_guard.scan import ScanResult

STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}

_MAX_RELATED = 6
_MAX_OPERATIONS = 8
_MIN_WIDTH = 40
_MAX_WIDTH = 120


@dataclass(frozen=True, slots=True)
class _Page:
    """What every part of the report is drawn with."""

    view: View
    ink: Ink
    width: int
    texts: Mapping[str, str]


def write(result: ScanResult, view: View) -> Iterator[str]:
    width = min(max(view.width, _MIN_WIDTH), _MAX_WIDTH)
    page = _Page(view, Ink(view.color), width, result.texts)
    for problem in problems_by_place(result.problems):
        yield from _ended(_problem(problem, page))
    for diagnostic in by_place(result.diagnostics):
        yield from _ended(_finding(diagnostic, page))


def _ended(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line.rstrip() + "\n"
    yield "\n"


def _problem(problem: Problem, page: _Page) -> Iterator[str]:
    gutter = len(str(problem.location.line))
    yield from _headline(f"error[{problem.code}]", "red", problem.message, page)
    yield from _place("-->", problem.location, Marker("^", "red"), page, gutter)


def _finding(diagnostic: Diagnostic, page: _Page) -> Iterator[str]:
    finding = diagnostic.finding
    style = STYLES[diagnostic.severity]
    related = finding.related[:_MAX_RELATED]
    gutter = max(len(str(end_of(place)[0])) for place in (finding.location, *(other.location for other in related)))
    label = f"{diagnostic.severity.label}[{diagnostic.code} {diagnostic.name}]"
    yield from _headline(label, style, diagnostic.message, page)
    yield from _place("-->", finding.location, Marker("^", style), page, gutter)
    for other in related:
        yield from _place(":::", other.location, Marker("-", "blue", other.message), page, gutter)
    if len(finding.related) > len(related):
        yield f"{'':{gutter}} {page.ink(':::', 'blue')} and {len(finding.related) - len(related)} more places"
    yield f"{'':{gutter}} {page.ink('|', 'blue')}"
    if finding.proof:
        yield from _why(diagnostic, page, gutter)
    if len(finding.operations) > 1:
        yield from _operations(finding.operations, page, gutter)
    if diagnostic.help:
        yield from _note("help", visible(diagnostic.help), page, gutter)
    if diagnostic.confidence is not Confidence.HIGH:
        yield from _note("note", f"the confidence of this finding is {diagnostic.confidence.label}", page, gutter)
    if diagnostic.url:
        yield from _note("see", visible(diagnostic.url), page, gutter)


def _headline(label: str, style: str, message: str, page: _Page) -> Iterator[str]:
    first, *more = wrapped(f"{label}: {visible(message)}", page.width)
    if first.startswith(label):
        yield page.ink(label, style) + page.ink(first[len(label) :], "bold")
    else:
        yield page.ink(first, style)
    for line in more:
        yield page.ink("  " + line, "bold")


def _place(arrow: str, location: Location, marker: Marker, page: _Page, gutter: int) -> Iterator[str]:
    """A file position, and the source there when it is known."""
    shown = visible(page.view.path_prefix + location.path)
    text = page.texts.get(location.path)
    yield f"{'':{gutter}}{page.ink(arrow, 'blue')} {shown}:{location.line}:{location.column}"
    source = list(excerpt(lines_of(text), location, marker, page.ink, gutter, page.width)) if text is not None else []
    if source:
        yield from source
    elif marker.label:
        for line in wrapped(visible(marker.label), page.width - gutter - 5):
            yield f"{'':{gutter}}     {page.ink(line, marker.style)}"


def _note(title: str, text: str, page: _Page, gutter: int) -> Iterator[str]:
    head = f"{'':{gutter}} = {title}: "
    for index, line in enumerate(wrapped(text, page.width - len(head))):
        lead = f"{'':{gutter}} {page.ink('=', 'blue')} {page.ink(title, 'bold')}: "
        yield (lead if index == 0 else " " * len(head)) + line


def _why(diagnostic: Diagnostic, page: _Page, gutter: int) -> Iterator[str]:
    yield f"{'':{gutter}} {page.ink('=', 'blue')} {page.ink('why', 'bold')}:"
    indent = " " * (gutter + 3)
    for line in drawn(diagnostic.finding.proof, page.view, page.ink, page.width - len(indent)):
        yield indent + line


def _operations(operations: tuple[OperationPlace, ...], page: _Page, gutter: int) -> Iterator[str]:
    yield f"{'':{gutter}} {page.ink('=', 'blue')} {page.ink('operations', 'bold')}: {len(operations)}"
    indent = " " * (gutter + 3)
    for operation in operations[:_MAX_OPERATIONS]:
        name = visible(f"{operation.method} {operation.path}")
        place = visible(f"{page.view.path_prefix}{operation.file}:{operation.line}")
        if len(indent) + width_of(name) + 2 + width_of(place) <= page.width:
            yield f"{indent}{name}  {page.ink(place, 'dim')}"
        else:
            yield indent + name
            yield f"{indent}  {page.ink(place, 'dim')}"
    if len(operations) > _MAX_OPERATIONS:
        yield f"{indent}and {len(operations) - _MAX_OPERATIONS} more"
