"""What decorators make of functions and classes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator import presumed, routers
from fastapi_guard.project.evaluator.assignments import set_attribute
from fastapi_guard.project.evaluator.calls import call
from fastapi_guard.project.registration import Route, RouteDecorator, Router
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.values import (
    BoundMethod,
    Choice,
    Class,
    Descriptor,
    External,
    Function,
    Instance,
    Literal,
    Member,
    Partial,
    Place,
    Result,
    Unknown,
    Value,
    is_external,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


IDENTITY_DECORATORS = frozenset({
    "functools.lru_cache", "functools.cache", "abc.abstractmethod", "typing.overload", "typing.final",
    "typing.runtime_checkable", "contextlib.contextmanager", "contextlib.asynccontextmanager", "typing.no_type_check",
    "typing_extensions.override", "typing.override", "typing_extensions.deprecated",
})  # fmt: skip


DESCRIPTORS = {
    "builtins.property": "property",
    "functools.cached_property": "property",
    "builtins.staticmethod": "staticmethod",
    "builtins.classmethod": "classmethod",
    "pydantic.computed_field": "computed_field",
}


def apply_decorator(interpreter: Interpreter, decorator: Value, target: Value, place: Place, scope: Scope) -> Value:
    """What `@decorator` makes of a function or class.

    A decorator of a library that is not known is remembered on the function and taken to leave its signature alone.
    """
    name = decorator.name if isinstance(decorator, External) else ""
    if isinstance(decorator, Result) and isinstance(decorator.callee, External):
        name = decorator.callee.name
    if name in DESCRIPTORS:
        if name == "pydantic.computed_field":
            return target
        return Descriptor(DESCRIPTORS[name], target)
    if isinstance(decorator, Member) and isinstance(decorator.receiver, Descriptor):
        return decorator.receiver  # @name.setter
    if name in IDENTITY_DECORATORS:
        return target
    if name == "makefun.with_signature" and isinstance(decorator, Result) and decorator.arguments:
        set_attribute(interpreter, target, "__signature__", decorator.arguments[0], place)
        return target
    if isinstance(decorator, RouteDecorator):
        return call(interpreter, decorator, (target,), {}, place, scope)
    if isinstance(target, Class):
        if isinstance(decorator, (Function, BoundMethod, Instance)):
            replaced = call(interpreter, decorator, (target,), {}, place, scope)
            if not isinstance(replaced, (Class, Unknown, Literal, Choice)):
                return replaced
        target.decorators.append(decorator)
        _inject_into_views(decorator, target)
        return target
    if isinstance(decorator, (Function, BoundMethod, Instance, Class, Partial, Choice)) or _is_wraps(decorator):
        made = _callable_option(call(interpreter, decorator, (target,), {}, place, scope))
        if made is not None:
            return made
    presumed.register_by_decorator(interpreter, decorator, target, place)
    routers.report_unresolved_decorator(interpreter, decorator, place)
    if isinstance(target, Function):
        return replace(target, decorators=(*target.decorators, decorator))
    return target


def _is_wraps(decorator: Value) -> bool:
    return isinstance(decorator, Result) and is_external(decorator.callee, "functools.wraps")


def _callable_option(value: Value) -> Value | None:
    if isinstance(value, Choice):
        return next((option for option in value.options if _callable_option(option) is not None), None)
    return value if isinstance(value, (Function, BoundMethod, Instance, Class, Partial)) else None


CLASS_VIEWS = frozenset({
    "classy_fastapi.Routable", "fastapi_restful.cbv.cbv", "fastapi_utils.cbv.cbv", "fastapi_utils.cbv_base.cbv_base",
    "fastapi_utils.cbv", "fastapi_restful.cbv",
})  # fmt: skip
"""Library decorators that make `self` of each route in a class a dependency on the class."""


def _inject_into_views(decorator: Value, cls: Class) -> None:
    """`@cbv(router)`: FastAPI calls the class, with its annotated attributes as dependencies, for each request."""
    if not isinstance(decorator, Result) or not is_external(decorator.callee, *CLASS_VIEWS):
        return
    depends = Result(External("fastapi.Depends"), (cls,), {}, decorator.place)
    for router in (argument for argument in decorator.arguments if isinstance(argument, Router)):
        for entry in router.entries:
            endpoint = entry.endpoint if isinstance(entry, Route) else None
            if isinstance(entry, Route) and isinstance(endpoint, Function) and endpoint.owner is cls:
                first = next(iter(endpoint.definition.args.args), None)
                if first is not None:
                    entry.endpoint = replace(endpoint, defaults={**endpoint.defaults, first.arg: depends})
