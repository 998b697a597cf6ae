"""A model as bytes and back, so that another run takes it over where everything that it has read is the same."""

from __future__ import annotations

import ast
import hashlib
import json
import zlib
from collections.abc import Callable, Iterable
from typing import Any

from fastapi_guard.cache.records import RecordCodec, StandIn
from fastapi_guard.facts.error_classes import ErrorClass, RaisedName
from fastapi_guard.facts.nodes import nodes_below
from fastapi_guard.finding import OperationPlace
from fastapi_guard.location import Location
from fastapi_guard.project import model
from fastapi_guard.project.model import Function, Project
from fastapi_guard.project.sources import Question, Sources, WhatWasRead

_NOUNS = tuple(getattr(model, name) for name in model.__all__)
_CODEC = RecordCodec((*_NOUNS, ErrorClass, Location, OperationPlace, Question, RaisedName, WhatWasRead))

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def key_of(paths: Iterable[str], *circumstances: object) -> str:
    """Names the models of a project with these files that could be made under the same circumstances."""
    parts = ["model", *map(repr, circumstances), *sorted(paths)]
    return hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()


def kept(project: Project, read: WhatWasRead) -> bytes | None:
    """The model and what it has read, as JSON, packed; None when it holds what JSON has no form for."""
    try:
        return zlib.compress(_CODEC.encoded((read, project), {Function: StandIn(_written, Function)}), 1)
    except (TypeError, ValueError, RecursionError):
        return None


def reused(content: bytes, sources: Sources) -> Project | None:
    """What was kept; None when these files would give another model, or when it is nothing that was kept.

    Syntax is not kept: the functions of the model are found again in the trees of the files.
    """
    functions = _Functions(sources.tree_of)
    try:
        read, project = _CODEC.decoded(zlib.decompress(content), {Function: StandIn(_written, functions.made)})
        is_same = isinstance(read, WhatWasRead) and isinstance(project, Project) and read.is_same_in(sources.texts)
    except (ValueError, KeyError, TypeError, zlib.error):
        return None
    return project if is_same else None


def _written(function: Function) -> tuple[Any, ...]:
    return (function.name, function.module, *_key(function.definition), function.location, function.decorator_location)


def _key(definition: Definition) -> tuple[str, int, int]:
    return type(definition).__name__, definition.lineno, definition.col_offset


class _Functions:
    """Finds functions again by where they stand. A class because each tree is gone through once."""

    def __init__(self, tree_of: Callable[[str], ast.Module | None]) -> None:
        self._tree_of = tree_of
        self._known: dict[str, dict[tuple[str, int, int], Definition]] = {}

    def made(
        self, name: str, module: str, kind: str, line: int, column: int, location: Location, decorator: Location
    ) -> Function:
        """The function; raises KeyError when there is none at its place."""
        if location.path not in self._known:
            tree = self._tree_of(location.path)
            self._known[location.path] = {
                _key(node): node
                for node in (nodes_below(tree) if tree is not None else ())
                if isinstance(node, Definition)
            }
        return Function(name, module, self._known[location.path][kind, line, column], location, decorator)
