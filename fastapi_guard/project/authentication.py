"""The verdict on each operation: what happens to a stranger, by what the callables before the handler do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_guard.knowledge.authentication import (
    CONTAINERS,
    DECORATORS,
    GUARDS,
    IDENTITY_LIBRARIES,
    look_up,
    sounds_like_identity,
)
from fastapi_guard.location import Location
from fastapi_guard.project.behaviour import Behaviour, BehaviourReader, dotted_name, status_of
from fastapi_guard.project.dependencies import Declared, DependencyReader
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.evaluator.operators import is_same_object
from fastapi_guard.project.middleware import MiddlewareReader
from fastapi_guard.project.model import Authentication, Dependant, Guard, PathOperation, Verdict, Via
from fastapi_guard.project.opinions import NOTHING, Opinion, conclude, strongest
from fastapi_guard.project.registration import Router
from fastapi_guard.project.strangers import StrangerReader
from fastapi_guard.project.values import (
    BoundMethod,
    Choice,
    Class,
    Conditional,
    External,
    Function,
    Instance,
    Literal,
    Mapping,
    Member,
    Result,
    Value,
)


@dataclass(frozen=True, slots=True)
class KnownGuards:
    """What configuration says of this code base: dotted names."""

    providers: tuple[str, ...] = ()
    middleware: tuple[str, ...] = ()
    owner_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replaced:
    """A dependency that does not run, or may not, because another is put in its place."""

    name: str
    location: Location | None
    opinion: Opinion


def overrides_of(applications: tuple[Router, ...]) -> Mapping | None:
    """The `dependency_overrides` of the application that serves; None when nothing is in them."""
    found = applications[-1].attributes.get("dependency_overrides") if applications else None
    return found if isinstance(found, Mapping) and found.items else None


def _override_of(target: Value, overrides: Mapping) -> Value | None:
    """What runs in place of a dependency."""
    same = (value for key, value in overrides.items.items() if isinstance(key, Value) and is_same_object(key, target))
    return next(same, None)


class Judge:
    """Judges operations; a class because callables and middlewares are judged once."""

    def __init__(self, interpreter: Interpreter, reader: DependencyReader, known: KnownGuards) -> None:
        self.reader = reader
        self.known = known
        self._opinions: dict[int, tuple[Opinion, Dependant]] = {}
        """By the identity of dependencies, which lasts as long as they are kept here."""
        self.behaviours = BehaviourReader(interpreter)
        self.strangers = StrangerReader(interpreter)
        self.forgers = StrangerReader(interpreter, is_forged=True)
        for cls, handler in interpreter.exception_handlers:
            if isinstance(cls, Class):
                cls.handled_status = self.answered_by(handler)
        self.middlewares = MiddlewareReader(self.behaviours, known.middleware)

    def answered_by(self, handler: Value) -> int | None:
        """The status that an exception handler answers with, where it is one constant; None where the exception says it."""
        responses = [result for result in self.behaviours.trace_of(handler).calls() if _is_response(result)]
        statuses = {status_of(result) for result in responses}
        if any(_takes_status_from(result, handler) for result in responses):
            return None
        return statuses.pop() if len(statuses) == 1 else None

    def judge(
        self,
        operation: PathOperation,
        applications: tuple[Router, ...],
        endpoint: Value,
        route_class: Class | None = None,
    ) -> Authentication:
        """The verdict on an operation of the last of `applications`, each of which mounts the next."""
        if isinstance(endpoint, Choice):
            verdicts = [self.judge(operation, applications, option, route_class) for option in endpoint.options]
            if len({verdict.verdict for verdict in verdicts}) == 1:
                return verdicts[0]
            return Authentication(Verdict.UNKNOWN, verdicts[0].schemes, (), "which handler runs is decided elsewhere")
        schemes = tuple(dict.fromkeys(node.scheme.name for node in operation.walk_dependencies() if node.scheme))
        opinions: list[tuple[Opinion, Guard]] = []
        overrides = overrides_of(applications)
        for root in operation.dependencies:
            for node in self._running(root, overrides):
                opinion = self.of_dependant(node) if isinstance(node, Dependant) else node.opinion
                if opinion.verdict is not Verdict.NONE:
                    opinions.append((opinion, Guard(node.name or "something unresolved", node.location, root.via)))
        opinions += self._of_wrappers(endpoint)
        opinions += self._of_route_class(route_class) if route_class is not None else []
        opinions += self.middlewares.opinions(operation, applications)
        opinions += self._of_backends(operation, applications, opinions)
        if not any(opinion.verdict is Verdict.REQUIRED for opinion, _ in opinions):
            opinions += self._of_body(operation, endpoint, opinions)
        return conclude(opinions, schemes)

    def _running(self, node: Dependant, overrides: Mapping | None) -> Iterator[Dependant | Replaced]:
        """The dependants that run, pre-order, where `dependency_overrides` puts others in the place of some."""
        target = self.reader.target_of(node) if overrides is not None else None
        override = _override_of(target, overrides) if target is not None and overrides is not None else None
        if override is None:
            yield node
            for child in node.children:
                yield from self._running(child, overrides)
            return
        value = override.value if isinstance(override, Conditional) else override
        other = self.reader.dependant(Declared(value, (), None), None, node.via, node.parameter)
        mine = strongest([self.of_dependant(below) for below in node.walk()])
        theirs = strongest([self.of_dependant(below) for below in other.walk()])
        if mine.verdict is theirs.verdict:
            yield from node.walk()
        elif isinstance(override, Conditional):
            reason = f"{node.name} is replaced by {other.name} where {override.setting} says so"
            yield Replaced(node.name, node.location, Opinion(Verdict.UNKNOWN, reason))
        elif theirs.verdict is Verdict.NONE:
            reason = f"`dependency_overrides` puts {other.name} in the place of {node.name}"
            yield Replaced(node.name, node.location, Opinion(Verdict.INEFFECTIVE, reason, node.location))
        else:
            yield from other.walk()

    def of_dependant(self, node: Dependant) -> Opinion:
        """What one dependency, without the ones below it, does to a stranger."""
        known = self._opinions.get(id(node))
        if known is None:
            known = self._opinions[id(node)] = (self._opinion_on(node), node)
        return known[0]

    def _opinion_on(self, node: Dependant) -> Opinion:
        if node.alternatives:
            own = self._of_one(node)
            others = [strongest([self.of_dependant(child) for child in other.walk()]) for other in node.alternatives]
            mine = strongest([own, *(self.of_dependant(child) for root in node.children for child in root.walk())])
            if all(opinion.verdict is mine.verdict for opinion in others):
                return own
            return Opinion(Verdict.UNKNOWN, f"whether {node.name} or something else runs is decided elsewhere")
        return self._of_one(node)

    def _of_one(self, node: Dependant) -> Opinion:
        """What a dependency does, whatever else may run in its place."""
        if node.unresolved:
            return Opinion(Verdict.UNKNOWN, f"a dependency could not be resolved: {node.unresolved}")
        if node.name in self.known.providers:
            return Opinion(Verdict.REQUIRED, "configured as a guard", node.location)
        target = self.reader.target_of(node)
        if target is None:
            return NOTHING
        if node.location is None:
            return self._of_library(node, target)
        behaviour = self.behaviours.of(target)
        known = look_up(GUARDS, node.name.partition(".<locals>.")[0])
        if known is not None and not behaviour.raises:  # the library's source stands in the tree
            return Opinion(_unless_optional(Verdict(known), target), f"{node.name} by its library", node.location)
        return self._of_behaviour(node, target, behaviour)

    def _of_behaviour(self, node: Dependant, target: Value, behaviour: Behaviour) -> Opinion:
        has_scheme = any(child.scheme for child in node.walk())
        looks = behaviour.looks_at_identity or has_scheme or self._below_looks(node)
        if behaviour.raises and looks:
            if behaviour.setting:
                return Opinion(Verdict.UNKNOWN, f"{node.name} can be switched off by {behaviour.setting}")
            if self.strangers.outcome(target).passes:
                return Opinion(
                    Verdict.OPTIONAL,
                    f"{node.name} rejects a wrong credential and lets an absent one pass",
                    node.location,
                )
            return Opinion(Verdict.REQUIRED, "", behaviour.raises[0])
        if node.scheme is not None:
            return _of_scheme(node, behaviour)
        if looks and behaviour.ran_out:
            return Opinion(Verdict.UNKNOWN, f"{node.name} is too large to be followed")
        if behaviour.verifies and has_scheme and _all_raise(node):
            if self.forgers.outcome(target).passes:
                return Opinion(
                    Verdict.INEFFECTIVE, f"{node.name} lets a credential pass that cannot be verified", node.location
                )
            return Opinion(Verdict.REQUIRED, "a wrong token ends in an unhandled error", node.location)
        if behaviour.looks_at_identity and has_scheme and behaviour.passes_token_on():
            return Opinion(Verdict.UNKNOWN, f"{node.name} hands the credential to code that could not be followed")
        if has_scheme and behaviour.passes_token_on():
            return Opinion(Verdict.UNKNOWN, f"{node.name} hands the credential to code that could not be followed")
        if behaviour.verifies:
            return Opinion(Verdict.OPTIONAL, f"{node.name} lets a request without credential pass", node.location)
        if behaviour.reads_credential and (has_scheme or sounds_like_identity(node.name)):
            return Opinion(Verdict.OPTIONAL, f"{node.name} looks at the credential and rejects nobody", node.location)
        if asked := behaviour.asks():
            return Opinion(Verdict.UNKNOWN, f"{node.name} gives the request to {asked}, which could not be followed")
        return NOTHING

    def _below_looks(self, node: Dependant) -> bool:
        for child in node.children:
            for below in child.walk():
                if below.scheme is not None:
                    return True
                target = self.reader.target_of(below)
                if target is not None and below.location is not None and self.behaviours.of(target).looks_at_identity:
                    return True
                if (
                    target is not None
                    and below.location is None
                    and self._of_library(below, target).verdict is not Verdict.NONE
                ):
                    return True
        return False

    def _of_library(self, node: Dependant, target: Value) -> Opinion:
        """A dependency that a library defines, by the tables of `knowledge.authentication`."""
        if node.scheme is not None:
            return _of_scheme(node, Behaviour())
        name = dotted_name(target)
        known = look_up(GUARDS, name)
        if known is not None:
            keywords = target.keywords if isinstance(target, Result) else {}
            optional = keywords.get("optional")
            if isinstance(optional, Literal) and optional.value is True:
                known = "optional"
            auto_error = keywords.get("auto_error")
            if isinstance(auto_error, Literal) and auto_error.value is False:
                known = "optional"
            return Opinion(Verdict(known), f"{name} by its library")
        top = name.partition(".")[0]
        if top in IDENTITY_LIBRARIES or (
            name and not name.startswith(HARMLESS_PREFIXES) and sounds_like_identity(name)
        ):
            return Opinion(Verdict.UNKNOWN, f"{name} is library code that may reject a stranger")
        return NOTHING

    def _of_wrappers(self, endpoint: Value) -> list[tuple[Opinion, Guard]]:
        """Decorators between the route and the handler."""
        found: list[tuple[Opinion, Guard]] = []
        layer = endpoint.function if isinstance(endpoint, BoundMethod) else endpoint
        while isinstance(layer, Function):
            for decorator in layer.decorators:
                found += _of_decorator(decorator)
            if layer.wraps is None:
                break
            behaviour = self.behaviours.of(layer)
            inner = self.behaviours.of(layer.wraps) if isinstance(layer.wraps, Function) else Behaviour()
            own = [place for place in behaviour.rejects if place not in inner.rejects]
            if own and behaviour.looks_at_identity:
                guard = Guard(f"{layer.module.name}.{layer.name}", layer.module.location(layer.definition), Via.WRAPPER)
                if behaviour.setting:
                    found.append(
                        (Opinion(Verdict.UNKNOWN, f"{guard.name} can be switched off by {behaviour.setting}"), guard)
                    )
                else:
                    found.append((Opinion(Verdict.REQUIRED, "", own[0]), guard))
            layer = layer.wraps
        return found

    def _of_route_class(self, cls: Class) -> list[tuple[Opinion, Guard]]:
        """A route class whose `get_route_handler` gives a handler that looks at the request before the endpoint's."""
        handler = self.behaviours.route_handler(cls)
        if handler is None:
            return []
        behaviour = self.behaviours.of(handler)
        guard = Guard(f"{cls.module.name}.{cls.name}", cls.module.location(cls.definition), Via.WRAPPER)
        if behaviour.rejects and behaviour.looks_at_identity:
            if behaviour.setting:
                return [(Opinion(Verdict.UNKNOWN, f"{guard.name} can be switched off by {behaviour.setting}"), guard)]
            if self.strangers.outcome(handler).passes:
                return [
                    (Opinion(Verdict.OPTIONAL, f"{guard.name} lets an absent credential pass", guard.location), guard)
                ]
            return [(Opinion(Verdict.REQUIRED, "", behaviour.rejects[0]), guard)]
        return []

    def _of_backends(
        self, operation: PathOperation, applications: tuple[Router, ...], opinions: list[tuple[Opinion, Guard]]
    ) -> list[tuple[Opinion, Guard]]:
        """`AuthenticationMiddleware` beside a bare scheme: one verifies what is sent, the other insists that it is."""
        if not any(opinion.verdict is Verdict.INEFFECTIVE for opinion, _ in opinions):
            return []
        names = {node.scheme.name for node in operation.walk_dependencies() if node.scheme and node.scheme.auto_error}
        if not names:
            return []
        found = []
        for authenticate, guard in self.middlewares.backends(operation, applications):
            if self.forgers.outcome(authenticate).passes:
                continue
            if names & SCHEMES_OF_AUTHORIZATION:
                found.append((Opinion(Verdict.REQUIRED, "", guard.location), guard))
            else:
                reason = f"{guard.name} may verify another credential than the one that is asked for"
                found.append((Opinion(Verdict.UNKNOWN, reason), guard))
        return found

    def _of_body(
        self, operation: PathOperation, endpoint: Value, opinions: list[tuple[Opinion, Guard]]
    ) -> list[tuple[Opinion, Guard]]:
        """A handler that checks the credential itself."""
        behaviour = self.behaviours.of(without_wrappers(endpoint))
        has_scheme = any(node.scheme for node in operation.walk_dependencies())
        identity = (
            has_scheme
            or behaviour.looks_at_identity
            or any(o.verdict in (Verdict.OPTIONAL, Verdict.INEFFECTIVE) for o, _ in opinions)
        )
        guard = Guard(operation.endpoint_name, operation.location, Via.BODY)
        is_told = (
            operation.kind == "websocket" and behaviour.verifies
        )  # nobody signs in by a WebSocket: it is told who comes
        if behaviour.rejects and identity and (has_scheme or behaviour.reads_credential or is_told or opinions):
            if behaviour.setting:
                return [
                    (
                        Opinion(
                            Verdict.UNKNOWN, f"the check in the handler can be switched off by {behaviour.setting}"
                        ),
                        guard,
                    )
                ]
            if self.strangers.outcome(without_wrappers(endpoint)).passes:
                return [
                    (
                        Opinion(Verdict.OPTIONAL, "the handler rejects a wrong credential and lets an absent one pass"),
                        guard,
                    )
                ]
            return [(Opinion(Verdict.REQUIRED, "", behaviour.rejects[0]), guard)]
        if not opinions and (asked := behaviour.asks()):
            return [
                (
                    Opinion(Verdict.UNKNOWN, f"the handler gives the request to {asked}, which could not be followed"),
                    guard,
                )
            ]
        weak = any(opinion.verdict in (Verdict.OPTIONAL, Verdict.INEFFECTIVE) for opinion, _ in opinions)
        if weak and (filled := next((p.name for p in operation.parameters if p.annotation in CONTAINERS), "")):
            return [(Opinion(Verdict.UNKNOWN, f"{filled} comes from a container, which may ask who calls"), guard)]
        bare = [opinion for opinion, _ in opinions if opinion.verdict is Verdict.INEFFECTIVE]
        if bare and (behaviour.verifies or behaviour.passes_token_on()):
            return [
                (Opinion(Verdict.UNKNOWN, "the handler passes the credential on to something that may check it"), guard)
            ]
        return []


