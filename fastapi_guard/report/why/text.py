"""`text`: the proof tree for people, with every place."""

from collections.abc import Iterator

from fastapi_guard.finding import Proof
from fastapi_guard.project.explanation import Explanation, Step
from fastapi_guard.project.model import Dependant
from fastapi_guard.report.inert import visible
from fastapi_guard.report.ink import Ink
from fastapi_guard.report.proof_tree import drawn
from fastapi_guard.report.routes.table import STYLES
from fastapi_guard.report.view import View
from fastapi_guard.report.why.queries import queries
from fastapi_guard.report.why.words import conclusion, dependency_text, effect_text, place_of, public_text, step_text
from fastapi_guard.report.wrap import wrapped

_MIN_WIDTH = 40
_MAX_WIDTH = 140


def write(explanation: Explanation, view: View) -> Iterator[str]:
    ink = Ink(view.color)
    width = min(max(view.width, _MIN_WIDTH), _MAX_WIDTH)
    for line in _lines(explanation, view, ink, width):
        yield line.rstrip() + "\n"


def _lines(explanation: Explanation, view: View, ink: Ink, width: int) -> Iterator[str]:
    operation = explanation.operation
    verdict = operation.authentication.verdict
    yield f"{ink(visible(operation.title), 'bold')}: {ink(verdict.value, STYLES[verdict])}"
    sentences = [conclusion(explanation), public_text(explanation)]
    if operation.authentication.schemes:
        sentences.append(f"Security schemes: {', '.join(operation.authentication.schemes)}.")
    for sentence in filter(None, sentences):
        yield from (f"  {line}" for line in wrapped(visible(sentence), width - 2))
    yield from _section("Way", (_tree(explanation),), view, ink, width)
    middlewares = tuple(
        Proof(_middleware_text(explanation, index), middleware.added_at)
        for index, middleware in enumerate(explanation.middlewares)
    )
    yield from _section("Middlewares", middlewares, view, ink, width)
    yield from _section("Queries", tuple(proof for _, proof in queries(explanation)), view, ink, width)
    misses = tuple(Proof(miss.text, miss.location) for miss in explanation.near_misses)
    yield from _section("Near misses", misses, view, ink, width)


def _section(title: str, proofs: tuple[Proof, ...], view: View, ink: Ink, width: int) -> Iterator[str]:
    if proofs:
        yield ""
        yield ink(title, "bold")
        yield from (f"  {line}" for line in drawn(proofs, view, ink, width - 2))


def _middleware_text(explanation: Explanation, index: int) -> str:
    middleware = explanation.middlewares[index]
    effect = effect_text(explanation.middleware_effect(middleware)) or "rejects no stranger here"
    return f"`{middleware.name}`, {effect}"


def _tree(explanation: Explanation) -> Proof:
    """Each step holds what it adds and, last, the next step."""
    first, *rest = explanation.steps
    tree: tuple[Proof, ...] = ()
    for step in reversed(rest):
        tree = (_step(step, explanation, tree),)
    return _step(first, explanation, tree)


def _step(step: Step, explanation: Explanation, below: tuple[Proof, ...]) -> Proof:
    added = tuple(_dependency(root, explanation) for root in step.dependencies)
    return Proof(step_text(step, explanation), step.location, (*added, *below))


def _dependency(node: Dependant, explanation: Explanation) -> Proof:
    below = tuple(_dependency(child, explanation) for child in node.children)
    return Proof(dependency_text(node, explanation), place_of(node), below)
