"""What was written to guard an operation and turns nobody away: FastAPI does not run it, or it rejects nobody."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from fastapi_guard.facts.nodes import nodes_of
from fastapi_guard.knowledge.authentication import DECORATORS, GUARDS, look_up
from fastapi_guard.location import Location
from fastapi_guard.project.behaviour import BehaviourReader, dotted_name, key_of
from fastapi_guard.project.credentials import is_request
from fastapi_guard.project.dependencies import (
    DependencyReader,
    SignatureParameter,
    annotated_metadata,
    declared_dependency,
    identify,
    is_security_class,
    signature,
)
from fastapi_guard.project.evaluator.binding import plain_type
from fastapi_guard.project.evaluator.definitions import defaults_of
from fastapi_guard.project.evaluator.expressions import evaluate
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.evaluator.signals import AnalysedCodeRaises, OutOfSteps
from fastapi_guard.project.linking import endpoint_functions
from fastapi_guard.project.model import DeadGuard, Dependant, PathOperation, WhyDead
from fastapi_guard.project.unawaited import unawaited_calls
from fastapi_guard.project.values import (
    Argument,
    BoundMethod,
    Class,
    Coroutine,
    External,
    Function,
    Generator,
    Instance,
    Item,
    Literal,
    Mapping,
    Member,
    Partial,
    Result,
    Sequence,
    Value,
    is_none,
    options_of,
)

CHECKS = re.compile(r"auth|require|verify|check|ensure|permission|current_?user|role|token|admin|login|guard|protect")
"""Names of coroutines whose result matters for who may pass; only asked of what is not awaited."""

PROMISES_TO_REJECT = re.compile(
    r"^_*(?:require|verify|check|ensure|assert|enforce|validate|authori[sz]e|authenticate)_|_(?:required|guard)$"
)
PROMISES_A_USER = re.compile(r"^_*(?:get_)?(?:current|authenticated|logged_in)_")
ABOUT_IDENTITY = re.compile(
    r"auth|user|token|admin|login|role|permission|principal|jwt|api_?key|credential|signed_in|logged_in"
)
MAY_LET_PASS = re.compile(
    r"optional|maybe|try|anonym|guest|fake|mock|dummy|test|if_any|or_none|or_default|soft|exist|unique"
)
HARMLESS_CALLS = frozenset({
    "builtins", "collections", "copy", "dataclasses", "datetime", "fastapi", "functools", "json", "logging", "loguru", "os", "pydantic", "re", "sqlalchemy",
    "sqlmodel", "structlog", "time", "typing", "uuid",
})  # fmt: skip
"""Packages whose functions turn nobody away."""


class DeadGuardReader:
    """Reads them; a class because one signature serves many operations."""

    def __init__(self, interpreter: Interpreter, reader: DependencyReader, behaviours: BehaviourReader) -> None:
        self.interpreter = interpreter
        self.reader = reader
        self.behaviours = behaviours
        self._known: dict[tuple[tuple[int, int], bool], tuple[DeadGuard, ...]] = {}

    def of(self, operation: PathOperation, endpoint: Value) -> tuple[DeadGuard, ...]:
        """Everything of the kind before and in the handler of an operation."""
        try:
            return tuple(dict.fromkeys(self._of_operation(operation, endpoint)))
        except (OutOfSteps, RecursionError, AnalysedCodeRaises):
            return ()

    def _of_operation(self, operation: PathOperation, endpoint: Value) -> Iterator[DeadGuard]:
        for option in options_of(endpoint):
            yield from self._of_callable(option, is_endpoint=True)
            yield from self._above_route(operation, option)
        for root in operation.dependencies:
            yield from self._of_tree(root, operation.endpoint.definition if operation.endpoint else None)

    def _of_tree(self, node: Dependant, taker: ast.AST | None) -> Iterator[DeadGuard]:
        target = self.reader.target_of(node)
        if target is not None and node.declared_at is not None:
            if identify(target)[1] is not None:
                yield from self._of_callable(target, is_endpoint=False)
            yield from self._built_only(node, target, taker)
            yield from self._scopes_unread(node)
            yield from self._lets_all_pass(node, target)
        for child in node.children:
            yield from self._of_tree(child, node.function.definition if node.function else None)

    def _of_callable(self, target: Value, *, is_endpoint: bool) -> tuple[DeadGuard, ...]:
        key = key_of(target)
        if key is None:
            return ()
        if (key, is_endpoint) not in self._known:
            self._known[key, is_endpoint] = ()
            found = [*self._of_signature(target), *self._unawaited(target, is_endpoint)]
            self._known[key, is_endpoint] = tuple(found)
        return self._known[key, is_endpoint]

    # --- in a signature ---

    def _of_signature(self, target: Value) -> Iterator[DeadGuard]:
        taker = identify(target)[0].rpartition(".")[2]
        for parameter in signature(self.interpreter, target):
            metadata = list(annotated_metadata(parameter.annotation))
            if declared_dependency(parameter.default) or any(map(declared_dependency, metadata)):
                continue
            for item in metadata:
                if self._is_runnable(item):
                    node = parameter.annotation_node or parameter.node
                    yield self._dead(
                        WhyDead.METADATA, item, parameter.module_place.module.location(node), taker, parameter.name
                    )
            default = parameter.default
            if isinstance(default, Sequence) and any(declared_dependency(item) for item in default.items):
                declared = next(found for item in default.items if (found := declared_dependency(item)))
                what = declared.dependency or default
                yield self._dead(
                    WhyDead.DEPENDENCIES_PARAMETER, what, _location(parameter, target), taker, parameter.name
                )
            elif default is not None and (self._is_runnable(default) or _is_injectable_class(default)):
                yield self._dead(WhyDead.DEFAULT, default, _location(parameter, target), taker, parameter.name)

    def _is_runnable(self, value: Value) -> bool:
        """Whether FastAPI would run it, had it been given to `Depends`, and nothing else has a use for it."""
        if isinstance(value, (Function, BoundMethod)):
            return True
        if isinstance(value, Partial):
            return self._is_runnable(value.function)
        if isinstance(value, Instance):
            if any(is_security_class(base) for base in value.cls.external_bases()):
                return True
            return not value.is_abstract and value.cls.lookup("__call__") is not None and self._is_for_fastapi(value)
        return _is_scheme(value) or (isinstance(value, Result) and look_up(GUARDS, dotted_name(value)) is not None)

    def _is_for_fastapi(self, target: Value) -> bool:
        """Whether a callable makes sense as a dependency only: it takes dependencies or the request, or rejects."""
        for parameter in signature(self.interpreter, target):
            if declared_dependency(parameter.default) or any(
                map(declared_dependency, annotated_metadata(parameter.annotation))
            ):
                return True
            kind = plain_type(parameter.annotation) if parameter.annotation else None
            if isinstance(kind, External) and kind.name.startswith(("fastapi.", "starlette.")):
                return True
        return bool(self.behaviours.of(target).rejects)

    # --- what Depends builds and does not run ---

    def _built_only(self, node: Dependant, target: Value, taker: ast.AST | None) -> Iterator[DeadGuard]:
        assert node.declared_at is not None
        why, inner = WhyDead.FACTORY, target
        if _is_no_callable(target):
            yield DeadGuard(WhyDead.CALLED, node.name, node.declared_at, "", node.parameter, None, False)
            return
        if isinstance(target, External):
            if not is_security_class(target.name):
                return
            why = WhyDead.CLASS
        elif isinstance(target, Class):
            is_scheme = any(is_security_class(base) for base in target.external_bases())
            instance = Instance(target, is_abstract=True)
            if not is_scheme and (target.lookup("__call__") is None or not self._is_for_fastapi(instance)):
                return
            if self.behaviours.of(target).rejects or _uses_methods(taker, node.parameter, target):
                return
            why, inner = WhyDead.CLASS, instance
        elif isinstance(target, (Function, BoundMethod)):
            behaviour = self.behaviours.of(target)
            returned = behaviour.trace.returned
            options = [_settled(option) for option in options_of(returned)] if returned is not None else []
            made = [option for option in options if isinstance(option, Function)]
            if not made or len(made) < len(options) or behaviour.rejects or not all(map(self._is_for_fastapi, made)):
                return
            inner = made[0]
        else:
            return
        if _hands_on(taker, node.parameter):
            return
        dead = self._dead(why, target, node.declared_at, "", node.parameter)
        yield DeadGuard(
            dead.why, dead.name, dead.location, dead.taker, dead.parameter, dead.defined_at, self._guards(inner)
        )

    def _scopes_unread(self, node: Dependant) -> Iterator[DeadGuard]:
        assert node.declared_at is not None
        if not node.scopes:
            return
        for below in node.walk():
            target = self.reader.target_of(below)
            if below.unresolved or below.alternatives or target is None:
                return
            if below.scheme is not None:
                continue
            if below.location is None or any(map(_takes_scopes, signature(self.interpreter, target))):
                return
            function = target.function if isinstance(target, BoundMethod) else target
            if isinstance(function, Function) and (function.definition.args.kwarg or function.definition.args.vararg):
                return
        yield DeadGuard(
            WhyDead.SCOPES, node.name, node.declared_at, ", ".join(node.scopes), node.parameter, node.location, True
        )

    def _lets_all_pass(self, node: Dependant, target: Value) -> Iterator[DeadGuard]:
        assert node.declared_at is not None
        name = node.name.rpartition(".")[2].lower()
        promises = PROMISES_TO_REJECT.search(name) is not None
        if (
            not (promises or PROMISES_A_USER.search(name))
            or not ABOUT_IDENTITY.search(name)
            or MAY_LET_PASS.search(name)
        ):
            return
        if node.function is None or node.alternatives or _is_generator(node.function.definition):
            return
        for below in node.walk():
            behind = self.reader.target_of(below)
            if below.scheme or below.unresolved or below.alternatives or behind is None or below.location is None:
                return
            behaviour = self.behaviours.of(behind)
            if behaviour.ran_out or behaviour.verifies or behaviour.returns_none or behaviour.trace.raised():
                return
            if not all(map(_is_harmless, behaviour.trace.calls())):
                return
            if behaviour.reads_credential and not promises:
                return
        yield self._dead(WhyDead.LETS_ALL_PASS, target, node.location or node.declared_at, "", node.parameter)

    # --- decorators and coroutines ---

    def _above_route(self, operation: PathOperation, endpoint: Value) -> Iterator[DeadGuard]:
        function, _ = endpoint_functions(endpoint)
        if function is None or isinstance(function.definition, ast.Lambda):
            return
        above: list[tuple[ast.expr, Location]] = []
        for decorator in function.definition.decorator_list:
            location = function.module.location(decorator)
            if (location.path, location.line) == (operation.registered_at.path, operation.registered_at.line):
                break
            above.append((decorator, location))
        else:
            return
        for decorator, location in above:
            value = evaluate(self.interpreter, decorator, function.scope)
            name = dotted_name(value)
            if look_up(DECORATORS, name) is not None:
                yield DeadGuard(WhyDead.DECORATOR, name, location, function.name, "", None, True)
                continue
            if not isinstance(value, (Function, BoundMethod, Instance)) or key_of(value) is None:
                continue
            trace, _ = self.behaviours.watch(value, (function,))
            for wrapper in options_of(trace.returned) if trace.returned is not None else ():
                if not isinstance(wrapper, Function) or wrapper.definition is function.definition:
                    continue
                inner = self.behaviours.of(function).rejects
                if set(self.behaviours.of(wrapper).rejects) - set(inner):
                    written, defined_at, _ = identify(value)
                    yield DeadGuard(
                        WhyDead.DECORATOR,
                        written.partition(".<locals>")[0],
                        location,
                        function.name,
                        "",
                        defined_at,
                        True,
                    )

    def _unawaited(self, target: Value, is_endpoint: bool) -> Iterator[DeadGuard]:
        function = target.function if isinstance(target, BoundMethod) else target
        if isinstance(function, Instance):
            found = function.cls.lookup("__call__")
            function = found[0] if found else function
        if not isinstance(function, Function) or isinstance(function.definition, ast.Lambda):
            return
        for called in unawaited_calls(function.definition, is_endpoint):
            value = evaluate(self.interpreter, called.func, function.scope)
            callee = value.function if isinstance(value, BoundMethod) else value
            if not isinstance(callee, Function) or not callee.is_async or _is_generator(callee.definition):
                continue
            if self._guards(value) or CHECKS.search(callee.name.rpartition(".")[2].lower()):
                location = function.module.location(called)
                yield self._dead(WhyDead.NOT_AWAITED, value, location, function.name.rpartition(".")[2], "")

    # --- all ---

    def _guards(self, target: Value) -> bool:
        behaviour = self.behaviours.of(target)
        return _is_scheme(target) or bool(behaviour.rejects) or behaviour.looks_at_identity

    def _dead(self, why: WhyDead, target: Value, location: Location, taker: str, parameter: str) -> DeadGuard:
        name, defined_at, _ = identify(target)
        return DeadGuard(why, name, location, taker, parameter, defined_at, self._guards(target))


def _is_scheme(value: Value) -> bool:
    return isinstance(value, Result) and isinstance(value.callee, External) and is_security_class(value.callee.name)


def _is_no_callable(target: Value) -> bool:
    """Whether FastAPI certainly cannot call it."""
    if isinstance(target, Instance):
        return not target.is_abstract and target.cls.lookup("__call__") is None and not target.cls.external_bases()
    return isinstance(target, (Coroutine, Generator, Literal, Mapping, Sequence)) and not is_none(target)


def _is_harmless(result: Result) -> bool:
    """Whether a call that could not be followed certainly turns nobody away."""
    receiver = result.callee
    while isinstance(receiver, (Member, Item, Result)):
        receiver = receiver.callee if isinstance(receiver, Result) else receiver.receiver
    if isinstance(receiver, Literal) or is_request(receiver):
        return True
    name = dotted_name(receiver)
    if isinstance(receiver, Argument) and receiver.annotation is not None:
        kind = plain_type(receiver.annotation)
        name = kind.name if isinstance(kind, External) else ""
    return name.partition(".")[0] in HARMLESS_CALLS


def _is_injectable_class(value: Value) -> bool:
    """A class of the project that FastAPI could have made: not an enumeration, and no mere sentinel."""
    if not isinstance(value, Class) or any(base.startswith("enum.") for base in value.external_bases()):
        return False
    return value.lookup("__init__") is not None or bool(value.annotations)


def _settled(value: Value) -> Value:
    return value.result if isinstance(value, Coroutine) else value


def _takes_scopes(parameter: SignatureParameter) -> bool:
    kind = plain_type(parameter.annotation) if parameter.annotation is not None else None
    return isinstance(kind, External) and kind.name.endswith(".SecurityScopes")


@lru_cache(maxsize=4_096)
def _is_generator(definition: ast.AST) -> bool:
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in nodes_of(definition))


def _hands_on(taker: ast.AST | None, name: str) -> bool:
    """Whether the function that receives what was built calls it, or gives it to something that may."""
    if taker is None or not name:
        return False
    for node in nodes_of(taker):
        if isinstance(node, ast.Call):
            given = [node.func, *node.args, *(keyword.value for keyword in node.keywords)]
            if any(isinstance(value, ast.Name) and value.id == name for value in given):
                return True
        if isinstance(node, (ast.Return, ast.Yield)) and isinstance(node.value, ast.Name) and node.value.id == name:
            return True
    return False


def _uses_methods(taker: ast.AST | None, name: str, cls: Class) -> bool:
    """Whether the object itself is what the function wanted: it uses its attributes."""
    if taker is None or not name:
        return False
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        and cls.lookup(node.attr)
        for node in nodes_of(taker)
    )


def _location(parameter: SignatureParameter, target: Value) -> Location:
    """From the parameter through its default."""
    function = target.function if isinstance(target, BoundMethod) else target
    module = parameter.module_place.module
    if isinstance(function, Function):
        for node, default in defaults_of(function.definition.args):
            if node.arg == parameter.name and function.module is module:
                start, end = module.location(node), module.location(default)
                return Location(start.path, start.line, start.column, end.end_line, end.end_column)
    return module.location(parameter.node)
