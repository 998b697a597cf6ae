"""Dependency trees: what FastAPI will call before an endpoint, read from signatures as `get_dependant` reads them."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from fastapi_guard.location import Location
from fastapi_guard.project.evaluator.binding import plain_type
from fastapi_guard.project.evaluator.definitions import defaults_of
from fastapi_guard.project.evaluator.expressions import annotation_value, evaluate
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.evaluator.routers import describe
from fastapi_guard.project.evaluator.signals import OutOfSteps
from fastapi_guard.project.evaluator.signatures import parameters as given_parameters
from fastapi_guard.project.model import Dependant, SecurityScheme, Via
from fastapi_guard.project.model import Function as FunctionNoun
from fastapi_guard.project.scope import ModuleScope, Scope
from fastapi_guard.project.values import (
    Argument,
    BoundMethod,
    Choice,
    Class,
    Conditional,
    Descriptor,
    External,
    Function,
    Instance,
    Item,
    Literal,
    Member,
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
)

DEPENDS = frozenset({"fastapi.Depends", "fastapi.param_functions.Depends", "fastapi.params.Depends"})
SECURITY = frozenset({"fastapi.Security", "fastapi.param_functions.Security", "fastapi.params.Security"})
MOST_NESTED = 20


@dataclass(frozen=True, slots=True)
class Declared:
    """A `Depends(...)`: what it names (None where the annotation does), its scopes and where it stands."""

    dependency: Value | None
    scopes: tuple[str, ...]
    place: Place | None


@dataclass(frozen=True, slots=True)
class SignatureParameter:
    """A parameter of a callable as FastAPI sees it."""

    name: str
    annotation: Value | None
    annotation_node: ast.expr | None
    default: Value | None
    node: ast.arg
    module_place: Place


def declared_dependency(value: Value | None) -> Declared | None:
    """The `Depends` or `Security` that a value is, or None."""
    if isinstance(value, Result) and isinstance(value.callee, External):
        if value.callee.name in DEPENDS or value.callee.name in SECURITY:
            dependency = value.arguments[0] if value.arguments else value.keywords.get("dependency")
            if dependency is not None and is_none(dependency):
                dependency = None
            scopes = value.keywords.get("scopes") or (
                value.arguments[1] if value.callee.name in SECURITY and len(value.arguments) > 1 else None
            )
            return Declared(dependency, _texts(scopes), value.place)
    if isinstance(value, Instance) and any(base in DEPENDS or base in SECURITY for base in value.cls.external_bases()):
        passed_on = {key[6:]: item for key, item in value.arguments.items() if key.startswith("super.")}
        given = passed_on or value.arguments
        dependency = value.attributes.get("dependency") or given.get("0") or given.get("dependency")
        return Declared(dependency, _texts(value.attributes.get("scopes") or given.get("scopes")), value.place)
    if isinstance(value, Choice):
        return next((found for option in value.options if (found := declared_dependency(option))), None)
    return None


def _texts(value: Value | None) -> tuple[str, ...]:
    items = value.items if isinstance(value, Sequence) else []
    return tuple(str(constant(item)) for item in items if isinstance(constant(item), str))


class DependencyReader:
    """Builds dependants; a class because one callable is read once and used by many operations."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self._children: dict[int, tuple[Dependant, ...]] = {}
        self._kept: list[Value] = []
        self._kept_nodes: list[Dependant] = []
        self._nested: list[int] = []
        self._targets: dict[int, Value] = {}

    def target_of(self, node: Dependant) -> Value | None:
        """The callable behind a dependant."""
        return self._targets.get(id(node))

    def targets(self) -> tuple[Value, ...]:
        """The callables behind all dependants."""
        return tuple(self._targets.values())

    def listed(self, value: Value | None, via: Via) -> tuple[Dependant, ...]:
        """What `dependencies=[...]` adds."""
        if value is None or is_none(value):
            return ()
        if isinstance(value, Choice):
            return self._of_one_list([self.listed(option, via) for option in value.options], via)
        if not isinstance(value, Sequence):
            return (Dependant("", None, via, unresolved=f"dependencies= is {describe(value)}"),)
        found: list[Dependant] = []
        for item in value.items:
            if isinstance(item, Conditional) and item.is_undecided:
                maybe = self.listed(Sequence("list", [item.value]), via)
                found += [
                    self._remember(replace(node, alternatives=(Dependant("nothing", None, via),)), self.target_of(node))
                    for node in maybe
                ]
                continue
            if isinstance(item, Conditional):
                found.append(
                    Dependant("", None, via, unresolved=f"one is added only when {item.setting} is not at its default")
                )
                continue
            declared = declared_dependency(item)
            if declared is not None:
                found.append(self.dependant(declared, None, via, ""))
            elif not isinstance(item, Literal):
                found.append(Dependant("", None, via, unresolved=f"a dependency is {describe(item)}"))
        if not value.is_complete:
            found.append(Dependant("", None, via, unresolved="the list of dependencies is not known completely"))
        return tuple(found)

    def _of_one_list(self, lists: list[tuple[Dependant, ...]], via: Via) -> tuple[Dependant, ...]:
        """What one of several lists adds: the longest, of which certainly runs what is in all of them."""
        common = set.intersection(*({node.name for node in nodes} for nodes in lists))
        nothing = (Dependant("nothing", None, via),)
        return tuple(
            node
            if node.name in common or node.alternatives or node.unresolved
            else self._remember(replace(node, alternatives=nothing), self.target_of(node))
            for node in max(lists, key=len)
        )

    def of_parameters(self, endpoint: Value) -> tuple[Dependant, ...]:
        """What the parameters of a callable add."""
        return self._read(endpoint)

    def dependant(self, declared: Declared, annotation: Value | None, via: Via, parameter: str) -> Dependant:
        """The tree below one `Depends(...)`."""
        target = declared.dependency
        if target is None:
            target = _called_type(annotation) if annotation is not None else Unknown("Depends() without a type")
        node = self._of_callable(target, via)
        place = declared.place
        complete = replace(
            node,
            scopes=declared.scopes,
            parameter=parameter,
            declared_at=place.module.location(place.node) if place else None,
        )
        return self._remember(complete, self._targets.get(id(node)))

    def _remember(self, node: Dependant, target: Value | None) -> Dependant:
        if target is not None:
            self._targets[id(node)] = target
            self._kept_nodes.append(node)
        return node

    def _of_callable(self, target: Value, via: Via) -> Dependant:
        if isinstance(target, Choice):
            options = [self._of_callable(option, via) for option in target.options if not is_none(option)]
            if not options:
                return Dependant("None", None, via, unresolved="the dependency is None")
            chosen = replace(options[0], alternatives=tuple(options[1:]))
            return self._remember(chosen, self._targets.get(id(options[0])))
        if isinstance(target, Setting):
            target = target.default  # an object that configuration makes
        if isinstance(target, Unknown):
            return Dependant("", None, via, unresolved=target.reason)
        if isinstance(target, (Argument, Item, Operation)):
            return Dependant("", None, via, unresolved=f"the dependency is {describe(target)}")
        name, location, function = identify(target)
        return self._remember(
            Dependant(name, location, via, self._read(target), function, self._scheme(target)), target
        )

    def _scheme(self, target: Value) -> SecurityScheme | None:
        """The security scheme that a dependency is, when it is one."""
        if isinstance(target, Result) and isinstance(target.callee, External) and is_security_class(target.callee.name):
            location = target.place.module.location(target.place.node) if target.place else None
            return SecurityScheme(target.callee.name.rpartition(".")[2], _auto_error(target.keywords), location)
        if isinstance(target, Instance) and any(is_security_class(base) for base in target.cls.external_bases()):
            place = target.place
            location = place.module.location(place.node) if place else None
            return SecurityScheme(target.cls.name, _auto_error(target.arguments), location)
        if isinstance(target, BoundMethod) and isinstance(target.receiver, Instance):
            return None
        return None

    def _read(self, target: Value) -> tuple[Dependant, ...]:
        key = id(target.function if isinstance(target, BoundMethod) else target)
        if key in self._children:
            return self._children[key]
        if key in self._nested or len(self._nested) > MOST_NESTED:
            return ()
        self._nested.append(key)
        self._kept.append(target)
        found: list[Dependant] = []
        try:
            for parameter in signature(self.interpreter, target):
                dependant = self._of_parameter(parameter)
                if dependant is not None:
                    found.append(dependant)
        except OutOfSteps:
            found.append(Dependant("", None, Via.PARAMETER, unresolved="its signature takes too long to evaluate"))
        finally:
            self._nested.pop()
        self._children[key] = tuple(found)
        return self._children[key]

    def _of_parameter(self, parameter: SignatureParameter) -> Dependant | None:
        declared = declared_dependency(parameter.default)
        via = Via.PARAMETER
        annotation = parameter.annotation
        if declared is None:
            for metadata in annotated_metadata(annotation):
                declared = declared_dependency(metadata) or declared
            if declared is not None and not isinstance(parameter.annotation_node, ast.Subscript):
                via = Via.ALIAS
        if declared is None:
            return None
        return self.dependant(declared, annotation, via, parameter.name)


