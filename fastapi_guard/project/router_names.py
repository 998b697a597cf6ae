"""What routers are called, and which of those that one name may stand for are applications."""

from __future__ import annotations

from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.registration import Router
from fastapi_guard.project.values import (
    Class,
    options_of,
)


def distinct(routers: list[Router], names: dict[int, str]) -> list[Router]:
    """Routers in the order of their places; of several made by one call, the one that a module holds."""
    by_place: dict[tuple[str, int, int], list[Router]] = {}
    for router in routers:
        location = router.place.module.location(router.place.node)
        by_place.setdefault((location.path, location.line, location.column), []).append(router)
    kept = []
    for key in sorted(by_place):
        same = by_place[key]
        held = [router for router in same if names.get(id(router), "").endswith("()") is False]
        best = max(same, key=lambda router: len(router.entries))
        kept += list({names[id(router)]: router for router in held}.values()) or [best]
    return kept


def names_of_routers(interpreter: Interpreter) -> dict[int, str]:
    """`module:attribute` where a module holds the router, else the class attribute or the function that made it."""
    names: dict[int, str] = {}
    for router in (*interpreter.routers, *(presumed.router for presumed in interpreter.presumed.values())):
        names[id(router)] = router.held_as or router.made_in or f"{router.place.module.name}:<unnamed>"
    for path in sorted(interpreter.modules, reverse=True):
        module = interpreter.modules[path]
        for name, value in module.names.items() if module else ():
            if module is None:
                continue
            if isinstance(value, Class):
                for attribute, held in value.namespace.items():
                    if isinstance(held, Router):
                        names[id(held)] = f"{module.name}:{value.name}.{attribute}"
            for held in options_of(value):
                presumed = interpreter.presumed.get(id(held))
                option = presumed.router if presumed is not None else held
                if isinstance(option, Router):
                    separator = ":" if option.is_application else "."
                    names[id(option)] = f"{module.name}{separator}{name}"
    return names


def alternatives(interpreter: Interpreter) -> set[int]:
    """Applications of which another one stands under the same name: `app = FastAPI(...) if debug else FastAPI()`."""
    passed_over: set[int] = set()
    for module in interpreter.modules.values():
        for value in module.names.values() if module else ():
            routers = [option for option in options_of(value) if isinstance(option, Router) and option.is_application]
            if len(routers) > 1:
                best = max(reversed(routers), key=lambda router: (not router.condition, len(router.entries)))
                passed_over.update(id(router) for router in routers if router is not best)
    return passed_over
