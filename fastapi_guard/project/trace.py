"""What a function does when it is run abstractly: what it raises, calls and reads, in order."""

from __future__ import annotations

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
        return Event(self.kind, self.value, self.place, self.setting, self.caught, around + self.sites[depth:])


@frozen
class Happened:
    """What happened in a part of a run, each event, test, comparison and setting once."""

    events: tuple[Event, ...]
    tests: tuple[Value, ...]
    compares: tuple[Value, ...]
    leaving_settings: tuple[str, ...]


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
    runs: dict[int, int] = field(default_factory=dict)
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

    def tidied(self) -> Trace:
        """The trace with each test and comparison once, when nothing will be added."""
        return replace(self, tests=list(distinct_values(self.tests)), compares=list(distinct_values(self.compares)))

    def so_far(self) -> Moment:
        """This moment, to tell later what happened before and after it."""
        return Moment(len(self.events), len(self.tests), len(self.compares), len(self.leaving_settings))

    def between(self, first: Moment, last: Moment) -> Happened:
        """What happened from one moment to another."""
        return Happened(
            distinct_events(self.events[first.events : last.events]),
            distinct_values(self.tests[first.tests : last.tests]),
            distinct_values(self.compares[first.compares : last.compares]),
            tuple(dict.fromkeys(self.leaving_settings[first.leaving_settings : last.leaving_settings])),
        )

    def repeat(self, known: Watched, around: tuple[Place, ...]) -> None:
        """Write down what a finished run did, when it is reached by the calls `around`."""
        happened = known.happened()
        self.events.extend([event.behind(around, known.depth) for event in happened.events])
        self.tests.extend(happened.tests)
        self.compares.extend(happened.compares)
        self.leaving_settings.extend(happened.leaving_settings)
        self.bodies |= known.bodies


@frozen
class Moment:
    """How much had happened: the lengths of a trace's lists."""

    events: int
    tests: int
    compares: int
    leaving_settings: int


@dataclass(slots=True, eq=False)
class Watched:
    """A finished run of a function on certain values: what it gave and what happened."""

    result: Value
    kept: tuple[Value, ...]
    """The values it was run on: as long as they live, their identity is theirs."""
    depth: int
    """How many calls led there when it was run: what its events have beyond that is its own."""
    bodies: frozenset[int]
    """Identities of the definitions that it ran, its own included."""
    trace: Trace
    """The trace that it was written down in, from `first` to `last`."""
    first: Moment
    last: Moment
    _happened: Happened | None = None

    def happened(self) -> Happened:
        """What it did; few runs are ever asked, so that it is found when it is asked for."""
        if self._happened is None:
            self._happened = self.trace.between(self.first, self.last)
        return self._happened


def distinct_events(events: Iterable[Event]) -> tuple[Event, ...]:
    """Each event once, in order: where it happened first."""
    kept: dict[tuple[str, int], Event] = {}
    for event in events:
        kept.setdefault((event.kind, id(event.value)), event)
    return tuple(kept.values())


def distinct_values(values: Iterable[Value]) -> tuple[Value, ...]:
    """Each value once, in order, by identity."""
    return tuple({id(value): value for value in values}.values())
