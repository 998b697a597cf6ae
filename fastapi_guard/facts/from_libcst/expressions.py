"""Expressions: one function for each of LibCST's classes, and the table that names them."""

import ast
from collections.abc import Callable, Sequence

import libcst as cst

from fastapi_guard.facts.from_libcst.calls import call, lambda_
from fastapi_guard.facts.from_libcst.comprehensions import (
    dict_comprehension,
    generator,
    list_comprehension,
    set_comprehension,
    starred_dict_comprehension,
)
from fastapi_guard.facts.from_libcst.conversion import LOAD, STORE, CannotParse, Conversion, identifier
from fastapi_guard.facts.from_libcst.operators import BINARY, BOOLEAN, COMPARISON, UNARY
from fastapi_guard.facts.from_libcst.positions import Place
from fastapi_guard.facts.from_libcst.strings import concatenated, formatted, simple, templated

_KEYWORD_VALUES = {"None": None, "True": True, "False": False}


def name(conversion: Conversion, node: cst.Name, context: ast.expr_context) -> ast.expr:
    if node.value in _KEYWORD_VALUES:
        return ast.Constant(value=_KEYWORD_VALUES[node.value], kind=None, **conversion.at(node))
    return ast.Name(id=identifier(node), ctx=context, **conversion.at(node))


def ellipsis(conversion: Conversion, node: cst.Ellipsis, context: ast.expr_context) -> ast.expr:
    return ast.Constant(value=..., kind=None, **conversion.at(node))


def number(
    conversion: Conversion, node: cst.Integer | cst.Float | cst.Imaginary, context: ast.expr_context
) -> ast.expr:
    place = conversion.at(node)
    try:
        # Base 0 reads the prefix; all three read underscores.
        value: complex
        if isinstance(node, cst.Integer):
            value = int(node.value, 0)
        elif isinstance(node, cst.Float):
            value = float(node.value)
        else:
            value = complex(node.value)
    except ValueError as error:
        # An integer of more digits than Python converts is a syntax error for CPython as well.
        raise CannotParse(place["lineno"], place["col_offset"] + 1, str(error)) from error
    return ast.Constant(value=value, kind=None, **place)


def attribute(conversion: Conversion, node: cst.Attribute, context: ast.expr_context) -> ast.expr:
    value = conversion.expression(node.value)
    return ast.Attribute(value=value, attr=identifier(node.attr), ctx=context, **conversion.at(node))


def subscript(conversion: Conversion, node: cst.Subscript, context: ast.expr_context) -> ast.expr:
    value = conversion.expression(node.value)
    return ast.Subscript(value=value, slice=_slices(conversion, node), ctx=context, **conversion.at(node))


def _slices(conversion: Conversion, node: cst.Subscript) -> ast.expr:
    """`a[1]` holds its index, `a[1, 2]` and `a[*b]` a tuple without parentheses."""
    first, last = node.slice[0], node.slice[-1]
    elements = [_slice(conversion, element.slice) for element in node.slice]
    has_comma = isinstance(last.comma, cst.Comma)
    if len(elements) == 1 and not has_comma and not isinstance(elements[0], ast.Starred):
        return elements[0]
    start, end = (
        conversion.inner(first)[0],
        conversion.inner(last.comma if isinstance(last.comma, cst.Comma) else last)[1],
    )
    if not has_comma and isinstance(last.slice, cst.Slice):
        end = _slice_span(conversion, last.slice)[1]
    if isinstance(first.slice, cst.Slice):
        start = _slice_span(conversion, first.slice)[0]
    return ast.Tuple(elts=elements, ctx=LOAD, **conversion.between(start, end))


def _slice(conversion: Conversion, node: cst.BaseSlice) -> ast.expr:
    if isinstance(node, cst.Slice):
        return ast.Slice(
            lower=conversion.optional(node.lower),
            upper=conversion.optional(node.upper),
            step=conversion.optional(node.step),
            **conversion.between(*_slice_span(conversion, node)),
        )
    assert isinstance(node, cst.Index)
    value = conversion.expression(node.value)
    if node.star is None:
        return value
    return ast.Starred(value=value, ctx=LOAD, **conversion.between(*conversion.outer(node)))


def _slice_span(conversion: Conversion, node: cst.Slice) -> tuple[int, int]:
    """From the first to the last of the parts that are there; the colons own the white space around them."""
    start = conversion.inner(node.first_colon)[0] if node.lower is None else conversion.outer(node.lower)[0]
    if node.step is not None:
        return start, conversion.outer(node.step)[1]
    if isinstance(node.second_colon, cst.Colon):
        return start, conversion.inner(node.second_colon)[1]
    if node.upper is not None:
        return start, conversion.outer(node.upper)[1]
    return start, conversion.inner(node.first_colon)[1]


def starred(conversion: Conversion, node: cst.StarredElement, context: ast.expr_context) -> ast.expr:
    return ast.Starred(value=conversion.expression(node.value, context), ctx=context, **conversion.at(node))


def _elements(conversion: Conversion, elements: Sequence[cst.BaseElement], context: ast.expr_context) -> list[ast.expr]:
    return [
        conversion.expression(element if isinstance(element, cst.StarredElement) else element.value, context)
        for element in elements
    ]


