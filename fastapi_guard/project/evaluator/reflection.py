"""What Python tells of objects: their attributes by name, which of them are functions, the subclasses of a class."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.operators import truth
from fastapi_guard.project.evaluator.signatures import Signature
from fastapi_guard.project.registration import Router
from fastapi_guard.project.values import (
    FALSE,
    NONE,
    TRUE,
    BoundMethod,
    Class,
    Coroutine,
    Descriptor,
    External,
    Function,
    Instance,
    Literal,
    Mapping,
    Module,
    Partial,
    Result,
    Sequence,
    Value,
    constant,
    is_external,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter
    from fastapi_guard.project.scope import Scope
    from fastapi_guard.project.values import Arguments, Keywords, Place

PLAIN_BASES = frozenset({
    "abc.ABC", "builtins.object", "pydantic.BaseModel", "typing.Generic", "typing.Protocol", "typing.TypedDict",
    "typing_extensions.Protocol", "typing_extensions.TypedDict",
})  # fmt: skip
"""Library classes that have no interesting bases and attributes of their own."""


def names_of(value: Value) -> list[str] | None:
    """The names of the attributes that `dir(value)` would show, without those of `object`; None when not known."""
    if isinstance(value, Module):
        return sorted(value.scope.names)
    if isinstance(value, Instance):
        return sorted({*value.attributes, *_class_names(value.cls)})
    if isinstance(value, Class):
        return sorted(_class_names(value))
    if isinstance(value, Result):
        return sorted(value.attributes)
    if isinstance(value, (Function, BoundMethod)):
        return sorted((value.function if isinstance(value, BoundMethod) else value).attributes)
    return None


def _class_names(cls: Class) -> set[str]:
    return {name for base in cls.linearized() if isinstance(base, Class) for name in base.namespace}


def lacks(value: Value, name: str) -> bool:
    """Whether an object certainly has no attribute of this name."""
    if name in PYTHON_NAMES:
        return False
    plain = _plain_type(value)
    if plain is not None:
        return not hasattr(plain, name)
    known = names_of(value)
    if known is None or name in known:
        return False
    if isinstance(value, Module):
        return value.scope.state == "done" and "__getattr__" not in value.scope.names
    if isinstance(value, (Function, BoundMethod)):
        return not _is_changed(value)
    cls = value.cls if isinstance(value, Instance) else value
    if not isinstance(cls, Class) or (isinstance(value, Instance) and value.is_abstract):
        return False
    bases = cls.linearized()
    if any(isinstance(base, Class) and name in base.annotations for base in bases) or cls.lookup("__getattr__"):
        return False
    return all(isinstance(base, Class) or base.name in PLAIN_BASES for base in bases) and not cls.decorators


def _plain_type(value: Value) -> type | None:
    """The type of Python's own that plain data has."""
    if isinstance(value, Mapping):
        return dict
    if type(value) is Sequence:
        return {"list": list, "tuple": tuple, "set": set}.get(value.kind)
    return type(value.value) if type(value) is Literal else None


PYTHON_NAMES = frozenset(
    {*dir(object), *dir(type), *dir(lambda: None), "__file__", "__path__", "__wrapped__", "__self__", "__func__"}
)
"""What Python itself puts on objects, classes, functions and modules."""


def _is_changed(value: Function | BoundMethod) -> bool:
    """A decorator that is not known may have put anything on the function."""
    function = value.function if isinstance(value, BoundMethod) else value
    return bool(function.decorators) or function.wraps is not None


def attributes_of(interpreter: Interpreter, value: Value) -> Mapping | None:
    """`vars(value)`."""
    if isinstance(value, Module):
        interpreter.run_module(value.scope.path)
        return Mapping({name: interpreter.settle(item) for name, item in list(value.scope.names.items())})
    if isinstance(value, Class):
        return Mapping(dict(value.namespace.items()))
    if isinstance(value, (Instance, Result)) and (not isinstance(value, Instance) or not value.is_abstract):
        return Mapping(dict(value.attributes.items()), isinstance(value, Instance) or is_namespace(value))
    return None


def is_namespace(value: Value) -> bool:
    """Whether a value is a `SimpleNamespace`."""
    return isinstance(value, Result) and isinstance(value.callee, External) and value.callee.name in NAMESPACES


NAMESPACES = frozenset({"types.SimpleNamespace", "argparse.Namespace"})


