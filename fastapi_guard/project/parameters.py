"""Where FastAPI takes the parameters of endpoints and dependencies from: path, query, header, body, a dependency."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from fastapi_guard.project.dependencies import (
    DependencyReader,
    SignatureParameter,
    annotated_metadata,
    declared_dependency,
    signature,
)
from fastapi_guard.project.evaluator.binding import plain_type
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.evaluator.signals import OutOfSteps
from fastapi_guard.project.model import Dependant, Parameter
from fastapi_guard.project.tables import columns_of, is_relationship, is_table
from fastapi_guard.project.values import (
    BoundMethod,
    Class,
    External,
    Function,
    Result,
    TypeForm,
    Value,
    constant,
    is_none,
)

MARKERS = {
    "Body": "body", "Cookie": "cookie", "File": "file", "Form": "form", "Header": "header", "Path": "path", "Query": "query",
}  # fmt: skip
SPECIAL = frozenset({"BackgroundTasks", "HTTPConnection", "Request", "Response", "SecurityScopes", "WebSocket"})
REQUESTS = frozenset({"HTTPConnection", "Request", "WebSocket"})
READ_FROM_REQUESTS = frozenset(
    {"app", "body", "client", "cookies", "form", "headers", "json", "method", "query_params", "session", "state"}
)
"""What of a request does not tell its path."""
SCALARS = frozenset({
    "builtins.bool", "builtins.bytes", "builtins.float", "builtins.int", "builtins.str", "datetime.date", "datetime.datetime", "datetime.time",
    "datetime.timedelta", "decimal.Decimal", "enum.Enum", "pydantic.EmailStr", "pydantic.HttpUrl", "pydantic.AnyUrl", "pydantic.SecretStr",
    "pydantic.networks.EmailStr", "uuid.UUID",
})  # fmt: skip
MODELS = ("pydantic.", "sqlmodel.")

_PATH_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


def parameters_of(interpreter: Interpreter, target: Value, path: str) -> tuple[Parameter, ...]:
    """The parameters of a callable that serves `path`, in the order of its signature."""
    in_path = frozenset(_PATH_PARAMETER.findall(path))
    try:
        return tuple(_parameter(parameter, in_path) for parameter in signature(interpreter, target))
    except OutOfSteps:
        return ()


def unread_path_parameters(
    interpreter: Interpreter, reader: DependencyReader, endpoint: Value, dependencies: tuple[Dependant, ...], path: str
) -> tuple[str, ...]:
    """Parameters of the path that neither the endpoint nor a dependency takes; none where that cannot be told."""
    wanted = list(dict.fromkeys(_PATH_PARAMETER.findall(path)))
    if not wanted or not isinstance(endpoint, Function) or endpoint.owner is not None or endpoint.definition.args.kwarg:
        return ()
    targets: list[Value] = [endpoint]
    for root in dependencies:
        for node in root.walk():
            target = reader.target_of(node)
            if (
                target is None
                or node.unresolved
                or node.alternatives
                or (node.location is None and node.scheme is None)
            ):
                return ()
            targets.append(target)
    read: set[str] = set()
    for target in targets:
        for parameter in parameters_of(interpreter, target, path):
            is_request = parameter.annotation.rpartition(".")[2] in REQUESTS
            if parameter.source == "unknown" or (is_request and _may_read_path(target, parameter.name)):
                return ()
            if parameter.source == "path":
                read.add(parameter.name)
    return tuple(name for name in wanted if name not in read)


def _may_read_path(target: Value, name: str) -> bool:
    """Whether a callable reads `request.path_params`, or hands the request to somebody who may."""
    function = target.function if isinstance(target, BoundMethod) else target
    if not isinstance(function, Function):
        return True
    harmless = {
        id(node.value)
        for node in ast.walk(function.definition)
        if isinstance(node, ast.Attribute) and node.attr in READ_FROM_REQUESTS
    }
    return any(
        isinstance(node, ast.Name) and node.id == name and id(node) not in harmless
        for node in ast.walk(function.definition)
    )


def _parameter(parameter: SignatureParameter, in_path: frozenset[str]) -> Parameter:
    kind = plain_type(parameter.annotation) if parameter.annotation is not None else None
    location = parameter.module_place.module.location(parameter.node)
    marker = next(_markers(parameter), None)
    name = parameter.name
    if marker is not None:
        alias = constant(marker.keywords["alias"]) if "alias" in marker.keywords else None
        name = alias if isinstance(alias, str) else name
    source = _source(parameter, marker, kind, name in in_path)
    return Parameter(name, source, _name(kind), location, parameter.default is None, _columns(kind))


def _columns(kind: Value | None) -> tuple[str, ...]:
    if not isinstance(kind, Class) or not is_table(kind):
        return ()
    return tuple(column for column in columns_of(kind) if not is_relationship(kind, column))


def _markers(parameter: SignatureParameter) -> Iterator[Result]:
    for value in (parameter.default, *annotated_metadata(parameter.annotation)):
        if (
            isinstance(value, Result)
            and isinstance(value.callee, External)
            and value.callee.name.startswith("fastapi.")
        ):
            yield value


def _source(parameter: SignatureParameter, marker: Result | None, kind: Value | None, is_in_path: bool) -> str:
    for value in (parameter.default, *annotated_metadata(parameter.annotation)):
        if declared_dependency(value) is not None:
            return "dependency"
    if marker is not None and isinstance(marker.callee, External):
        named = MARKERS.get(marker.callee.name.rpartition(".")[2], "unknown")
        return "unknown" if named == "path" and not is_in_path else named
    if is_in_path:
        return "path"
    name = _name(kind)
    if name.rpartition(".")[2] in SPECIAL:
        return "special"
    if kind is None or name in SCALARS:
        return "query"
    if isinstance(kind, Class):
        bases = kind.external_bases()
        if any(base.startswith(MODELS) for base in bases):
            return "body"
        return "query" if any(base.startswith("enum.") or base in SCALARS for base in bases) else "unknown"
    return "file" if name.endswith(".UploadFile") else "unknown"


def _name(kind: Value | None) -> str:
    if isinstance(kind, TypeForm):
        kept = [argument for argument in kind.arguments if not is_none(argument)]
        origin = kind.origin.name.rpartition(".")[2] if isinstance(kind.origin, External) else ""
        return _name(kept[0]) if origin in ("Annotated", "Optional", "Union") and kept else _name(kind.origin)
    if isinstance(kind, Class):
        return f"{kind.module.name}.{kind.name}"
    return kind.name if isinstance(kind, External) else ""