def tuple_(conversion: Conversion, node: cst.Tuple, context: ast.expr_context) -> ast.expr:
    elements = _elements(conversion, node.elements, context)
    return ast.Tuple(elts=elements, ctx=context, **_tuple_place(conversion, node))


def _tuple_place(conversion: Conversion, node: cst.Tuple) -> Place:
    """The innermost parentheses belong to the tuple; without any it ends after its last element or comma."""
    if node.lpar:
        return conversion.between(conversion.outer(node.lpar[-1])[0], conversion.outer(node.rpar[0])[1])
    last = node.elements[-1]
    end = conversion.inner(last.comma if isinstance(last.comma, cst.Comma) else last)[1]
    return conversion.between(conversion.inner(node)[0], end)


def list_(conversion: Conversion, node: cst.List, context: ast.expr_context) -> ast.expr:
    elements = _elements(conversion, node.elements, context)
    return ast.List(elts=elements, ctx=context, **conversion.at(node))


def set_(conversion: Conversion, node: cst.Set, context: ast.expr_context) -> ast.expr:
    return ast.Set(elts=_elements(conversion, node.elements, LOAD), **conversion.at(node))


def dict_(conversion: Conversion, node: cst.Dict, context: ast.expr_context) -> ast.expr:
    """`{**a}` has None for a key."""
    keys = [
        conversion.expression(element.key) if isinstance(element, cst.DictElement) else None
        for element in node.elements
    ]
    values = [conversion.expression(element.value) for element in node.elements]
    return ast.Dict(keys=keys, values=values, **conversion.at(node))


def unary(conversion: Conversion, node: cst.UnaryOperation, context: ast.expr_context) -> ast.expr:
    operand = conversion.expression(node.expression)
    return ast.UnaryOp(op=UNARY[type(node.operator)], operand=operand, **conversion.at(node))


def binary(conversion: Conversion, node: cst.BinaryOperation, context: ast.expr_context) -> ast.expr:
    left, right = conversion.expression(node.left), conversion.expression(node.right)
    return ast.BinOp(left=left, op=BINARY[type(node.operator)], right=right, **conversion.at(node))


def boolean(conversion: Conversion, node: cst.BooleanOperation, context: ast.expr_context) -> ast.expr:
    """`a and b and c` is one operation with three values for `ast`, and nests to the left for LibCST."""
    operator = type(node.operator)
    rest = [node.right]
    left = node.left
    while isinstance(left, cst.BooleanOperation) and type(left.operator) is operator and not left.lpar:
        rest.append(left.right)
        left = left.left
    values = [conversion.expression(value) for value in (left, *reversed(rest))]
    return ast.BoolOp(op=BOOLEAN[operator], values=values, **conversion.at(node))


def comparison(conversion: Conversion, node: cst.Comparison, context: ast.expr_context) -> ast.expr:
    return ast.Compare(
        left=conversion.expression(node.left),
        ops=[COMPARISON[type(target.operator)] for target in node.comparisons],
        comparators=[conversion.expression(target.comparator) for target in node.comparisons],
        **conversion.at(node),
    )


def conditional(conversion: Conversion, node: cst.IfExp, context: ast.expr_context) -> ast.expr:
    return ast.IfExp(
        test=conversion.expression(node.test),
        body=conversion.expression(node.body),
        orelse=conversion.expression(node.orelse),
        **conversion.at(node),
    )


def await_(conversion: Conversion, node: cst.Await, context: ast.expr_context) -> ast.expr:
    return ast.Await(value=conversion.expression(node.expression), **conversion.at(node))


def yield_(conversion: Conversion, node: cst.Yield, context: ast.expr_context) -> ast.expr:
    if isinstance(node.value, cst.From):
        return ast.YieldFrom(value=conversion.expression(node.value.item), **conversion.at(node))
    return ast.Yield(value=conversion.optional(node.value), **conversion.at(node))


def named(conversion: Conversion, node: cst.NamedExpr, context: ast.expr_context) -> ast.expr:
    target = conversion.expression(node.target, STORE)
    assert isinstance(target, ast.Name)
    return ast.NamedExpr(target=target, value=conversion.expression(node.value), **conversion.at(node))


EXPRESSIONS: dict[type[cst.CSTNode], Callable[..., ast.expr]] = {
    cst.Attribute: attribute,
    cst.Await: await_,
    cst.BinaryOperation: binary,
    cst.BooleanOperation: boolean,
    cst.Call: call,
    cst.Comparison: comparison,
    cst.ConcatenatedString: concatenated,
    cst.Dict: dict_,
    cst.DictComp: dict_comprehension,
    cst.Ellipsis: ellipsis,
    cst.Float: number,
    cst.FormattedString: formatted,
    cst.GeneratorExp: generator,
    cst.IfExp: conditional,
    cst.Imaginary: number,
    cst.Integer: number,
    cst.Lambda: lambda_,
    cst.List: list_,
    cst.ListComp: list_comprehension,
    cst.Name: name,
    cst.NamedExpr: named,
    cst.Set: set_,
    cst.SetComp: set_comprehension,
    cst.SimpleString: simple,
    cst.StarredDictComp: starred_dict_comprehension,
    cst.StarredElement: starred,
    cst.Subscript: subscript,
    cst.TemplatedString: templated,
    cst.Tuple: tuple_,
    cst.UnaryOperation: unary,
    cst.Yield: yield_,
}
