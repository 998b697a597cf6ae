"""What could have guarded an operation and does not: guards of its siblings, comments, middlewares that let it through."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fastapi_guard.location import Location
from fastapi_guard.project.explanation import Explanation, NearMiss, middlewares_of, steps_of
from fastapi_guard.project.grouping import SERVED, application_of, is_guarded
from fastapi_guard.project.model import Dependant, PathOperation, Project, Verdict, Via
from fastapi_guard.source.comments import Comment, comments_of

_DEPENDENCY = re.compile(r"\b(?:Depends|Security)\s*\(|\bdependencies\s*=")
_ALIAS = re.compile(r"^\s*(?:type\s+)?(\w+)\s*(?::[^=]+)?=")
_LINES_ABOVE = 1


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What near misses are looked for in: the operations of a project by their place, and its texts."""

    project: Project
    texts: Mapping[str, str]
    by_router: Mapping[Location, Sequence[PathOperation]]
    by_application: Mapping[Location, Sequence[PathOperation]]
    exempting: Mapping[tuple[str, str], Location | None]
    """Middlewares that reject strangers somewhere, by application and name, with where they do."""
    comments: dict[str, tuple[Comment, ...]] = field(default_factory=dict)
    """By path, of the files that were looked into."""


def neighbourhood(project: Project, texts: Mapping[str, str]) -> Neighbourhood:
    """What explanations of a project's operations share."""
    by_router: dict[Location, list[PathOperation]] = {}
    by_application: dict[Location, list[PathOperation]] = {}
    exempting: dict[tuple[str, str], Location | None] = {}
    for operation in project.operations:
        if operation.kind in SERVED:
            by_router.setdefault(operation.router.location, []).append(operation)
            by_application.setdefault(application_of(operation).location, []).append(operation)
        for guard in (*operation.authentication.by, *operation.authentication.beside):
            if guard.via is Via.MIDDLEWARE and guard.verdict is Verdict.REQUIRED:
                exempting.setdefault((operation.app, guard.name), guard.rejects_at)
    return Neighbourhood(project, texts, by_router, by_application, exempting)


def explain(operation: PathOperation, around: Neighbourhood) -> Explanation:
    """The proof tree of an operation, with what nearly guards it."""
    bare = Explanation(operation, tuple(steps_of(operation)), middlewares_of(around.project, operation), ())
    return Explanation(bare.operation, bare.steps, bare.middlewares, tuple(_near_misses(bare, around)))


def _near_misses(explanation: Explanation, around: Neighbourhood) -> Iterator[NearMiss]:
    operation = explanation.operation
    if operation.kind not in SERVED:
        return
    yield from _shadowing(operation, around)
    usual = None
    if not is_guarded(operation):
        usual = _usual_guard(operation, around)
        yield from _schemes_without_error(operation)
        yield from _lenient_middlewares(explanation, around)
    if usual is not None:
        yield usual.near_miss(around.texts)
    yield from _commented_out(explanation, around, usual.names(around.texts) if usual else ())


@dataclass(frozen=True, slots=True)
class _Usual:
    """The guard that most of an operation's guarded siblings have."""

    root: Dependant
    """What brings it."""
    guard: str
    users: int
    others: int
    of: str

    def alias(self, texts: Mapping[str, str]) -> str:
        """The name that the guard is bound to in `CurrentUser = Annotated[User, Depends(get_current_user)]`."""
        at = self.root.declared_at
        if self.root.via is not Via.ALIAS or at is None or at.path not in texts:
            return ""
        lines = texts[at.path].splitlines()[: at.line]
        named = (found.group(1) for line in reversed(lines[-8:]) if (found := _ALIAS.match(line)))
        return next(named, "")

    def names(self, texts: Mapping[str, str]) -> tuple[str, ...]:
        short = (self.guard.rpartition(".")[2], self.root.name.rpartition(".")[2], self.alias(texts))
        return tuple(dict.fromkeys(filter(None, short)))

    def near_miss(self, texts: Mapping[str, str]) -> NearMiss:
        guard = self.guard.rpartition(".")[2]
        how_many = f"{self.users} of the {self.others} other operations of this {self.of}"
        alias = self.alias(texts)
        if alias:
            text = f"`{alias}` brings `{guard}` to {how_many}; this handler does not take it"
            return NearMiss("alias", text, self.root.declared_at)
        ways = {
            Via.PARAMETER: "take it as a parameter",
            Via.ALIAS: "take it as a parameter",
            Via.DECORATOR: "have it in `dependencies=` of their decorator",
            Via.ROUTER: "have it in `dependencies=` of their router",
            Via.INCLUDE: "are included with it in `dependencies=`",
        }
        way = ways.get(self.root.via, "have it")
        text = f"`{guard}` guards {how_many}, which {way}; this one does not"
        return NearMiss("sibling", text, self.root.location)


