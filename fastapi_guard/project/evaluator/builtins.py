"""Calls of Python itself and of a few libraries that the evaluator understands, as tables from name to function."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi_guard.project.evaluator.assignments import set_attribute
from fastapi_guard.project.evaluator.attributes import attribute
from fastapi_guard.project.evaluator.dispatch import annotation_value
from fastapi_guard.project.evaluator.files import FILES, FilePath
from fastapi_guard.project.evaluator.indirect import report_unknown_method
from fastapi_guard.project.evaluator.iteration import iterate
from fastapi_guard.project.evaluator.methods import environment
from fastapi_guard.project.evaluator.operators import awaited, key_of, truth
from fastapi_guard.project.evaluator.reflection import PLAIN_BASES, REFLECTION, lacks
from fastapi_guard.project.evaluator.route_objects import is_route
from fastapi_guard.project.evaluator.routers import APPLICATION_CLASSES, ROUTER_CLASSES
from fastapi_guard.project.evaluator.sequences import SEQUENCES
from fastapi_guard.project.evaluator.signatures import SIGNATURES
from fastapi_guard.project.registration import Include, Mount, Route, Router
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.values import (
    FALSE,
    NONE,
    TRUE,
    BoundMethod,
    Class,
    Descriptor,
    EnumMember,
    External,
    Function,
    Instance,
    Literal,
    Mapping,
    Member,
    Module,
    Operation,
    Partial,
    Place,
    Sequence,
    Setting,
    TypeForm,
    Unknown,
    Value,
    choice,
    constant,
    is_external,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


BUILTIN_NAMES = frozenset(dir(builtins))


Arguments = tuple[Value, ...]


Keywords = dict[str, Value]


Known = Callable[["Interpreter", Arguments, Keywords, "Place | None", "Scope | None"], "Value | None"]


def call_external(
    interpreter: Interpreter,
    callee: External,
    arguments: Arguments,
    keywords: Keywords,
    place: Place | None,
    scope: Scope | None,
) -> Value | None:
    """The result of a library call that is understood, None for all others."""
    known = EXTERNAL_CALLS.get(callee.name)
    if known is not None:
        return known(interpreter, arguments, keywords, place, scope)
    return None


def _getattr(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    if len(arguments) >= 2 and isinstance(constant(arguments[1]), str):
        name = str(constant(arguments[1]))
        found = attribute(interpreter, arguments[0], name, place)
        if len(arguments) == 3 and isinstance(found, (Unknown, Member)) and lacks(arguments[0], name):
            return arguments[2]
        if len(arguments) == 3 and isinstance(found, (Unknown, Member)):
            return choice([found, arguments[2]])
        return found
    if arguments:
        report_unknown_method(interpreter, arguments[0], place)
    return Unknown("getattr with a name that is not known", place)


def _setattr(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    if len(arguments) == 3 and isinstance(constant(arguments[1]), str):
        set_attribute(interpreter, arguments[0], str(constant(arguments[1])), arguments[2], place)
    elif len(arguments) == 3:
        interpreter.note("set", Operation("*", (arguments[0], arguments[2], arguments[1])), place)
    return NONE


def _import_module(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    name = constant(arguments[0]) if arguments else None
    if not isinstance(name, str) or place is None:
        return Unknown("import_module of a name that is not known", place)
    importer = place.module.path
    package = constant(arguments[1]) if len(arguments) > 1 else constant(keywords.get("package", NONE))
    if name.startswith(".") and isinstance(package, str):
        above = len(name) - len(name.lstrip(".")) - 1
        base = package.rsplit(".", above)[0] if above else package
        name = f"{base}.{name.lstrip('.')}"
    if name.startswith("."):
        level = len(name) - len(name.lstrip("."))
        path = interpreter.finder.relative(name.lstrip("."), level, importer)
    else:
        path = interpreter.finder.resolve(name, importer)
    if path is None:
        return External(name)
    interpreter.import_module(path)
    module = interpreter.module(path)
    return Module(module) if module is not None else Unknown(f"{path} could not be parsed", place)


def _partial(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    return Partial(arguments[0], arguments[1:], keywords) if arguments else None


def _update_wrapper(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    return arguments[0] if arguments else None


def _cast(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    return arguments[1] if len(arguments) == 2 else None


def _identity(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    return arguments[0] if arguments else None


def _scheme_and_parameter(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    """`get_authorization_scheme_param(None)` is `("", "")` (fastapi/security/utils.py)."""
    first = arguments[0] if arguments else NONE
    if isinstance(first, Literal) and not first.value:
        return Sequence("tuple", [Literal(""), Literal("")])
    return None


def _awaited(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    return awaited(arguments[0]) if arguments else None


def _environment(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    return environment(arguments, keywords)


def _dict(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    mapping = Mapping({})
    if arguments and isinstance(arguments[0], Mapping):
        mapping = Mapping(dict(arguments[0].items), arguments[0].is_complete)
    elif arguments:
        pairs = iterate(interpreter, arguments[0])
        for pair in pairs or []:
            parts = iterate(interpreter, pair)
            key = key_of(parts[0]) if parts and len(parts) == 2 else None
            if parts and key is not None:
                mapping.items[key[0]] = parts[1]
            else:
                mapping.is_complete = False
        mapping.is_complete = mapping.is_complete and pairs is not None
    mapping.items.update({key: value for key, value in keywords.items() if key != "**"})
    mapping.is_complete = mapping.is_complete and "**" not in keywords
    return mapping


def _text(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    if not arguments:
        return Literal("")
    if isinstance(arguments[0], FilePath):
        return Literal(arguments[0].path) if arguments[0].is_relative else arguments[0]
    known = constant(arguments[0])
    if known is None:
        return None
    return Setting(Literal(str(known)), arguments[0].name) if isinstance(arguments[0], Setting) else Literal(str(known))


def run_elsewhere(position: int) -> Known:
    """A call that runs a function in a thread or pool and gives its result: `to_thread.run_sync(function, *arguments)`."""

    def make(
        interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
    ) -> Value | None:
        from fastapi_guard.project.evaluator.calls import call

        if len(arguments) <= position:
            return None
        passed = {
            key: value for key, value in keywords.items() if key not in ("abandon_on_cancel", "cancellable", "limiter")
        }
        return call(interpreter, arguments[position], arguments[position + 1 :], passed, place, scope)

    return make


def _boolean(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    decided = truth(arguments[0]) if arguments else False
    if decided is not None:
        return TRUE if decided else FALSE
    return Operation("bool", arguments[:1], place)


def _isinstance(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    if len(arguments) != 2:
        return None
    value, kind = arguments
    kinds = _kinds(kind)
    if isinstance(value, Instance) and all(isinstance(option, Class) for option in kinds):
        return (
            TRUE
            if any(option in list(value.cls.linearized()) for option in kinds)
            else (None if value.is_abstract else FALSE)
        )
    if isinstance(value, (Route, Include, Mount)):
        told = [is_route(value, option.name) if isinstance(option, External) else None for option in kinds]
        return TRUE if True in told else (None if None in told else FALSE)
    if isinstance(value, Router) and len(kinds) == 1 and isinstance(kinds[0], External):
        is_known = kinds[0].name in (*APPLICATION_CLASSES, *ROUTER_CLASSES)
        return TRUE if is_known and (kinds[0].name in APPLICATION_CLASSES) == value.is_application else None
    if _are_routers(kinds) and _is_no_router(value):
        return FALSE
    if isinstance(value, EnumMember) and all(isinstance(option, Class) for option in kinds):
        return TRUE if any(option in value.cls.linearized() for option in kinds) else FALSE
    plain = value.default if isinstance(value, Setting) else value
    if isinstance(plain, PLAIN_VALUES) and kinds and all(isinstance(option, Class) for option in kinds):
        return FALSE
    names = {option.name for option in kinds if isinstance(option, External)}
    actual = {
        Sequence: {"list", "tuple", "set"} & {getattr(value, "kind", "")},
        Mapping: {"dict"},
    }.get(type(value))
    if isinstance(value, Literal):
        actual = {type(value.value).__name__}
    if isinstance(value, (Class, Function, BoundMethod, Module)):
        actual = {"function"}
    if actual is not None and len(names) == len(kinds) and all(name.startswith("builtins.") for name in names):
        return TRUE if {f"builtins.{name}" for name in actual} & names else FALSE
    return None


def _kinds(kind: Value) -> list[Value]:
    """The classes of `isinstance(value, (A, B))` and of `isinstance(value, A | B)`."""
    if isinstance(kind, Sequence):
        return [found for item in kind.items for found in _kinds(item)]
    if isinstance(kind, TypeForm) and is_external(kind.origin, "typing.Union", "types.UnionType"):
        return [found for argument in kind.arguments for found in _kinds(argument)]
    return [kind]


PLAIN_VALUES = (Literal, Sequence, Mapping, Function, BoundMethod, Class, Module, Router, FilePath)
"""Values that are no objects of a class of the project's."""