def without_wrappers(endpoint: Value) -> Value:
    """The function that the decorators of the project wrap, still bound to its object."""
    if isinstance(endpoint, BoundMethod):
        inner = without_wrappers(endpoint.function)
        return BoundMethod(inner, endpoint.receiver) if isinstance(inner, Function) else endpoint
    while isinstance(endpoint, Function) and endpoint.wraps is not None:
        endpoint = endpoint.wraps
    return endpoint


def _code_of(target: Value) -> Value:
    """The function that runs for a dependency: `__call__` of an instance."""
    if isinstance(target, Instance):
        found = target.cls.lookup("__call__")
        return found[0] if found else target
    return target


def _unless_optional(verdict: Verdict, target: Value) -> Verdict:
    """What a dependency does that was made with `optional=...`, which the function around it was given."""
    optional = target.scope.find("optional") if isinstance(target, Function) else None
    return Verdict.OPTIONAL if isinstance(optional, Literal) and optional.value is True else verdict


def _takes_status_from(response: Result, handler: Value) -> bool:
    """`status_code=error.code`: each subclass of the exception has a status of its own."""
    function = handler.function if isinstance(handler, BoundMethod) else handler
    node = response.place.node if response.place is not None else None
    if not isinstance(function, Function) or not isinstance(node, ast.Call):
        return False
    parameters = {parameter.arg for parameter in function.definition.args.args}
    status = [keyword.value for keyword in node.keywords if keyword.arg == "status_code"] or node.args[1:2]
    return any(
        isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id in parameters
        for expression in status
        for part in ast.walk(expression)
    )