def is_kind(interpreter: Interpreter, kind: str, value: Value) -> bool | None:
    """What `inspect.isfunction(value)` and its like say; None when that cannot be told."""
    if isinstance(value, Descriptor):
        return value.kind == "staticmethod" and kind in ("isfunction", "isroutine")
    function = value.function if isinstance(value, BoundMethod) else value
    checks: dict[str, Callable[[], bool]] = {
        "isfunction": lambda: isinstance(value, Function),
        "ismethod": lambda: isinstance(value, BoundMethod),
        "isroutine": lambda: isinstance(value, (Function, BoundMethod)),
        "isclass": lambda: isinstance(value, Class),
        "ismodule": lambda: isinstance(value, Module),
        "iscoroutinefunction": lambda: isinstance(function, Function) and function.is_async,
        "callable": lambda: isinstance(value, (Function, BoundMethod, Class, Partial)),
    }
    if kind not in checks:
        return None
    if checks[kind]():
        return True
    told = (Function, BoundMethod, Class, Module, Literal, Sequence, Mapping, Router, Coroutine, Descriptor)
    if isinstance(value, Instance) and kind == "callable":
        return value.cls.lookup("__call__") is not None
    if isinstance(value, Signature) or (isinstance(value, Result) and is_external(value.callee, "fastapi.Depends")):
        return False
    return False if isinstance(value, (*told, Instance)) else None


def _vars(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    return attributes_of(interpreter, arguments[0]) if arguments else _locals(interpreter, (), {}, place, scope)


def _globals(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    if scope is None:
        return None
    names = scope.module.names
    return Mapping({name: interpreter.settle(value) for name, value in list(names.items())})


def _locals(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    return Mapping({n: interpreter.settle(v) for n, v in list(scope.names.items())}) if scope is not None else None


def _dir(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    if arguments and isinstance(arguments[0], Module):
        interpreter.run_module(arguments[0].scope.path)
    known = names_of(arguments[0]) if arguments else sorted(scope.names) if scope is not None else None
    return Sequence("list", [Literal(name) for name in known]) if known is not None else None


def _members(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    """`inspect.getmembers(object, predicate)`: pairs of name and value, by name."""
    from fastapi_guard.project.evaluator.attributes import attribute
    from fastapi_guard.project.evaluator.calls import call

    if not arguments:
        return None
    if isinstance(arguments[0], Module):
        interpreter.run_module(arguments[0].scope.path)
    known = names_of(arguments[0])
    if known is None:
        return None
    predicate = arguments[1] if len(arguments) > 1 else keywords.get("predicate", NONE)
    pairs: list[Value] = []
    for name in known:
        value = attribute(interpreter, arguments[0], name, place)
        is_wanted = True
        if not (isinstance(predicate, Literal) and predicate.value is None):
            is_wanted = truth(call(interpreter, predicate, (value,), {}, place, scope)) is not False
        if is_wanted:
            pairs.append(Sequence("tuple", [Literal(name), value]))
    return Sequence("list", pairs)


def _is(kind: str) -> Callable[..., Value | None]:
    def ask(
        interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
    ) -> Value | None:
        told = is_kind(interpreter, kind, arguments[0]) if arguments else None
        return None if told is None else (TRUE if told else FALSE)

    return ask


def _hasattr(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    if len(arguments) != 2 or not isinstance(constant(arguments[1]), str):
        return None
    name = str(constant(arguments[1]))
    if isinstance(arguments[0], Module):
        interpreter.run_module(arguments[0].scope.path)
        if interpreter.finder.submodule(arguments[0].scope.path, name) is not None:
            return TRUE
    if isinstance(arguments[0], Instance) and arguments[0].is_abstract:
        return None
    if isinstance(arguments[0], Result) and not is_external(arguments[0].callee, "types.SimpleNamespace"):
        return FALSE if arguments[0].attributes.get(name) is NONE else None  # `request.state` of a stranger
    known = names_of(arguments[0])
    if known is not None and name in known:
        return TRUE
    return FALSE if lacks(arguments[0], name) else None


def _namespace(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    return Result(External("types.SimpleNamespace"), arguments, keywords, place, attributes=dict(keywords))


def subclasses_of(cls: Class) -> Sequence:
    """`cls.__subclasses__()`, of the modules that were run."""
    return Sequence("list", list(cls.subclasses))


REFLECTION: dict[str, Callable[..., Value | None]] = {
    "argparse.Namespace": _namespace,
    "builtins.callable": _is("callable"),
    "builtins.dir": _dir,
    "builtins.globals": _globals,
    "builtins.hasattr": _hasattr,
    "builtins.locals": _locals,
    "builtins.vars": _vars,
    "inspect.getmembers": _members,
    "inspect.isclass": _is("isclass"),
    "inspect.iscoroutinefunction": _is("iscoroutinefunction"),
    "inspect.isfunction": _is("isfunction"),
    "inspect.ismethod": _is("ismethod"),
    "inspect.ismodule": _is("ismodule"),
    "inspect.isroutine": _is("isroutine"),
    "types.SimpleNamespace": _namespace,
}

__all__ = ["REFLECTION", "attributes_of", "lacks", "names_of", "subclasses_of"]
