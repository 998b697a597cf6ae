"""Comprehensions and generators: LibCST nests their clauses, `ast` lists them."""

import ast
import sys

import libcst as cst

from fastapi_guard.facts.from_libcst.conversion import STORE, Conversion

_KNOWS_UNPACKING = sys.version_info >= (3, 15)
"""PEP 798: `[*x for x in y]`, `{**x for x in y}`."""


def _clauses(conversion: Conversion, node: cst.CompFor) -> list[ast.comprehension]:
    clauses = []
    clause: cst.CompFor | None = node
    while clause is not None:
        clauses.append(
            ast.comprehension(
                target=conversion.expression(clause.target, STORE),
                iter=conversion.expression(clause.iter),
                ifs=[conversion.expression(condition.test) for condition in clause.ifs],
                is_async=int(clause.asynchronous is not None),
            )
        )
        clause = clause.inner_for_in
    return clauses


def _element(conversion: Conversion, node: cst.BaseExpression) -> ast.expr:
    if isinstance(node, cst.StarredElement) and not _KNOWS_UNPACKING:
        conversion.newer_syntax.add("unpacking in a comprehension")
    return conversion.expression(node)


def list_comprehension(conversion: Conversion, node: cst.ListComp, context: ast.expr_context) -> ast.expr:
    element, clauses = _element(conversion, node.elt), _clauses(conversion, node.for_in)
    return ast.ListComp(elt=element, generators=clauses, **conversion.at(node))


def set_comprehension(conversion: Conversion, node: cst.SetComp, context: ast.expr_context) -> ast.expr:
    element, clauses = _element(conversion, node.elt), _clauses(conversion, node.for_in)
    return ast.SetComp(elt=element, generators=clauses, **conversion.at(node))


def dict_comprehension(conversion: Conversion, node: cst.DictComp, context: ast.expr_context) -> ast.expr:
    return ast.DictComp(
        key=conversion.expression(node.key),
        value=conversion.expression(node.value),
        generators=_clauses(conversion, node.for_in),
        **conversion.at(node),
    )


def starred_dict_comprehension(
    conversion: Conversion, node: cst.StarredDictComp, context: ast.expr_context
) -> ast.expr:
    """A mapping without a key of its own: what is unpacked stands for both."""
    if not _KNOWS_UNPACKING:
        conversion.newer_syntax.add("unpacking in a comprehension")
    unpacked = conversion.expression(node.value)
    clauses = _clauses(conversion, node.for_in)
    return ast.DictComp(key=unpacked, value=unpacked, generators=clauses, **conversion.at(node))


def generator(conversion: Conversion, node: cst.GeneratorExp, context: ast.expr_context) -> ast.expr:
    """The innermost parentheses belong to the generator; those of a call stand in `generator_argument`."""
    span = conversion.inner(node)
    if node.lpar:
        span = conversion.outer(node.lpar[-1])[0], conversion.outer(node.rpar[0])[1]
    return _generator(conversion, node, span)


def generator_argument(conversion: Conversion, node: cst.GeneratorExp, span: tuple[int, int]) -> ast.expr:
    """The only argument of a call, written without parentheses of its own, takes those of the call."""
    return _generator(conversion, node, span)


def _generator(conversion: Conversion, node: cst.GeneratorExp, span: tuple[int, int]) -> ast.expr:
    element, clauses = _element(conversion, node.elt), _clauses(conversion, node.for_in)
    return ast.GeneratorExp(elt=element, generators=clauses, **conversion.between(*span))
