"""Where a value comes from, as far as the function around it says: written in the code, or given by a caller."""

from enum import StrEnum

import libcst as cst

from fastapi_guard.facts.strings import definitions_of, is_only_sometimes_set
from fastapi_guard.facts.unit import Unit
from fastapi_guard.facts.walk import walk


class Origin(StrEnum):
    """What is known about a value."""

    CODE = "code"
    """Written in the code, or of a type that holds no text: a number, a date, a UUID."""
    CALLER = "caller"
    """Text that a caller chooses: a parameter, or something taken out of one."""
    UNKNOWN = "unknown"


HARMLESS_TYPES = frozenset(
    {
        "builtins.bool",
        "builtins.float",
        "builtins.int",
        "datetime.date",
        "datetime.datetime",
        "datetime.time",
        "datetime.timedelta",
        "decimal.Decimal",
        "typing.Literal",
        "typing_extensions.Literal",
        "uuid.UUID",
    }
)
"""Types whose text cannot be chosen freely."""

OPEN_TYPES = frozenset(
    {
        "builtins.bytes",
        "builtins.dict",
        "builtins.list",
        "builtins.str",
        "typing.Any",
        "typing.Dict",
        "typing.List",
        "typing.Mapping",
        "typing.Sequence",
    }
)
"""Types whose text is what a caller wants."""

WRAPPING_TYPES = frozenset({"typing.Annotated", "typing.Optional", "typing.Union", "typing_extensions.Annotated"})

TEXT_METHODS = frozenset(
    {
        "decode",
        "encode",
        "get",
        "items",
        "keys",
        "lower",
        "pop",
        "replace",
        "split",
        "strip",
        "title",
        "upper",
        "values",
    }
)
"""Methods whose result is as free as what they are called on."""

CHECKING_METHODS = frozenset({"fullmatch", "isalnum", "isalpha", "isdigit", "isidentifier", "match"})
"""Methods that look whether a text is harmless."""

IDENTIFIER_WORDS = (
    "collection",
    "column",
    "database",
    "index_name",
    "partition",
    "schema",
    "sequence",
    "table",
    "view_name",
)
"""Parts of the names of what stands in a statement where no parameter can be bound."""


def origin_of(node: cst.BaseExpression, unit: Unit, depth: int = 5) -> Origin:
    """Where the value of an expression inside a function comes from."""
    if depth <= 0:
        return Origin.UNKNOWN
    if isinstance(node, (cst.SimpleString, cst.Integer, cst.Float, cst.Comparison)):
        return Origin.CODE
    if isinstance(node, cst.Name):
        return _origin_of_name(node, unit, depth)
    if isinstance(node, (cst.Attribute, cst.Subscript)):
        return _origin_of_member(node, unit, depth)
    if isinstance(node, cst.Call):
        return _origin_of_call(node, unit, depth)
    if isinstance(node, (cst.BinaryOperation, cst.BooleanOperation)):
        return _strongest([origin_of(node.left, unit, depth), origin_of(node.right, unit, depth)])
    if isinstance(node, cst.IfExp):
        return _strongest([origin_of(node.body, unit, depth), origin_of(node.orelse, unit, depth)])
    if isinstance(node, cst.FormattedString):
        expressions = [part.expression for part in node.parts if isinstance(part, cst.FormattedStringExpression)]
        return _strongest([origin_of(expression, unit, depth) for expression in expressions])
    return Origin.UNKNOWN


def is_checked(name: str, function: cst.FunctionDef) -> bool:
    """Whether the function holds a value against a list of allowed ones, or looks at its characters."""
    for node in walk(function.body):
        if isinstance(node, cst.Comparison) and isinstance(node.left, (cst.Name, cst.Attribute)):
            is_membership = any(isinstance(target.operator, (cst.In, cst.NotIn)) for target in node.comparisons)
            if is_membership and _root(node.left) == name:
                return True
        if (
            isinstance(node, cst.Call)
            and isinstance(node.func, cst.Attribute)
            and node.func.attr.value in CHECKING_METHODS
        ):
            if any(isinstance(inner, cst.Name) and inner.value == name for inner in walk(node)):
                return True
    return False


def _strongest(origins: list[Origin]) -> Origin:
    for origin in (Origin.CALLER, Origin.UNKNOWN):
        if origin in origins:
            return origin
    return Origin.CODE


def _root(node: cst.CSTNode) -> str:
    while isinstance(node, (cst.Attribute, cst.Subscript, cst.Call)):
        node = node.func if isinstance(node, cst.Call) else node.value
    return node.value if isinstance(node, cst.Name) else ""


def _origin_of_name(node: cst.Name, unit: Unit, depth: int) -> Origin:
    function = unit.enclosing_function(node)
    if function is None:
        return Origin.UNKNOWN
    definitions = definitions_of(node, unit)
    parameter = _parameter(function, node.value)
    if definitions:
        found = [origin_of(value, unit, depth - 1) for value in definitions]
        if parameter is not None and is_only_sometimes_set(node, unit):
            found.append(_origin_of_parameter(parameter, function, unit))
        return _strongest(found)
    if parameter is not None:
        return _origin_of_parameter(parameter, function, unit)
    loops = [
        item for item in walk(function) if isinstance(item, (cst.For, cst.CompFor)) and _binds(item.target, node.value)
    ]
    if loops:
        return _origin_of_items(loops[-1].iter, node.value, loops[-1].target, unit, depth)
    return Origin.CODE if unit.resolve(node) is not None else Origin.UNKNOWN


