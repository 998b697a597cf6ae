"""What stands between the parentheses of calls, classes, functions and lambdas: arguments and parameters."""

import ast
from collections.abc import Sequence

import libcst as cst

from fastapi_guard.facts.from_libcst.comprehensions import generator_argument
from fastapi_guard.facts.from_libcst.conversion import LOAD, Conversion, identifier


def call(conversion: Conversion, node: cst.Call, context: ast.expr_context) -> ast.expr:
    function = conversion.expression(node.func)
    if len(node.args) == 1:
        value = node.args[0].value
        if isinstance(value, cst.GeneratorExp) and not value.lpar:
            # The parenthesis is no node of its own; it stands right before the white space that follows it.
            span = conversion.outer(node.whitespace_before_args)[0] - 1, conversion.inner(node)[1]
            argument = generator_argument(conversion, value, span)
            return ast.Call(func=function, args=[argument], keywords=[], **conversion.at(node))
    positional, keywords = arguments(conversion, node.args)
    return ast.Call(func=function, args=positional, keywords=keywords, **conversion.at(node))


def arguments(conversion: Conversion, nodes: Sequence[cst.Arg]) -> tuple[list[ast.expr], list[ast.keyword]]:
    """What a call or a class passes by position, `*` included, and by keyword, `**` included."""
    positional: list[ast.expr] = []
    keywords: list[ast.keyword] = []
    for node in nodes:
        value = conversion.expression(node.value)
        if node.star == "*":
            positional.append(ast.Starred(value=value, ctx=LOAD, **conversion.at(node)))
        elif node.star == "**" or node.keyword is not None:
            keyword = None if node.keyword is None else identifier(node.keyword)
            keywords.append(ast.keyword(arg=keyword, value=value, **conversion.at(node)))
        else:
            positional.append(value)
    return positional, keywords


def lambda_(conversion: Conversion, node: cst.Lambda, context: ast.expr_context) -> ast.expr:
    return ast.Lambda(
        args=parameters(conversion, node.params), body=conversion.expression(node.body), **conversion.at(node)
    )


def parameters(conversion: Conversion, node: cst.Parameters) -> ast.arguments:
    by_position = (*node.posonly_params, *node.params)
    star = node.star_arg
    return ast.arguments(
        posonlyargs=[_parameter(conversion, parameter) for parameter in node.posonly_params],
        args=[_parameter(conversion, parameter) for parameter in node.params],
        vararg=_parameter(conversion, star) if isinstance(star, cst.Param) else None,
        kwonlyargs=[_parameter(conversion, parameter) for parameter in node.kwonly_params],
        kw_defaults=[conversion.optional(parameter.default) for parameter in node.kwonly_params],
        kwarg=None if node.star_kwarg is None else _parameter(conversion, node.star_kwarg),
        defaults=[
            conversion.expression(parameter.default) for parameter in by_position if parameter.default is not None
        ],
    )


def _parameter(conversion: Conversion, node: cst.Param) -> ast.arg:
    """From the name to the end of the annotation: neither the star nor the default belongs to it."""
    start, end = conversion.inner(node.name)
    annotation = None
    if node.annotation is not None:
        annotation = conversion.expression(node.annotation.annotation)
        end = conversion.inner(node.annotation)[1]
    place = conversion.between(start, end)
    return ast.arg(arg=identifier(node.name), annotation=annotation, type_comment=None, **place)