def _are_routers(kinds: list[Value]) -> bool:
    known = (*APPLICATION_CLASSES, *ROUTER_CLASSES)
    return all(isinstance(kind, External) and kind.name in known for kind in kinds)


def _is_no_router(value: Value) -> bool:
    """Whether a value is certainly something else: data, a function, a class, something of Python's own."""
    if isinstance(value, External):
        top, _, last = value.name.rpartition(".")
        return last[:1].isupper() or (top or last).partition(".")[0] in sys.stdlib_module_names or top == "fastapi"
    return isinstance(value, (Literal, Sequence, Mapping, Function, BoundMethod, Class, Module, TypeForm, FilePath))


def _issubclass(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    if len(arguments) != 2 or not isinstance(arguments[0], Class):
        return None
    kinds = arguments[1].items if isinstance(arguments[1], Sequence) else [arguments[1]]
    bases = list(arguments[0].linearized())
    if any(
        kind in bases or (isinstance(kind, External) and kind.name in arguments[0].external_bases()) for kind in kinds
    ):
        return TRUE
    is_known = all(isinstance(base, Class) or base.name in PLAIN_BASES for base in bases)
    return FALSE if is_known or all(isinstance(kind, Class) for kind in kinds) else None


def _is_coroutine_function(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    first = arguments[0] if arguments else NONE
    if isinstance(first, BoundMethod):
        first = first.function
    if isinstance(first, Partial):
        first = first.function
    if isinstance(first, Function):
        return TRUE if first.is_async else FALSE
    return None


def _type(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    if len(arguments) == 3 and isinstance(arguments[1], Sequence) and place is not None:
        namespace = arguments[2].items if isinstance(arguments[2], Mapping) else {}
        return made_class(arguments[0], arguments[1].items, namespace, keywords, place, scope)
    if len(arguments) == 1 and isinstance(arguments[0], Instance):
        return arguments[0].cls
    return None


def _class_of_bases(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    """`create_model(name, __base__=Base)`, `make_class(name, fields, bases=(Base,))`: a class that has these bases."""
    given = keywords.get("__base__") or keywords.get("bases") or Sequence("tuple", [])
    bases: list[Value] | None = [given] if isinstance(given, (Class, External)) else iterate(interpreter, given)
    if not bases or not arguments or place is None:
        return None
    return made_class(arguments[0], bases, {}, {}, place, scope)


def made_class(
    name: Value,
    bases: list[Value],
    namespace: dict[object, Value],
    keywords: Keywords,
    place: Place,
    scope: Scope | None,
) -> Value | None:
    """A class that a call makes; it stands where the call does."""
    shown = constant(name)
    if scope is None or not isinstance(shown, str):
        return None
    definition = ast.copy_location(ast.ClassDef(shown, [], [], [], []), place.node)
    attributes = {key: value for key, value in namespace.items() if isinstance(key, str)}
    return Class(shown, definition, scope, scope.module, list(bases), dict(keywords), attributes)


def _descriptor(kind: str) -> Known:
    def make(
        interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
    ) -> Value | None:
        return Descriptor(kind, arguments[0]) if arguments and isinstance(arguments[0], Function) else None

    return make


def _new_type(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    return TypeForm(External("typing.NewType"), arguments[1:2])


def _type_hints(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    """`get_type_hints(function)`: its annotations by name."""
    function = arguments[0] if arguments else NONE
    if isinstance(function, Class):
        bases = [base for base in reversed(function.linearized()) if isinstance(base, Class)]
        return Mapping(
            {
                name: annotation_value(interpreter, node, base.scope)
                for base in bases
                for name, node in base.annotations.items()
            }
        )
    function = function.function if isinstance(function, BoundMethod) else function
    if not isinstance(function, Function) or isinstance(function.definition, ast.Lambda):
        return None
    spec = function.definition.args
    nodes = {parameter.arg: parameter.annotation for parameter in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]}
    nodes["return"] = function.definition.returns
    return Mapping(
        {name: annotation_value(interpreter, node, function.scope) for name, node in nodes.items() if node is not None}
    )


EXTERNAL_CALLS: dict[str, Known] = {
    **FILES,
    **REFLECTION,
    **SIGNATURES,
    **SEQUENCES,
    "attr.make_class": _class_of_bases,
    "attrs.make_class": _class_of_bases,
    "builtins.bool": _boolean,
    "builtins.dict": _dict,
    "builtins.getattr": _getattr,
    "builtins.isinstance": _isinstance,
    "builtins.issubclass": _issubclass,
    "builtins.setattr": _setattr,
    "builtins.str": _text,
    "builtins.type": _type,
    "builtins.classmethod": _descriptor("classmethod"),
    "builtins.staticmethod": _descriptor("staticmethod"),
    "builtins.property": _descriptor("property"),
    "anyio.to_thread.run_sync": run_elsewhere(0),
    "asgiref.sync.async_to_sync": _identity,
    "asgiref.sync.sync_to_async": _identity,
    "asyncio.run": _awaited,
    "asyncio.to_thread": run_elsewhere(0),
    "asyncio.wait_for": _awaited,
    "fastapi.security.utils.get_authorization_scheme_param": _scheme_and_parameter,
    "fastapi.concurrency.run_in_threadpool": run_elsewhere(0),
    "starlette.concurrency.run_in_threadpool": run_elsewhere(0),
    "asyncio.iscoroutinefunction": _is_coroutine_function,
    "copy.copy": _identity,
    "copy.deepcopy": _identity,
    "decouple.config": _environment,
    "functools.partial": _partial,
    "functools.update_wrapper": _update_wrapper,
    "importlib.import_module": _import_module,
    "operator.call": run_elsewhere(0),
    "os.environ.get": _environment,
    "os.getenv": _environment,
    "pydantic.create_model": _class_of_bases,
    "types.new_class": _class_of_bases,
    "typing.NewType": _new_type,
    "typing.TypeAliasType": _cast,
    "typing_extensions.TypeAliasType": _cast,
    "typing.get_type_hints": _type_hints,
    "typing.cast": _cast,
}
