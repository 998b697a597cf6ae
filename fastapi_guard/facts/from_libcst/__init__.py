"""The `ast` of code that is newer than the running Python, made from LibCST's tree: the nodes and places of `ast.parse`.

What the running Python has no node for becomes the nearest thing that it has: `type X = T` an assignment to `X`, a
template string an f-string, `except A, B` a tuple, `lazy import` an import; type parameters are left out.
"""

import ast
import warnings
from dataclasses import dataclass

import libcst as cst

from fastapi_guard.facts.from_libcst.conversion import CannotParse, Conversion
from fastapi_guard.facts.from_libcst.expressions import EXPRESSIONS
from fastapi_guard.facts.from_libcst.patterns import PATTERNS
from fastapi_guard.facts.from_libcst.positions import Positions, Spans
from fastapi_guard.facts.from_libcst.statements import STATEMENTS

__all__ = ["CannotParse", "Converted", "convert", "to_ast"]


@dataclass(frozen=True, slots=True)
class Converted:
    """A tree, and which constructs in it the running Python does not know."""

    tree: ast.Module
    newer_syntax: frozenset[str]


def to_ast(text: str) -> ast.Module:
    """The tree of `text`; raises CannotParse where LibCST refuses it.

    LibCST and this conversion recurse as deep as the code nests, and LibCST ends the process when its stack ends:
    call it inside `with_deep_stack`.
    """
    return convert(text).tree


def convert(text: str) -> Converted:
    """`to_ast`, with what made it necessary."""
    module = _parse(text)
    spans = Spans(module)
    conversion = Conversion(spans, Positions(text, spans.text), EXPRESSIONS, STATEMENTS, PATTERNS)
    with warnings.catch_warnings():
        # Evaluating a string with an invalid escape warns about the analysed code, which is not ours to print.
        warnings.simplefilter("ignore")
        tree = ast.Module(body=conversion.body(module.body), type_ignores=[])
    return Converted(tree, frozenset(conversion.newer_syntax))


def _parse(text: str) -> cst.Module:
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        raise CannotParse(error.raw_line, error.raw_column + 1, error.message) from error
    except (RecursionError, MemoryError):
        raise
    except Exception as error:
        # LibCST validates nodes as it builds them and lets what it finds escape as it is: CSTValidationError,
        # TypeError, ValueError, UnicodeError, and pyo3's PanicException, which is no Exception.
        raise CannotParse(1, 1, f"{type(error).__name__}: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise CannotParse(1, 1, "LibCST failed on this file") from error
