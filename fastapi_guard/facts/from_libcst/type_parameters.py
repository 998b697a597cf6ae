"""Type parameters and type aliases (PEP 695, PEP 696), on Pythons that know them and on those that do not."""

import ast
import sys
from typing import TypedDict

import libcst as cst

from fastapi_guard.facts.from_libcst.conversion import STORE, Conversion, identifier


def type_alias(conversion: Conversion, node: cst.TypeAlias) -> ast.stmt:
    """`type X = T`, which is an assignment to X where Python has no word for it."""
    name = conversion.expression(node.name, STORE)
    value = conversion.expression(node.value)
    start, end = conversion.inner(node)[0], conversion.outer(node.value)[1]
    place = conversion.between(start, end)
    if sys.version_info >= (3, 12):
        assert isinstance(name, ast.Name)
        type_params = type_parameters(conversion, node.type_parameters)
        return ast.TypeAlias(name=name, type_params=type_params, value=value, **place)
    conversion.newer_syntax.add("type alias")
    return ast.Assign(targets=[name], value=value, type_comment=None, **place)


if sys.version_info >= (3, 12):

    def type_parameters(conversion: Conversion, node: cst.TypeParameters | None) -> list[ast.type_param]:
        return [] if node is None else [_type_parameter(conversion, parameter) for parameter in node.params]

    def _type_parameter(conversion: Conversion, node: cst.TypeParam) -> ast.type_param:
        parameter = node.param
        name = identifier(parameter.name)
        start, end = conversion.inner(parameter)
        default = None
        if node.default is not None:
            default = conversion.expression(node.default)
            end = conversion.outer(node.default)[1]
            if node.star:
                # The star is no node of its own; it stands right before the white space that follows it.
                star = conversion.outer(node.whitespace_after_star)[0] - len(node.star)
                default = ast.Starred(value=default, ctx=ast.Load(), **conversion.between(star, end))
        place = conversion.between(start, end)
        built: ast.type_param
        if isinstance(parameter, cst.TypeVar):
            built = ast.TypeVar(name=name, bound=conversion.optional(parameter.bound), **place)
        elif isinstance(parameter, cst.TypeVarTuple):
            built = ast.TypeVarTuple(name=name, **place)
        else:
            built = ast.ParamSpec(name=name, **place)
        if sys.version_info >= (3, 13):
            built.default_value = default
        elif default is not None:
            conversion.newer_syntax.add("default of a type parameter")
        return built

    class TypeParameters(TypedDict):
        """What a definition has for its type parameters."""

        type_params: list[ast.type_param]

    def of_definition(conversion: Conversion, node: cst.TypeParameters | None) -> TypeParameters:
        return {"type_params": type_parameters(conversion, node)}

else:

    class TypeParameters(TypedDict):
        """A definition has no place for type parameters."""

    def of_definition(conversion: Conversion, node: cst.TypeParameters | None) -> TypeParameters:
        if node is not None:
            conversion.newer_syntax.add("type parameters")
        return {}
