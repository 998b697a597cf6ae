"""Which files and functions must be evaluated: those that make routers or register something on them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from fastapi_guard.facts.nodes import nodes_below

WORDS = (
    "FastAPI",
    "APIRouter",
    "include_router",
    "add_api_route",
    "add_api_websocket_route",
    "APIRoute",
    "VersionedAPIRouter",
)
WORD = re.compile(rf"\b(?:{'|'.join(WORDS)})\b")
_CALL = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
"""What a call is given, in brackets, with two calls in each other below it."""
DECORATOR = re.compile(
    r"@[\w.\[\]\"']+\.(?:get|put|post|delete|options|head|patch|trace|websocket|api_route|route|websocket_route)"
    rf"\s*\((?!\s*\))(?:(?!\s*\w+\s*=[^=])|(?:[^()]|{_CALL})*?(?:\bpath\s*=|\*\*))"
)
"""A file without one of these neither makes a router nor registers on one; a decorator that registers is given a path."""

TEST_FILE = re.compile(r"(?:^|/)(?:tests?|testing|conftest\.py|test_[^/]*\.py|[^/]*_test\.py)(?:/|$)")
"""Test code builds applications of its own; they are not the ones that are deployed."""

REGISTERING_METHODS = frozenset({
    "include_router", "add_api_route", "add_api_websocket_route", "api_route", "get", "put", "post", "delete", "options",
    "head", "patch", "trace", "websocket", "mount",
})  # fmt: skip
MAKERS = frozenset({"FastAPI", "APIRouter"})


def is_seed(path: str, text: str) -> bool:
    """Whether a file has to be evaluated because of what it may register."""
    return not TEST_FILE.search(path) and (_has_word(text) or any(_begins_line(text, at) for at in _decorators(text)))


def _has_word(text: str) -> bool:
    return any(word in text for word in WORDS) and WORD.search(text) is not None


def _decorators(text: str) -> Iterator[int]:
    return (match.start() for match in DECORATOR.finditer(text))


def _begins_line(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip(" \t")


def registering_functions(
    tree: ast.Module,
) -> Iterator[tuple[ast.ClassDef | None, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Top-level functions, and methods with their class, whose code makes a router or registers on something."""
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and registers(statement):
            yield None, statement
        elif isinstance(statement, ast.ClassDef):
            for member in statement.body:
                if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)) and registers(member):
                    yield statement, member


def registers(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function's code makes a router or registers on something."""
    for node in nodes_below(function):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node is not function:
            if any(_is_verb_call(decorator) for decorator in node.decorator_list):
                return True
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                return True
            if isinstance(node.func, ast.Attribute) and node.func.attr in (
                *MAKERS,
                "include_router",
                "add_api_route",
                "add_api_websocket_route",
            ):
                return True
    return False


def _is_verb_call(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in REGISTERING_METHODS
        and (bool(decorator.args) or any(keyword.arg in ("path", None) for keyword in decorator.keywords))
    )
