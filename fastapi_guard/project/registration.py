"""What the analysed code registers: routers, applications and what was put on them, before FastAPI combines it."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi_guard.project.values import Class, Place, Value


@dataclass(slots=True, eq=False)
class Route:
    """One registration of an endpoint on a router."""

    kind: str
    """http, websocket, starlette."""
    path: Value
    methods: Value | None
    """None where the default (GET) applies."""
    endpoint: Value
    options: dict[str, Value]
    place: Place
    order: int = 0
    """Position among all registrations of the project, in the order in which its code makes them."""
    condition: str = ""
    """The setting that has to be changed from its default for this to happen."""


@dataclass(slots=True, eq=False)
class Include:
    """`include_router(router, ...)`."""

    router: Value
    options: dict[str, Value]
    place: Place
    order: int = 0
    condition: str = ""


@dataclass(slots=True, eq=False)
class Mount:
    """`mount(path, app)`."""

    path: Value
    app: Value
    place: Place
    order: int = 0
    condition: str = ""


Entry = Route | Include | Mount


@dataclass(slots=True, eq=False)
class Middleware:
    """`add_middleware(cls, ...)`, `@app.middleware("http")` or an item of `middleware=[...]`."""

    target: Value
    """The class, or the function of the decorator."""
    options: dict[str, Value]
    place: Place
    condition: str = ""
    """The setting that decides whether it is added, whatever its default."""


@dataclass(slots=True, eq=False)
class Router(Value):
    """An `APIRouter` or `FastAPI` object, also of a subclass."""

    class_name: str
    """Dotted name of the class that was called."""
    is_application: bool
    place: Place
    cls: Class | None = None
    """The project's own subclass."""
    options: dict[str, Value] = field(default_factory=dict)
    """Keyword arguments that reached FastAPI's `__init__`."""
    entries: list[Entry] = field(default_factory=list)
    attributes: dict[str, Value] = field(default_factory=dict)
    middlewares: list[Middleware] = field(default_factory=list)
    startup: list[Value] = field(default_factory=list)
    """Functions that run when the application starts."""
    made_in: str = ""
    """`module:function()` or `module:Class.method()` whose code made it; empty at module level."""
    held_as: str = ""
    """`module:Class.attribute` that it was assigned to."""
    condition: str = ""
    """The setting that has to be changed from its default for it to be made."""

    def add(self, entry: Entry) -> None:
        """Register something behind what is there."""
        self.entries.append(entry)


def is_held_by(router: Router, cls: Class) -> bool:
    """Whether an attribute of the class gives a router its name: one that its own code made, or that no function made."""
    makers = (f"{base.module.name}:{base.name}." for base in cls.linearized() if isinstance(base, Class))
    return not router.held_as and (not router.made_in or router.made_in.startswith(tuple(makers)))


@dataclass(frozen=True, slots=True, eq=False)
class RouterMethod(Value):
    """A method of a router that FastAPI defines: `router.get`."""

    router: Router
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class RouteDecorator(Value):
    """What `router.get("/x")` gives: calling it with a function registers that function."""

    router: Router
    method: str
    """The method of the router that made it."""
    arguments: tuple[Value, ...]
    options: dict[str, Value]
    place: Place
