"""What the analysed code registers: routers, applications and what was put on them, before FastAPI combines it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from fastapi_guard.project.frozen import frozen
from fastapi_guard.project.values import Class, Mapping, Place, Sequence, Value


@dataclass(frozen=True, slots=True)
class Held:
    """What a router gives to what is registered on it: its options as they are at that moment."""

    prefix: Value | None = None
    tags: Value | None = None
    dependencies: Value | None = None
    include_in_schema: Value | None = None


NOTHING = Held()


@dataclass(slots=True, eq=False)
class Route(Value):
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
    doubt: str = ""
    """The test that decides whether this happens, and that could not be decided."""
    held: Held = NOTHING
    is_starlette: bool = False
    """Starlette's own `Route` or `WebSocketRoute`: it takes no prefix, tags or dependencies of its router."""
    made_by: Class | None = None
    """The route class of the project that it is an object of."""
    late_dependencies: Sequence | None = None
    """What is in `route.dependencies`, once the analysed code has looked at it; own and router's."""


@dataclass(slots=True, eq=False)
class Include(Value):
    """`include_router(router, ...)`."""

    router: Value
    options: dict[str, Value]
    place: Place
    order: int = 0
    condition: str = ""
    doubt: str = ""
    held: Held = NOTHING


@dataclass(slots=True, eq=False)
class Mount(Value):
    """`mount(path, app)`."""

    path: Value
    app: Value
    place: Place
    order: int = 0
    condition: str = ""
    doubt: str = ""
    held: Held = NOTHING


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
    entries: list[Value] = field(default_factory=list)
    """What was registered, in order: routes, inclusions and mounts."""
    attributes: dict[str, Value] = field(default_factory=dict)
    middlewares: list[Middleware] = field(default_factory=list)
    validation_handlers: list[Value] = field(default_factory=list)
    """Functions that answer requests that do not validate."""
    startup: list[Value] = field(default_factory=list)
    """Functions that run when the application starts."""
    made_in: str = ""
    """`module:function()` or `module:Class.method()` whose code made it; empty at module level."""
    held_as: str = ""
    """`module:Class.attribute` that it was assigned to."""
    condition: str = ""
    """The setting that has to be changed from its default for it to be made."""
    doubts: frozenset[str] = frozenset()
    """The tests, as written, that could not be decided and under which it is made."""
    is_replaced: bool = False
    """Another run of the code that made it, on what all of its callers give, stands for it."""

    last_held: Held = NOTHING

    def add(self, entry: Entry) -> None:
        """Register something behind what is there, under the options that the router has now."""
        entry.held = self.held()
        self.entries.append(entry)

    def add_plain(self, entry: Entry) -> None:
        """Register something of Starlette's, which knows no options of a router."""
        self.entries.append(entry)

    def held(self) -> Held:
        """The options as they are now; later changes of the router's lists do not reach it."""
        now = Held(
            self.options.get("prefix"),
            self.options.get("tags"),
            self.options.get("dependencies"),
            self.options.get("include_in_schema"),
        )
        if not _is_unchanged(self.last_held, now):
            self.last_held = replace(now, tags=_copied(now.tags), dependencies=_copied(now.dependencies))
        return self.last_held


def _copied(value: Value | None) -> Value | None:
    return Sequence(value.kind, list(value.items), value.is_complete) if isinstance(value, Sequence) else value


def _is_unchanged(last: Held, now: Held) -> bool:
    return (
        last.prefix is now.prefix
        and last.include_in_schema is now.include_in_schema
        and _has_same_items(last.tags, now.tags)
        and _has_same_items(last.dependencies, now.dependencies)
    )


def _has_same_items(one: Value | None, other: Value | None) -> bool:
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        return one.items == other.items and one.is_complete == other.is_complete
    return one is other


@dataclass(slots=True, eq=False)
class RouteList(Sequence):
    """`router.routes`: the list of what is registered. What the analysed code does to it, it does to the router."""

    router: Router | None = None


@dataclass(slots=True, eq=False)
class Overrides(Mapping):
    """`app.dependency_overrides`: what runs in place of a dependency."""


def is_held_by(router: Router, cls: Class) -> bool:
    """Whether an attribute of the class gives a router its name: one that its own code made, or that no function made."""
    makers = (f"{base.module.name}:{base.name}." for base in cls.linearized() if isinstance(base, Class))
    return not router.held_as and (not router.made_in or router.made_in.startswith(tuple(makers)))


@frozen
class RouterMethod(Value):
    """A method of a router that FastAPI defines: `router.get`."""

    router: Router
    name: str


@frozen
class RouteDecorator(Value):
    """What `router.get("/x")` gives: calling it with a function registers that function."""

    router: Router
    method: str
    """The method of the router that made it."""
    arguments: tuple[Value, ...]
    options: dict[str, Value]
    place: Place
