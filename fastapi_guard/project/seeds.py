"""Which files and functions must be evaluated: those that make routers or register something on them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

SEED = re.compile(
    r"\b(?:FastAPI|APIRouter|include_router|add_api_route|add_api_websocket_route|APIRoute|VersionedAPIRouter)\b"
    r"|^[ \t]*@[\w.\[\]\"']+\.(?:get|put|post|delete|options|head|patch|trace|websocket|api_route|route|websocket_route)"
    r"\s*\((?!\s*\))(?:(?!\s*\w+\s*=[^=])|[^()]*\bpath\s*=)",
    re.MULTILINE,
)
"""Text without which a file neither makes a router nor registers on one; a decorator that registers is given a path."""

TEST_FILE = re.compile(r"(?:^|/)(?:tests?|testing|conftest\.py|test_[^/]*\.py|[^/]*_test\.py)(?:/|$)")
"""Test code builds applications of its own; they are not the ones that are deployed."""

REGISTERING_METHODS = frozenset({
    "include_router", "add_api_route", "add_api_websocket_route", "api_route", "get", "put", "post", "delete", "options",
    "head", "patch", "trace", "websocket", "mount",
})  # fmt: skip
MAKERS = frozenset({"FastAPI", "APIRouter"})


def is_seed(path: str, text: str) -> bool:
    """Whether a file has to be evaluated because of what it may register."""
    return SEED.search(text) is not None and not TEST_FILE.search(path)


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
    for node in ast.walk(function):
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
