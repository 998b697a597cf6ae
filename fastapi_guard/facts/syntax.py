"""Source text becomes `ast`, whatever the version of Python it is written for; what is no Python becomes a Problem."""

import ast
import warnings

from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.facts.from_libcst import CannotParse, convert
from fastapi_guard.finding import Problem
from fastapi_guard.location import Location

UNREADABLE = "FG001"

# Refusals that are limits of CPython on any version. LibCST has no such limits: it overflows the stack instead.
_LIMITS = ("too many nested parentheses", "too many levels of indentation", "too many statically nested blocks")


def parse(path: str, text: str) -> ast.Module | Problem:
    """The tree of a file, with the positions that `ast.parse` gives, or what keeps it from being read.

    The standard library reads first. What it refuses is accepted only when LibCST finds syntax in it that is newer
    than the running Python; otherwise the standard library's refusal, with its place, is the answer.

    The tree may be nested deeper than the default recursion limit allows to visit: a caller that goes on to read it
    does so inside `with_deep_stack`, which this function enters by itself only where it must.
    """
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        # CPython refuses these without a place: as a ValueError or as a SyntaxError, by its version.
        return _problem(_place_of(path, text, text.index("\0")), "it holds a null byte, which is not text")
    try:
        try:
            return _standard(text)
        except RecursionError:
            return with_deep_stack(_standard, text)
    except SyntaxError as error:
        refusal = error
    except (RecursionError, MemoryError):
        return _problem(Location(path, 1), "it is nested too deeply to be read")
    except UnicodeEncodeError as error:
        return _problem(_place_of(path, text, error.start), "it holds a lone surrogate, which is not text")

    if not (refusal.msg or "").startswith(_LIMITS):
        try:
            converted = with_deep_stack(convert, text)
            if converted.newer_syntax:
                return converted.tree
        except CannotParse:
            pass
        except (RecursionError, MemoryError):
            return _problem(Location(path, 1), "it is nested too deeply to be read")
    return _problem(_place_of_refusal(path, refusal), refusal.msg or "invalid syntax")


def _standard(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _problem(location: Location, reason: str) -> Problem:
    return Problem(UNREADABLE, location, f"This file is not analysed, as it cannot be parsed: {reason.rstrip('.')}.")


def _place_of_refusal(path: str, error: SyntaxError) -> Location:
    """CPython counts lines and code points from 1, and says 0 or None where it does not know."""
    line, column = max(error.lineno or 1, 1), max(error.offset or 1, 1)
    end_line, end_column = error.end_lineno or 0, error.end_offset or 0
    if end_column < 1 or (end_line, end_column) <= (line, column):
        return Location(path, line, column)
    return Location(path, line, column, end_line, end_column)


def _place_of(path: str, text: str, offset: int) -> Location:
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    return Location(path, before.count("\n") + 1, len(before) - before.rfind("\n"))
