"""Effective routes: FastAPI's way of combining an application with the routers that it includes and mounts.

`include_router` keeps the child and combines contexts parent-first: prefixes joined, tags and dependencies
concatenated, `include_in_schema` and-ed (`_RouterIncludeContext.combine` in fastapi/routing.py since 0.137). Before
0.137 it copied the routes that existed at that moment, which differs only for what is registered later.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from fastapi_guard.project.answers import ResponseModel, names_in
from fastapi_guard.project.arms import Arm, arms_around
from fastapi_guard.project.dependencies import DependencyReader, function_noun, identify, unwrapped
from fastapi_guard.project.evaluator.expressions import annotation_value
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.evaluator.presumed import proved, registers_by_itself
from fastapi_guard.project.evaluator.route_objects import given_dependencies
from fastapi_guard.project.evaluator.routers import describe
from fastapi_guard.project.model import Dependant, IncludeContext, PathOperation, RouterPlace, Unresolved, Via
from fastapi_guard.project.model import Function as FunctionNoun
from fastapi_guard.project.parameters import parameters_of, unread_path_parameters
from fastapi_guard.project.registration import NOTHING, Held, Include, Mount, Route, Router
from fastapi_guard.project.values import (
    BoundMethod,
    Choice,
    Class,
    Descriptor,
    External,
    Function,
    Instance,
    Literal,
    Operation,
    Partial,
    Place,
    Result,
    Sequence,
    Setting,
    TypeForm,
    Unknown,
    Value,
    constant,
    is_none,
    options_of,
)

TREE_SINCE = (0, 137)
"""Since this FastAPI release an included router stays connected: routes and mounts added later exist."""

UNRESOLVED_MODEL = "?"
MOST_NESTED_ROUTERS = 25


@dataclass(frozen=True, slots=True)
class Context:
    """What the way from the application down to a router adds to its routes."""

    prefix: str = ""
    tags: tuple[str, ...] = ()
    dependencies: tuple[Dependant, ...] = ()
    include_in_schema: bool = True
    steps: tuple[IncludeContext, ...] = ()
    before: int | None = None
    """Only registrations with a smaller order exist (FastAPI before 0.137)."""
    seen: tuple[int, ...] = field(default=())
    chain: tuple[Router, ...] = field(default=())
    """The applications around, outermost first."""
    arms: tuple[Arm, ...] = ()
    """The arms of conditions that its inclusions stand in."""


class Linker:
    """Walks applications; a class because what it reached is asked for afterwards."""

    def __init__(
        self, interpreter: Interpreter, reader: DependencyReader, version: tuple[int, ...], names: dict[int, str]
    ) -> None:
        self.interpreter = interpreter
        self.reader = reader
        self.keeps_tree = version >= TREE_SINCE
        self.names = names
        self.reached: set[int] = set()
        self.served: set[int] = set()
        """Entries of routers that were walked, by identity."""
        self.mounted: set[int] = set()
        self.unresolved: list[Unresolved] = []
        self._places: dict[int, RouterPlace] = {}
        self._held: dict[int, tuple[str, tuple[Dependant, ...]]] = {}
        self.endpoints: dict[int, Value] = {}
        self.response_models: dict[int, ResponseModel] = {}
        """The endpoint's value by the identity of its operation."""
        self.route_classes: dict[int, Class] = {}
        """The route class whose `get_route_handler` stands before an endpoint, by the identity of its operation."""
        self.chains: dict[int, tuple[Router, ...]] = {}
        """The applications around an operation, outermost first, by the identity of the operation."""

    def operations(self, application: Router) -> Iterator[PathOperation]:
        """The effective routes of an application, in the order in which it matches them."""
        yield from self._walk(application, application, Context())

    def place(self, router: Router) -> RouterPlace:
        """The router as findings name it."""
        if id(router) not in self._places:
            location = router.place.module.location(router.place.node)
            via = Via.APP if router.is_application else Via.ROUTER
            prefix, _ = self._text(router.options.get("prefix"), router.place, "prefix of a router")
            self._places[id(router)] = RouterPlace(
                self.names.get(id(router), ""),
                location,
                prefix,
                self.reader.listed(router.options.get("dependencies"), via),
                router.is_application,
            )
        return self._places[id(router)]

    def _walk(self, application: Router, router: Router, context: Context) -> Iterator[PathOperation]:
        if id(router) in context.seen or len(context.seen) > MOST_NESTED_ROUTERS:
            return
        self.reached.add(id(router))
        outer = replace(context, seen=(*context.seen, id(router)), chain=context.chain or (application,))
        contexts: dict[int, Context] = {}
        for entry in router.entries:
            if not isinstance(entry, (Route, Include, Mount)):
                continue
            if outer.before is not None and entry.order > outer.before:
                continue
            if id(entry.held) not in contexts:
                contexts[id(entry.held)] = self._under(outer, router, entry.held)
            inner = contexts[id(entry.held)]
            self.served.add(id(entry))
            if entry.condition:
                self._report(
                    "conditional", entry.place, f"this is registered only when {entry.condition} is not at its default"
                )
                continue
            if entry.doubt:
                reason = f"whether this is registered depends on {entry.doubt}, which could not be decided"
                self._report("conditional", entry.place, reason)
            if isinstance(entry, Route):
                yield self._operation(application, router, entry, inner)
            elif isinstance(entry, Include):
                yield from self._included(application, entry, inner)
            elif self.keeps_tree or not context.steps or context.steps[-1].router.is_application:
                yield from self._mounted(application, router, entry, inner)

    def _under(self, context: Context, router: Router, held: Held) -> Context:
        """The context of what was registered while the router held these options."""
        if held is NOTHING:
            return context
        if id(held) not in self._held:
            via = Via.APP if router.is_application else Via.ROUTER
            prefix, _ = self._text(held.prefix, router.place, "prefix of a router")
            place = self.place(router)
            is_last = held is router.held()
            dependencies = place.dependencies if is_last else self.reader.listed(held.dependencies, via)
            self._held[id(held)] = prefix, dependencies
        prefix, dependencies = self._held[id(held)]
        return replace(
            context,
            prefix=context.prefix + prefix,
            tags=(*context.tags, *_texts(held.tags)),
            dependencies=(*context.dependencies, *dependencies),
            include_in_schema=context.include_in_schema and _flag(held.include_in_schema),
        )

    def _included(self, application: Router, entry: Include, context: Context) -> Iterator[PathOperation]:
        found = False
        for option in options_of(entry.router):
            option = option.default if isinstance(option, Setting) else option
            known = proved(self.interpreter, option)
            if known is not None and registers_by_itself(option):
                self._report(
                    "include_router", entry.place, f"the router is {describe(option)}, which makes routes itself"
                )
            option = known or option
            if not isinstance(option, Router):
                continue
            found = True
            prefix, _ = self._text(entry.options.get("prefix"), entry.place, "prefix of include_router")
            dependencies = self.reader.listed(entry.options.get("dependencies"), Via.INCLUDE)
            location = entry.place.module.location(entry.place.node)
            step = IncludeContext(location, self.place(option), prefix, dependencies)
            yield from self._walk(
                application,
                option,
                Context(
                    context.prefix + prefix,
                    (*context.tags, *_texts(entry.options.get("tags"))),
                    (*context.dependencies, *dependencies),
                    context.include_in_schema and _flag(entry.options.get("include_in_schema")),
                    (*context.steps, step),
                    context.before if self.keeps_tree else min(entry.order, context.before or entry.order),
                    context.seen,
                    context.chain,
                    (*context.arms, *arms_around(entry.place)),
                ),
            )
        if not found:
            self._report("include_router", entry.place, f"the router is {describe(entry.router)}")

    def _mounted(self, application: Router, router: Router, entry: Mount, context: Context) -> Iterator[PathOperation]:
        path, is_known = self._text(entry.path, entry.place, "path of a mount")
        location = entry.place.module.location(entry.place.node)
        subs = [option for option in options_of(entry.app) if isinstance(option, Router)]
        if not is_known and any(self._is_mounted_elsewhere(router, entry, sub) for sub in subs):
            return  # the other branch of a test; this one is listed as unresolved
        arms = (*context.arms, *arms_around(entry.place))
        for sub in subs:
            self.mounted.add(id(sub))
            step = IncludeContext(location, self.place(sub), path)
            inner = Context(
                context.prefix + path.rstrip("/"),
                steps=(*context.steps, step),
                seen=context.seen,
                chain=(*context.chain, sub),
                arms=arms,
            )
            yield from self._walk(application, sub, inner)
        if subs:
            return
        if isinstance(entry.app, Unknown):
            self._report("mount", entry.place, f"the mounted application is {describe(entry.app)}")
        yield PathOperation(
            app=self.names.get(id(application), ""),
            kind="mount",
            methods=(),
            path=context.prefix + path,
            endpoint=None,
            endpoint_name=identify(entry.app)[0],
            location=location,
            decorator_location=location,
            registered_at=location,
            router=self.place(router),
            contexts=context.steps,
            application=self.place(application),
            include_in_schema=False,
            arms=arms,
        )

    def _is_mounted_elsewhere(self, router: Router, entry: Mount, sub: Router) -> bool:
        """The same application is mounted by another line, under a path that is known."""
        others = [other for other in router.entries if isinstance(other, Mount) and other is not entry]
        return any(sub in options_of(other.app) and isinstance(constant(other.path), str) for other in others)

    def _operation(self, application: Router, router: Router, entry: Route, context: Context) -> PathOperation:
        registered_at = entry.place.module.location(entry.place.node)
        path, _ = self._text(entry.path, entry.place, "path of a route")
        chosen = entry.endpoint.options[0] if isinstance(entry.endpoint, Choice) else entry.endpoint
        function, wrappers = endpoint_functions(chosen)
        noun = function_noun(function) if function else None
        if noun is None and not isinstance(entry.endpoint, (External, Result, Instance, Class)):
            self._report("route", entry.place, f"the endpoint is {describe(entry.endpoint)}")
        dependencies: tuple[Dependant, ...] = ()
        if not entry.is_starlette:
            own = self.reader.listed(entry.options.get("dependencies"), Via.DECORATOR)
            late = self._late(entry, is_included=bool(context.steps) and not context.steps[-1].router.is_application)
            dependencies = (*context.dependencies, *own, *late, *self.reader.of_parameters(chosen))
        name, location, _noun = identify(chosen)
        is_object = isinstance(chosen, Instance)  # it stands where its class is written
        operation = PathOperation(
            app=self.names.get(id(application), ""),
            kind=entry.kind,
            methods=() if entry.kind == "websocket" else self._methods(entry, chosen),
            path=context.prefix + path,
            endpoint=noun,
            endpoint_name=name,
            location=noun.location if noun and not is_object else (location or registered_at),
            decorator_location=noun.decorator_location if noun and not is_object else (location or registered_at),
            registered_at=registered_at,
            router=self.place(router),
            contexts=context.steps,
            application=self.place(application),
            status_code=_status(entry.options.get("status_code")),
            response_model=self._response_model(entry, function),
            response_class=_name_of(entry.options.get("response_class")),
            tags=(*context.tags, *_texts(entry.options.get("tags"))) if entry.kind == "http" else (),
            include_in_schema=context.include_in_schema and _flag(entry.options.get("include_in_schema")),
            is_described=any(
                name in entry.options and not is_none(entry.options[name]) for name in ("summary", "description")
            ),
            dependencies=dependencies,
            parameters=parameters_of(self.interpreter, chosen, context.prefix + path),
            unread_path_parameters=unread_path_parameters(
                self.interpreter, self.reader, chosen, dependencies, context.prefix + path
            ),
            arms=(*context.arms, *arms_around(entry.place)),
            wrappers=wrappers,
        )
        self.endpoints[id(operation)] = entry.endpoint
        self.response_models[id(operation)] = self._declared(entry, function)
        if entry.made_by is not None and entry.made_by.lookup("get_route_handler") is not None:
            self.route_classes[id(operation)] = entry.made_by
        self.chains[id(operation)] = context.chain
        return operation

    def _late(self, entry: Route, *, is_included: bool) -> tuple[Dependant, ...]:
        """What was put into `route.dependencies` afterwards: FastAPI reads that again where the route is included."""
        if entry.late_dependencies is None or not is_included:
            return ()
        given = given_dependencies(entry)
        added = [item for item in entry.late_dependencies.items if item not in given]
        return self.reader.listed(Sequence("list", added, entry.late_dependencies.is_complete), Via.DECORATOR)

    def _methods(self, entry: Route, endpoint: Value) -> tuple[str, ...]:
        methods = self._declared_methods(entry, endpoint)
        return tuple(sorted({*methods, "HEAD"})) if entry.is_starlette and "GET" in methods else methods

    def _declared_methods(self, entry: Route, endpoint: Value) -> tuple[str, ...]:
        if entry.methods is None or is_none(entry.methods):
            is_endpoint_class = entry.is_starlette and isinstance(endpoint, (Class, Instance))
            return () if is_endpoint_class else ("GET",)
        if isinstance(entry.methods, Sequence):
            return tuple(
                dict.fromkeys(
                    sorted(str(constant(item)).upper() for item in entry.methods.items if constant(item) is not None)
                )
            )
        self._report("route", entry.place, f"the methods are {describe(entry.methods)}")
        return ("GET",)

    def _response_model(self, entry: Route, function: Function | None) -> str | None:
        if "response_model" in entry.options:
            value = entry.options["response_model"]
            if isinstance(value, Choice):
                value = value.options[0]
            is_type = isinstance(value, (Class, External, TypeForm))
            return "" if is_none(value) else (_name_of(value) if is_type else UNRESOLVED_MODEL)
        node = getattr(function.definition, "returns", None) if function else None
        if function is None or not isinstance(node, ast.expr):
            return None
        kind = annotation_value(self.interpreter, node, function.scope)
        return None if _is_response(kind) else _name_of(kind)

    def _declared(self, entry: Route, function: Function | None) -> ResponseModel:
        """The response model as a value, and what the route leaves out of it."""
        model = entry.options.get("response_model")
        node = getattr(function.definition, "returns", None) if function and model is None else None
        if function is not None and isinstance(node, ast.expr):
            model = annotation_value(self.interpreter, node, function.scope)
        return ResponseModel(
            None if model is None or is_none(model) else model,
            names_in(entry.options.get("response_model_include")),
            names_in(entry.options.get("response_model_exclude")),
        )

    def _text(self, value: Value | None, place: Place, what: str) -> tuple[str, bool]:
        """Path text with settings taken by default; what cannot be told stands as `{name}` in it."""
        if value is None or is_none(value):
            return "", True
        known = constant(value)
        if isinstance(known, str):
            return known, True
        if isinstance(value, Operation) and value.operator == "text":
            text = "".join(self._text(part, place, what)[0] for part in value.operands)
            return text.replace("//{unresolved}", "/{unresolved}"), False
        if isinstance(value, Choice):
            first = next((option for option in value.options if isinstance(constant(option), str)), None)
            if first is not None:
                return str(constant(first)), False
        if isinstance(value, Instance) and isinstance(constant(value.attributes.get("default", value)), str):
            return str(constant(value.attributes["default"])), False
        self._report("path", place, f"the {what} is {describe(value.default if isinstance(value, Setting) else value)}")
        return "/{unresolved}", False

    def _report(self, kind: str, place: Place, reason: str) -> None:
        entry = Unresolved(kind, place.module.location(place.node), reason)
        if entry not in self.unresolved:
            self.unresolved.append(entry)