def _called_type(annotation: Value) -> Value:
    """What `parameter: T = Depends()` calls: of `Repository[Item]` Python shows no parameters."""
    while isinstance(annotation, TypeForm) and not isinstance(annotation.origin, Class):
        inner = plain_type(TypeForm(annotation.origin, annotation.arguments))
        if inner is annotation or not isinstance(annotation.origin, External):
            return inner
        if annotation.origin.name.rpartition(".")[2] not in ("Annotated", "Optional"):
            return inner
        annotation = annotation.arguments[0] if annotation.arguments else inner
    return annotation


def annotated_metadata(annotation: Value | None) -> Iterator[Value]:
    """The metadata of `Annotated[...]`, also nested and inside `Optional`."""
    if not isinstance(annotation, TypeForm):
        return
    origin = annotation.origin
    if isinstance(origin, External) and origin.name.rpartition(".")[2] == "Annotated":
        yield from annotated_metadata(annotation.arguments[0] if annotation.arguments else None)
        yield from annotation.arguments[1:]


def is_security_class(name: str) -> bool:
    """Whether a library class is one of `fastapi.security`'s schemes (the request forms are not)."""
    last = name.rpartition(".")[2]
    return name.startswith("fastapi.security.") and last in SCHEME_CLASSES


SCHEME_CLASSES = frozenset({
    "APIKeyCookie", "APIKeyHeader", "APIKeyQuery", "HTTPBasic", "HTTPBearer", "HTTPDigest", "OAuth2",
    "OAuth2AuthorizationCodeBearer", "OAuth2PasswordBearer", "OpenIdConnect", "HTTPBase", "SecurityBase", "APIKeyBase",
})  # fmt: skip


