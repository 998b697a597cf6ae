"""The parameters of functions, as calls fill them: read once for each definition."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from fastapi_guard.project.evaluator.definitions import defaults_of


@dataclass(frozen=True, slots=True)
class Layout:
    """What a call can fill."""

    positional: tuple[str, ...]
    names: frozenset[str]
    """All that are not `*args` or `**kwargs`."""
    rest: str
    """`*args`; empty where there is none."""
    keyword_rest: str
    """`**kwargs`; empty where there is none."""
    parameters: tuple[tuple[ast.arg, ast.expr | None], ...]
    """Each of `names`, with its default."""


def layout_of(spec: ast.arguments) -> Layout:
    """The layout of a definition."""
    positional = [*spec.posonlyargs, *spec.args]
    parameters = [*positional, *spec.kwonlyargs]
    defaults = dict(defaults_of(spec))
    return Layout(
        tuple(parameter.arg for parameter in positional),
        frozenset(parameter.arg for parameter in parameters),
        spec.vararg.arg if spec.vararg else "",
        spec.kwarg.arg if spec.kwarg else "",
        tuple((parameter, defaults.get(parameter)) for parameter in parameters),
    )
