"""What a function does when it is run abstractly: what it raises, calls and reads, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from fastapi_guard.project.frozen import frozen
from fastapi_guard.project.values import Place, Result, Value


@frozen
class Event:
    """Something that happened while watched code ran."""

    kind: str
    """raise, call, read, coroutine (an `async def` of the project is called), part (an attribute of a row that may be None), ask (a followed call that is named after a question about access), set (an attribute: `Operation(name, (object, value))`, the name `*` when it is not known), store (an item under a key that is not constant: `Operation("[]", (mapping, key, value))`),
    lookup (such an item is read)."""
    value: Value
    place: Place | None
    setting: str = ""
    """The setting that decides whether it happens."""
    caught: str = ""
    """The exception, as written, that the `except` clause around it catches."""
    sites: tuple[Place, ...] = ()
    """The calls that led there, outermost first; empty in the watched function itself."""

    def behind(self, around: tuple[Place, ...], depth: int) -> Event:
        """The same event when its function is reached by other calls; `depth` calls led there before."""
        return Event(self.kind, self.value, self.place, self.setting, self.caught, (*around, *self.sites[depth:]))


@frozen
class Watched:
    """A finished run of a function on certain values: what it gave and what happened."""

    result: Value
    events: tuple[Event, ...]
    leaving_settings: tuple[str, ...]
    kept: tuple[Value, ...]
    """The values it was run on: as long as they live, their identity is theirs."""
    depth: int = 0
    """How many calls led there when it was run: what its events have beyond that is its own."""
    bodies: frozenset[int] = frozenset()
    """Identities of the definitions that it ran, its own included."""
    tests: tuple[Value, ...] = ()
    compares: tuple[Value, ...] = ()


@dataclass(slots=True, eq=False)
class Trace:
    """The events of one run, in order, on all branches that could be taken."""

    events: list[Event] = field(default_factory=list)
    tests: list[Value] = field(default_factory=list)
    """Everything whose truth is asked; no events, because there are very many and nobody asks where they are."""
    compares: list[Value] = field(default_factory=list)
    """Comparisons, likewise."""
    leaving_settings: list[str] = field(default_factory=list)
    """Settings that let the code return early."""
    returned: Value | None = None
    runs: Counter[int] = field(default_factory=Counter)
    """How often each function body was followed."""
    bodies: set[int] = field(default_factory=set)
    """Identities of the definitions that were followed, now or in an earlier run that stands for this one."""
    ways: dict[int, int] = field(default_factory=dict)
    """How each function body that was followed can end, the last time (see `statements`)."""
    is_bare: bool = False
    """The request carries no credential: verifying an absent one raises."""
    is_forged: bool = False
    """The request carries credentials that cannot be verified: verifying any of them raises."""
    depth: int = 0
    """How many functions were running when the watch began."""
    results: dict[int, Value] = field(default_factory=dict)
    """What it gave the last time."""
    _distinct: Trace | None = None

    def raised(self) -> list[Event]:
        """Everything that can be raised."""
        return [event for event in self.events if event.kind == "raise"]

    def calls(self) -> list[Result]:
        """Calls that were not followed: of libraries, or of something unknown."""
        return [event.value for event in self.events if event.kind == "call" and isinstance(event.value, Result)]

    def distinct(self) -> Trace:
        """The trace with each event once: a function that is reached by several calls leaves its events several times."""
        if self._distinct is None:
            self._distinct = replace(self, events=list(distinct_events(self.events)))
            self._distinct._distinct = self._distinct
        return self._distinct

    def tidy(self) -> None:
        """Keep each test and comparison once, when nothing will be added."""
        self.tests[:] = distinct_values(self.tests)
        self.compares[:] = distinct_values(self.compares)


def distinct_events(events: Iterable[Event]) -> tuple[Event, ...]:
    """Each event once, in order: where it happened first."""
    kept: dict[tuple[str, int], Event] = {}
    for event in events:
        kept.setdefault((event.kind, id(event.value)), event)
    return tuple(kept.values())


def distinct_values(values: Iterable[Value]) -> tuple[Value, ...]:
    """Each value once, in order, by identity."""
    return tuple({id(value): value for value in values}.values())