def _origin_of_items(iterated: cst.BaseExpression, name: str, target: cst.CSTNode, unit: Unit, depth: int) -> Origin:
    """Where the items of what is iterated come from."""
    if isinstance(iterated, (cst.List, cst.Tuple, cst.Set)):
        return _strongest([origin_of(element.value, unit, depth - 1) for element in iterated.elements])
    if isinstance(iterated, cst.Call):
        called = unit.resolve(iterated)
        if called == "builtins.range":
            return Origin.CODE
        if called == "builtins.enumerate" and isinstance(target, cst.Tuple) and _binds(target.elements[0].value, name):
            return Origin.CODE
        if called in ("builtins.enumerate", "builtins.sorted", "builtins.list", "builtins.set") and iterated.args:
            return _origin_of_items(iterated.args[0].value, name, target, unit, depth)
        if called == "builtins.zip":
            return Origin.UNKNOWN
    return origin_of(iterated, unit, depth - 1)


def _origin_of_member(node: cst.Attribute | cst.Subscript, unit: Unit, depth: int) -> Origin:
    if isinstance(node, cst.Attribute) and (node.attr.value.startswith("__") or node.attr.value in ("value", "name")):
        return Origin.UNKNOWN
    root = _root(node)
    if root in ("self", "cls", "settings", "config"):
        return Origin.UNKNOWN
    return origin_of(node.value, unit, depth - 1) if not _is_model_parameter(node.value, unit) else Origin.CALLER


def _is_model_parameter(node: cst.BaseExpression, unit: Unit) -> bool:
    """A parameter of a class of the project's own: its fields are what a caller sent."""
    function = unit.enclosing_function(node)
    if not isinstance(node, cst.Name) or function is None or not unit.is_endpoint(function):
        return False
    parameter = _parameter(function, node.value)
    return parameter is not None and parameter.annotation is not None and parameter.default is None


def _origin_of_call(node: cst.Call, unit: Unit, depth: int) -> Origin:
    called = unit.resolve(node)
    if called in HARMLESS_TYPES or called in (
        "builtins.len",
        "builtins.sum",
        "builtins.round",
        "builtins.hash",
        "uuid.uuid4",
    ):
        return Origin.CODE
    if called in ("builtins.str", "builtins.repr") and node.args:
        return origin_of(node.args[0].value, unit, depth - 1)
    if isinstance(node.func, cst.Attribute) and node.func.attr.value in TEXT_METHODS:
        return origin_of(node.func.value, unit, depth - 1)
    if isinstance(node.func, cst.Attribute) and node.func.attr.value in ("isoformat", "strftime"):
        return Origin.CODE
    return Origin.UNKNOWN


def _parameter(function: cst.FunctionDef, name: str) -> cst.Param | None:
    parameters = function.params
    every = [*parameters.posonly_params, *parameters.params, *parameters.kwonly_params]
    return next((parameter for parameter in every if parameter.name.value == name), None)


def _origin_of_parameter(parameter: cst.Param, function: cst.FunctionDef, unit: Unit) -> Origin:
    name = parameter.name.value
    if is_checked(name, function):
        return Origin.UNKNOWN
    if not unit.is_endpoint(function) and any(word in name.lower() for word in IDENTIFIER_WORDS):
        return Origin.UNKNOWN
    if parameter.annotation is None:
        return Origin.UNKNOWN if name in ("self", "cls") else Origin.CALLER
    return _origin_of_annotation(parameter.annotation.annotation, unit)


def _origin_of_annotation(node: cst.BaseExpression, unit: Unit) -> Origin:
    if isinstance(node, cst.Name) and node.value == "None":
        return Origin.CODE
    if isinstance(node, cst.BinaryOperation):
        return _strongest([_origin_of_annotation(node.left, unit), _origin_of_annotation(node.right, unit)])
    if isinstance(node, cst.Subscript):
        name = unit.resolve(node.value)
        inner = [element.slice.value for element in node.slice if isinstance(element.slice, cst.Index)]
        if name in HARMLESS_TYPES:
            return Origin.CODE
        if name in WRAPPING_TYPES:
            taken = inner[:1] if name and name.endswith("Annotated") else inner
            return _strongest([_origin_of_annotation(item, unit) for item in taken])
        return Origin.CALLER if name in OPEN_TYPES else Origin.UNKNOWN
    name = unit.resolve(node)
    if name in HARMLESS_TYPES:
        return Origin.CODE
    return Origin.CALLER if name in OPEN_TYPES else Origin.UNKNOWN


def _binds(target: cst.CSTNode, name: str) -> bool:
    return any(isinstance(node, cst.Name) and node.value == name for node in walk(target))
