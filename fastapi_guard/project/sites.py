"""The calls that lead to an event, and where places stand."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache

from fastapi_guard.location import Location
from fastapi_guard.project.scope import ModuleScope
from fastapi_guard.project.trace import Event
from fastapi_guard.project.values import Place


def outer_calls(event: Event) -> tuple[Place, ...]:
    """The calls around an event, outermost first: the last of its sites may be the event itself."""
    sites = event.sites
    return sites[:-1] if sites and event.place is not None and sites[-1].node is event.place.node else sites


def located(places: Iterable[Place]) -> tuple[Location, ...]:
    """Where places stand; the same calls lead to many events."""
    return tuple([_located(place.module, place.node) for place in places])


@lru_cache(maxsize=16_384)
def _located(module: ModuleScope, node: ast.AST) -> Location:
    return module.location(node)