def _auto_error(arguments: dict[str, Value]) -> bool | None:
    if "auto_error" not in arguments:
        return True
    known = constant(arguments["auto_error"])
    return known if isinstance(known, bool) else None


def signature(interpreter: Interpreter, target: Value) -> Iterator[SignatureParameter]:
    """The parameters that `inspect.signature` would show, with annotation and default evaluated."""
    bound = 0
    filled: set[str] = set()
    outermost: Function | None = None
    while True:
        if isinstance(target, Partial):
            bound += len(target.arguments)
            filled |= set(target.keywords)
            target = target.function
        elif isinstance(target, BoundMethod):
            bound += 1
            target = target.function
        elif isinstance(target, Descriptor):
            target = target.function
        elif isinstance(target, Function) and "__signature__" in target.attributes:
            yield from itertools.islice(given_parameters(interpreter, target.attributes["__signature__"]), bound, None)
            return
        elif isinstance(target, Function) and target.wraps is not None:
            outermost = outermost or target
            target = target.wraps
        elif isinstance(target, Instance):
            found = target.cls.lookup("__call__")
            if found is None:
                return
            target, bound = interpreter.settle(found[0]), bound + 1
        elif isinstance(target, Class) and (given := target.lookup("__signature__")) is not None:
            yield from given_parameters(interpreter, interpreter.settle(given[0]))
            return
        elif isinstance(target, Class):
            found = target.lookup("__init__")
            if found is None:
                yield from _fields(interpreter, target)
                return
            target, bound = interpreter.settle(found[0]), bound + 1
        else:
            break
    if not isinstance(target, Function):
        return
    spec = target.definition.args
    texts_in = None
    if outermost is not None and not interpreter.options.unwraps_annotations:
        texts_in = Scope(outermost.module, outermost.module.names, kind="module")
    positional = [*spec.posonlyargs, *spec.args]
    defaults = {parameter.arg: node for parameter, node in defaults_of(spec)}
    for parameter in [*positional[bound:], *spec.kwonlyargs]:
        if parameter.arg in filled:
            continue
        annotation = None
        if parameter.annotation is not None:
            is_text = texts_in is not None and is_text_annotation(parameter.annotation, target.module)
            scope = texts_in if texts_in is not None and is_text else target.scope
            annotation = annotation_value(interpreter, parameter.annotation, scope)
        default = None
        if parameter.arg in target.defaults:
            default = target.defaults[parameter.arg]
        elif parameter.arg in defaults:
            default = evaluate(interpreter, defaults[parameter.arg], target.scope)
        place = Place(target.module, parameter)
        yield SignatureParameter(parameter.arg, annotation, parameter.annotation, default, parameter, place)