def _is_response(result: Result) -> bool:
    return isinstance(result.callee, External) and result.callee.name.endswith("Response")


SCHEMES_OF_AUTHORIZATION = frozenset({
    "HTTPBasic", "HTTPBearer", "HTTPDigest", "OAuth2", "OAuth2AuthorizationCodeBearer", "OAuth2PasswordBearer", "OpenIdConnect",
})  # fmt: skip
"""Security schemes that take the credential from the `Authorization` header."""


HARMLESS_PREFIXES = (
    "fastapi.security.",
    "fastapi.",
    "starlette.",
    "builtins.",
    "sqlalchemy.",
    "sqlmodel.",
    "pydantic.",
    "typing.",
)


def _of_scheme(node: Dependant, behaviour: Behaviour) -> Opinion:
    assert node.scheme is not None
    name = node.scheme.name
    if node.scheme.auto_error is False:
        return Opinion(Verdict.OPTIONAL, f"{name}(auto_error=False) gives None to a stranger", node.location)
    if behaviour.verifies or behaviour.passes_token_on():
        return Opinion(Verdict.UNKNOWN, f"{name} is checked by code that could not be followed")
    return Opinion(
        Verdict.INEFFECTIVE,
        f"{name} only looks whether a credential is present; its value is never verified",
        node.location,
    )


def _all_raise(node: Dependant) -> bool:
    """Every scheme below has `auto_error`: a stranger is stopped there, a wrong token where it is verified."""
    return all(child.scheme.auto_error is not False for child in node.walk() if child.scheme)


def _of_decorator(decorator: Value) -> list[tuple[Opinion, Guard]]:
    name = dotted_name(decorator)
    guard = Guard(name or "a decorator", None, Via.WRAPPER)
    known = look_up(DECORATORS, name)
    if known is not None:
        return [(Opinion(Verdict(known), f"{name} by its library"), guard)]
    if isinstance(decorator, (Member, Result)) and not name:
        return []
    if name.partition(".")[0] in IDENTITY_LIBRARIES or (
        sounds_like_identity(name) and not name.startswith(HARMLESS_PREFIXES)
    ):
        return [(Opinion(Verdict.UNKNOWN, f"the decorator {name} may reject a stranger"), guard)]
    return []