def endpoint_functions(endpoint: Value) -> tuple[Function | None, tuple[FunctionNoun, ...]]:
    """The function that `inspect.unwrap` finds behind an endpoint, and the project's wrappers before it."""
    wrappers: list[FunctionNoun] = []
    while True:
        if isinstance(endpoint, (BoundMethod, Partial, Descriptor)):
            endpoint = endpoint.function
        elif isinstance(endpoint, Choice):
            endpoint = next(
                (option for option in endpoint.options if isinstance(option, (Function, BoundMethod, Partial))),
                endpoint.options[0],
            )
        elif isinstance(endpoint, Instance):
            found = endpoint.cls.lookup("__call__")
            if found is None or not isinstance(found[0], Function):
                return None, ()
            endpoint = found[0]
        elif isinstance(endpoint, Function) and endpoint.wraps is not None:
            wrappers.append(function_noun(endpoint))
            endpoint = endpoint.wraps
        else:
            break
    if not isinstance(endpoint, Function):
        return None, tuple(wrappers)
    return unwrapped(endpoint), tuple(wrappers)


def _texts(value: Value | None) -> tuple[str, ...]:
    items = value.items if isinstance(value, Sequence) else []
    return tuple(str(constant(item)) for item in items if constant(item) is not None)


def _is_response(kind: Value) -> bool:
    """Whether an annotation is a class of Starlette's responses, which FastAPI does not take for a response model."""
    if isinstance(kind, Class):
        return any(base.rpartition(".")[2].endswith("Response") for base in kind.external_bases())
    return isinstance(kind, External) and kind.name.rpartition(".")[2].endswith("Response")


def _flag(value: Value | None) -> bool:
    return not (isinstance(value, Literal) and value.value is False)


def _status(value: Value | None) -> int | None:
    known = constant(value) if value is not None else None
    return known if isinstance(known, int) and not isinstance(known, bool) else None


def _name_of(value: Value | None) -> str | None:
    """The dotted name of a type, with its arguments: `list[app.schemas.Task]`."""
    if value is None or is_none(value):
        return None
    if isinstance(value, Class):
        return f"{value.module.name}.{value.name}"
    if isinstance(value, External):
        return value.name.removeprefix("builtins.")
    if isinstance(value, TypeForm):
        origin = _name_of(value.origin) or ""
        if origin.rpartition(".")[2] == "Annotated":
            return _name_of(value.arguments[0]) if value.arguments else None
        return f"{origin}[{', '.join(_name_of(argument) or 'None' for argument in value.arguments)}]"
    return describe(value)