def _usual_guard(operation: PathOperation, around: Neighbourhood) -> _Usual | None:
    """The guard of the siblings on the same router, else of the other operations of the application."""
    for of, siblings in (
        ("router", around.by_router.get(operation.router.location, ())),
        ("application", around.by_application.get(application_of(operation).location, ())),
    ):
        others = [other for other in siblings if other is not operation]
        roots = [root for other in others if is_guarded(other) if (root := _guarding_root(other)) is not None]
        if not roots:
            continue
        names = Counter(guard for _, guard in roots)
        best = max(roots, key=lambda pair: names[pair[1]])
        same = [root for root, guard in roots if guard == best[1]]
        usual = next((root for root in same if root.via is Via.ALIAS), best[0])
        return _Usual(usual, best[1], names[best[1]], len(others), of)
    return None


def _guarding_root(operation: PathOperation) -> tuple[Dependant, str] | None:
    """The first root of the dependency tree that holds a deciding guard, and that guard."""
    names = {guard.name for guard in operation.authentication.by}
    for root in operation.dependencies:
        for node in root.walk():
            if node.name in names and node.via is not Via.APP:
                return root, node.name
    return None


def _schemes_without_error(operation: PathOperation) -> Iterator[NearMiss]:
    schemes = {node.scheme: node for node in operation.walk_dependencies() if node.scheme}
    for scheme in schemes:
        if scheme.auto_error is False:
            text = f"`{scheme.name}` has `auto_error=False`: a request without credential goes on with None"
            yield NearMiss("auto-error", text, scheme.location)


def _lenient_middlewares(explanation: Explanation, around: Neighbourhood) -> Iterator[NearMiss]:
    operation = explanation.operation
    for middleware in explanation.middlewares:
        key = (operation.app, middleware.name)
        if key not in around.exempting or explanation.middleware_effect(middleware) is not None:
            continue
        name = middleware.name.rpartition(".")[2]
        place = around.exempting[key] or middleware.location
        if operation.kind == "websocket":
            yield NearMiss(
                "websocket", f"the middleware `{name}` rejects strangers and lets this WebSocket through", place
            )
        else:
            yield NearMiss(
                "exempt", f"the middleware `{name}` rejects strangers elsewhere and exempts this path", place
            )


def _shadowing(operation: PathOperation, around: Neighbourhood) -> Iterator[NearMiss]:
    """An operation with the same path that is matched before this one."""
    for other in around.by_application.get(application_of(operation).location, ()):
        if other is operation:
            return
        if (other.app, other.path, other.kind) == (operation.app, operation.path, operation.kind):
            if set(operation.methods) <= set(other.methods):
                text = f"`{other.endpoint_name.rpartition('.')[2]}` has the same path and is matched first: this one never runs"
                yield NearMiss("shadowed", text, other.location)
                return


def _commented_out(explanation: Explanation, around: Neighbourhood, names: Iterable[str]) -> Iterator[NearMiss]:
    """Comments beside the handler, its router and its inclusions that hold a dependency, found as text."""
    wanted = re.compile("|".join([_DEPENDENCY.pattern, *(rf"\b{re.escape(name)}\b" for name in names)]))
    for path, first, last in _nearby(explanation):
        for comment in _comments(path, around):
            if first <= comment.line <= last and wanted.search(comment.text) and "fastapi-guard:" not in comment.text:
                shown = comment.text.lstrip("#").strip()
                text = f"a comment here reads `{shown[:80]}` (found as text; it does nothing)"
                yield NearMiss("commented-out", text, Location(path, comment.line, comment.column))


def _nearby(explanation: Explanation) -> Iterator[tuple[str, int, int]]:
    """The lines (path, first, last) of an operation's handler, registration, routers and inclusions."""
    operation = explanation.operation
    seen: set[tuple[str, int]] = set()
    handler = operation.endpoint.definition if operation.endpoint else None
    first = min(operation.decorator_location.line, operation.location.line)
    last = getattr(handler, "end_lineno", None) or operation.location.end_line or operation.location.line
    spans = [(operation.location.path, first - _LINES_ABOVE, last)]
    for step in explanation.steps:
        end = max(step.location.end_line, step.location.line)
        spans.append((step.location.path, step.location.line - _LINES_ABOVE, end))
    for path, first, last in spans:
        lines = [line for line in range(first, last + 1) if (path, line) not in seen]
        seen.update((path, line) for line in lines)
        if lines:
            yield path, lines[0], lines[-1]


def _comments(path: str, around: Neighbourhood) -> tuple[Comment, ...]:
    if path not in around.comments:
        text = around.texts.get(path, "")
        around.comments[path] = tuple(comments_of(text)) if "#" in text else ()
    return around.comments[path]