def is_text_annotation(node: ast.expr, module: ModuleScope) -> bool:
    """Whether Python keeps an annotation as text, which FastAPI evaluates later."""
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_text or any(
        isinstance(statement, ast.ImportFrom)
        and statement.module == "__future__"
        and any(alias.name == "annotations" for alias in statement.names)
        for statement in module.tree.body[:10]
    )


def _fields(interpreter: Interpreter, cls: Class) -> Iterator[SignatureParameter]:
    """The parameters of the `__init__` that a dataclass or a Pydantic model gets from its fields."""
    for base in reversed(list(cls.linearized())):
        if not isinstance(base, Class):
            continue
        for name, node in base.annotations.items():
            if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("ClassVar"):
                continue
            argument = ast.copy_location(ast.arg(name, node), node)
            annotation = annotation_value(interpreter, node, base.scope)
            yield SignatureParameter(
                name, annotation, node, base.namespace.get(name), argument, Place(base.module, argument)
            )


@lru_cache(maxsize=4_096)
def identify(target: Value) -> tuple[str, Location | None, FunctionNoun | None]:
    """Name, place and (for the project's own code) function of a callable."""
    if isinstance(target, Partial):
        return identify(target.function)
    if isinstance(target, BoundMethod):
        return identify(target.function)
    if isinstance(target, Descriptor):
        return identify(target.function)
    if isinstance(target, Function):
        return _identify_function(unwrapped(target))
    if isinstance(target, Class):
        return f"{target.module.name}.{target.name}", _written_at(target), None
    if isinstance(target, Instance):
        return f"{target.cls.module.name}.{target.cls.name}", _written_at(target.cls), None
    if isinstance(target, External):
        return target.name, None, None
    if isinstance(target, Result):
        return identify(target.callee)[0], None, None
    if isinstance(target, Member):
        return f"{identify(target.receiver)[0]}.{target.name}", None, None
    return describe(target), None, None


def unwrapped(function: Function) -> Function:
    """The function that `inspect.unwrap` ends at."""
    for _ in range(MOST_NESTED):
        inner = function.wraps
        if isinstance(inner, BoundMethod):
            inner = inner.function
        if not isinstance(inner, Function):
            break
        function = inner
    return function


def _identify_function(function: Function) -> tuple[str, Location, FunctionNoun]:
    noun = function_noun(function)
    return noun.name, noun.location, noun


def function_noun(function: Function) -> FunctionNoun:
    """A function of the project as rules see it."""
    node = function.definition
    module = function.module
    location = module.location(node)
    if not isinstance(node, ast.Lambda):
        last = signature_end(node)
        location = replace(location, end_line=last[0], end_column=module.column(*last))
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    first = min(decorators, key=lambda item: item.lineno, default=None)
    if first is None:
        decorator_location = location
    else:
        at = module.location(first)
        decorator_location = replace(at, column=max(at.column - 1, 1))
    return FunctionNoun(f"{module.name}.{function.name}", module.name, node, location, decorator_location)


def signature_end(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int]:
    """Line and byte column where the signature of a `def` ends, as far as the tree knows it."""
    parts: list[ast.AST] = [node.returns] if node.returns else []
    spec = node.args
    parts += [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *spec.defaults]
    parts += [default for default in spec.kw_defaults if default is not None]
    parts += [part for part in (spec.vararg, spec.kwarg) if part is not None]
    ends = [
        (getattr(part, "end_lineno", None) or node.lineno, getattr(part, "end_col_offset", None) or 0) for part in parts
    ]
    ends.append((node.lineno, node.col_offset + len("def ") + len(node.name)))
    return max(ends)


def _written_at(cls: Class) -> Location | None:
    """The line of `class`; None for a class that a call has made."""
    return class_location(cls) if cls.definition.body else None


def class_location(cls: Class) -> Location:
    """The line of `class`."""
    location = cls.module.location(cls.definition)
    return replace(
        location, end_line=location.line, end_column=location.column + len("class ") + len(cls.definition.name)
    )
