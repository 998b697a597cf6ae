"""What only lives in the process that made it: tasks, locks, open connections, code. No database can hold it."""

LIVE_MODULES: frozenset[str] = frozenset(
    {"anyio", "asyncio", "concurrent", "multiprocessing", "queue", "subprocess", "threading", "weakref"}
)
"""Whatever these modules give is such an object."""

LIVE_OBJECTS: frozenset[str] = frozenset(
    {
        "aiohttp.ClientSession",
        "builtins.type",
        "collections.abc.Callable",
        "fastapi.WebSocket",
        "fastapi.websockets.WebSocket",
        "httpx.AsyncClient",
        "httpx.Client",
        "requests.Session",
        "socketio.AsyncServer",
        "starlette.websockets.WebSocket",
        "types.ModuleType",
        "typing.Callable",
        "typing.Type",
        "websockets.connect",
    }
)


def is_live(name: str) -> bool:
    """Whether a class or function of a library, by its dotted name, gives something that lives in one process."""
    return name in LIVE_OBJECTS or name.partition(".")[0] in LIVE_MODULES
