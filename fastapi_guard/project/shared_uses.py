"""From the uses of what outlives requests, as plain data, to the states that requests write and the next ones find."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastapi_guard.finding import OperationPlace
from fastapi_guard.location import Location
from fastapi_guard.project.model import PathOperation, SharedState, StateWrite

WRITES = frozenset({"adds", "binds", "changes", "counts", "removes"})
CACHE = re.compile(r"cache|memo(?!r)", re.IGNORECASE)
"""What a team calls a cache is taken for one: it can be made again."""
TELEMETRY = re.compile(
    r"(?:^|_)(?:(?:errors?|events?|requests?|quer(?:y|ies))_logs?|latenc(?:y|ies)|metrics|stats|statistics|timings|warnings)$"
)
"""Names of what is counted and timed in each process, and summed up elsewhere."""

Key = tuple[str, str]
"""Where it is kept (the path of a module, or the dotted name of a class) and its name there."""
Body = tuple[str, int, int]
"""Path, line and column of a `def`."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that outlives requests."""

    name: str
    location: Location
    is_collection: bool


@dataclass(frozen=True, slots=True)
class Use:
    """What a function does with it."""

    body: Body
    function: str
    """Its dotted name."""
    kind: str
    """As in `StateUse`."""
    location: Location
    is_change: bool
    """The next request finds it changed; what is made once, or can be made again, does not count."""
    adds_live: bool
    """It adds what lives in one process only: a task, a lock, a connection."""


@dataclass(frozen=True, slots=True)
class Ran:
    """The functions that an operation runs."""

    places: tuple[OperationPlace, ...]
    methods: tuple[str, ...]
    bodies: frozenset[Body]
    own: frozenset[Body]
    """Those that its handler runs, dependencies left out."""
    endpoint: Body | None


@dataclass(frozen=True, slots=True)
class SharedUses:
    """What some of the operations have shown when they were run."""

    kept: tuple[tuple[Key, Kept], ...]
    uses: tuple[tuple[Key, Use], ...]
    ran: tuple[Ran, ...]


def shared_states(shown: Iterable[SharedUses], operations: Sequence[PathOperation]) -> tuple[SharedState, ...]:
    """Everything that requests write to and the next request finds; `operations` say the order of what writes."""
    kept: dict[Key, Kept] = {}
    uses: dict[Key, set[Use]] = defaultdict(set)
    ran: set[Ran] = set()
    for each in shown:
        kept.update(each.kept)
        ran.update(each.ran)
        for key, use in each.uses:
            uses[key].add(use)
    position = {operation.places: number for number, operation in reversed(list(enumerate(operations)))}
    last = len(position)  # for what no application serves
    runs = _Runs(sorted(ran, key=lambda run: (position.get(run.places, last), _written(run))))
    made = (_made(kept[key], sorted(uses[key], key=_order), runs) for key in kept)
    return tuple(sorted((state for state in made if state is not None), key=lambda state: state.location))


def _written(run: Ran) -> list[tuple[str, int, str, str]]:
    return [(place.file, place.line, place.path, place.method) for place in run.places]


def _order(use: Use) -> tuple[Location, str, str]:
    return use.location, use.kind, use.function


class _Runs:
    """Which operations run a function. A class because they are asked for by function."""

    def __init__(self, ran: Iterable[Ran]) -> None:
        self.by_body: dict[Body, list[Ran]] = defaultdict(list)
        self.handled: set[Body] = set()
        self.endpoints: set[Body] = set()
        for run in ran:
            self.handled |= run.own
            self.endpoints.update((run.endpoint,) if run.endpoint else ())
            for body in run.bodies:
                self.by_body[body].append(run)


def _made(kept: Kept, uses: Sequence[Use], runs: _Runs) -> SharedState | None:
    kinds = WRITES if kept.is_collection else frozenset({"binds", "counts"})  # methods of objects may be anything
    written = [use for use in uses if use.kind in kinds and use.is_change]
    if all(use.kind == "removes" for use in written) or CACHE.search(".".join(kept.name.split(".")[-2:])):
        return None
    if any(use.adds_live for use in written) or TELEMETRY.search(kept.name.rpartition(".")[2]):
        return None
    return SharedState(
        kept.name,
        kept.location,
        tuple(dict.fromkeys(_write(use, runs) for use in written)),
        is_storage=kept.is_collection and _is_stored(uses, runs),
    )


def _write(use: Use, runs: _Runs) -> StateWrite:
    places = tuple(dict.fromkeys(place for run in runs.by_body[use.body] for place in run.places))
    return StateWrite(use.kind, use.location, use.function, places)


def _is_stored(uses: Iterable[Use], runs: _Runs) -> bool:
    """Whether operations that are meant to write add to it, and others read it.

    What endpoints write themselves is read by any other function; what stands deeper, for operations that read.
    """
    is_added = is_added_here = is_given = is_read = False
    for use in uses:
        methods = {method for run in runs.by_body[use.body] for method in run.methods}
        if use.body in runs.handled and methods:
            adds = use.kind == "adds" and use.is_change and "GET" not in methods
            is_added |= adds
            is_added_here |= adds and use.body in runs.endpoints
            is_given |= use.kind == "gives" and "GET" in methods
            is_read |= use.kind in ("gives", "asks")
    return (is_added and is_given) or (is_added_here and is_read)
