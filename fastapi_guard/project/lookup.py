"""Finding the operation that somebody means by `METHOD PATH`."""

import difflib
import re
from collections.abc import Callable, Sequence

from fastapi_guard.project.model import PathOperation

_PARAMETER = re.compile(r"\{[^{}]*\}")


def methods_of(operation: PathOperation) -> tuple[str, ...]:
    """The methods that an operation answers to, or what it is where it has none."""
    return operation.methods or (operation.kind.upper(),)


def find_operations(method: str, path: str, operations: Sequence[PathOperation]) -> tuple[PathOperation, ...]:
    """The operations that are meant; several when that is ambiguous, none when there are none.

    A path is taken as it stands, then without the names of its parameters, then as the end of a path, then as the
    path of a request. Of several in one application that answer to it the first is meant, as it is the one that runs.
    An empty method stands for any.
    """
    of_method = [operation for operation in operations if not method or method.upper() in methods_of(operation)]
    for is_meant in (_equals(path), _same_shape(path), _ends_with(path)):
        found: dict[tuple[str, str, tuple[str, ...]], PathOperation] = {}
        for operation in of_method:
            if is_meant(operation.path):
                found.setdefault((operation.app, operation.path, () if method else operation.methods), operation)
        if found:
            return tuple(found.values())
    answering: dict[str, PathOperation] = {}
    for operation in of_method:
        if _answers(operation, path):
            answering.setdefault(operation.app, operation)
    return tuple(answering.values())


def nearest_operations(method: str, path: str, operations: Sequence[PathOperation]) -> tuple[PathOperation, ...]:
    """At most three operations that may have been meant: those of the same path first."""
    same = [operation for operation in operations if _same_shape(path)(operation.path)]
    by_title = {f"{'/'.join(methods_of(operation))} {operation.path}": operation for operation in operations}
    close = difflib.get_close_matches(f"{method.upper()} {path}", list(by_title), n=3, cutoff=0.5)
    return tuple({operation.title: operation for operation in (*same, *(by_title[title] for title in close))}.values())[
        :3
    ]


def _equals(path: str) -> Callable[[str], bool]:
    return lambda other: other == path


def _same_shape(path: str) -> Callable[[str], bool]:
    shape = _shape(path)
    return lambda other: _shape(other) == shape


def _ends_with(path: str) -> Callable[[str], bool]:
    shape = _shape(path)
    end = shape if shape.startswith("/") else f"/{shape}"
    return lambda other: len(end) > 1 and _shape(other).endswith(end)


def _answers(operation: PathOperation, path: str) -> bool:
    """Whether an operation matches the path of a request."""
    parts = [re.escape(part) for part in _PARAMETER.split(operation.path)]
    takes_all = [found.endswith(":path}") for found in _PARAMETER.findall(operation.path)]
    pattern = parts[0] + "".join(
        (".*" if is_path else "[^/]+") + part for is_path, part in zip(takes_all, parts[1:], strict=True)
    )
    return "{" not in path and re.fullmatch(pattern, path) is not None


def _shape(path: str) -> str:
    """The path without the names of its parameters and without a slash at its end."""
    return _PARAMETER.sub("{}", path).rstrip("/")
