"""Patterns: what stands after `case`."""

import ast
from collections.abc import Callable

import libcst as cst

from fastapi_guard.facts.from_libcst.conversion import Conversion, identifier
from fastapi_guard.facts.from_libcst.positions import Place


def value(conversion: Conversion, node: cst.MatchValue) -> ast.pattern:
    return ast.MatchValue(value=conversion.expression(node.value), **conversion.at(node.value))


def singleton(conversion: Conversion, node: cst.MatchSingleton) -> ast.pattern:
    constant = conversion.expression(node.value)
    assert isinstance(constant, ast.Constant)
    assert constant.value is None or isinstance(constant.value, bool)
    return ast.MatchSingleton(value=constant.value, **conversion.at(node.value))


def sequence(conversion: Conversion, node: cst.MatchList | cst.MatchTuple) -> ast.pattern:
    patterns = [
        _star(conversion, element) if isinstance(element, cst.MatchStar) else conversion.pattern(element.value)
        for element in node.patterns
    ]
    return ast.MatchSequence(patterns=patterns, **_sequence_place(conversion, node))


def _sequence_place(conversion: Conversion, node: cst.MatchList | cst.MatchTuple) -> Place:
    """Brackets or the innermost parentheses belong to the pattern; without any it ends after its last comma."""
    if isinstance(node, cst.MatchTuple) and node.lpar:
        return conversion.between(conversion.outer(node.lpar[-1])[0], conversion.outer(node.rpar[0])[1])
    start, end = conversion.inner(node)
    if isinstance(node, cst.MatchTuple) or node.lbracket is None:
        comma = node.patterns[-1].comma
        if isinstance(comma, cst.Comma):
            end = conversion.inner(comma)[1]
    return conversion.between(start, end)


def _star(conversion: Conversion, node: cst.MatchStar) -> ast.pattern:
    start = conversion.inner(node)[0]
    if node.name is None:
        # The underscore is no node of its own; it stands right after the white space that follows the star.
        end = conversion.outer(node.whitespace_before_name)[1] + len("_")
        return ast.MatchStar(name=None, **conversion.between(start, end))
    end = conversion.outer(node.name)[1]
    return ast.MatchStar(name=identifier(node.name), **conversion.between(start, end))


def mapping(conversion: Conversion, node: cst.MatchMapping) -> ast.pattern:
    return ast.MatchMapping(
        keys=[conversion.expression(element.key) for element in node.elements],
        patterns=[conversion.pattern(element.pattern) for element in node.elements],
        rest=None if node.rest is None else identifier(node.rest),
        **conversion.at(node),
    )


def class_(conversion: Conversion, node: cst.MatchClass) -> ast.pattern:
    return ast.MatchClass(
        cls=conversion.expression(node.cls),
        patterns=[conversion.pattern(element.value) for element in node.patterns],
        kwd_attrs=[identifier(element.key) for element in node.kwds],
        kwd_patterns=[conversion.pattern(element.pattern) for element in node.kwds],
        **conversion.at(node),
    )


def as_(conversion: Conversion, node: cst.MatchAs) -> ast.pattern:
    return ast.MatchAs(
        pattern=None if node.pattern is None else conversion.pattern(node.pattern),
        name=None if node.name is None else identifier(node.name),
        **conversion.at(node),
    )


def or_(conversion: Conversion, node: cst.MatchOr) -> ast.pattern:
    patterns = [conversion.pattern(element.pattern) for element in node.patterns]
    return ast.MatchOr(patterns=patterns, **conversion.at(node))


PATTERNS: dict[type[cst.CSTNode], Callable[..., ast.pattern]] = {
    cst.MatchAs: as_,
    cst.MatchClass: class_,
    cst.MatchList: sequence,
    cst.MatchMapping: mapping,
    cst.MatchOr: or_,
    cst.MatchSingleton: singleton,
    cst.MatchTuple: sequence,
    cst.MatchValue: value,
}
