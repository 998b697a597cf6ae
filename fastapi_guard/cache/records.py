"""Records as JSON and back, so that they can be kept: nothing in it can be executed.

Every record stands in a row of its own, behind those that it holds, so that what many hold is written and made once.
"""

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

Row = list[Any]
Place = list[int]
"""The number of a row, as the only item of a list: where a value stands that is not plain."""

_TUPLE, _SET = "tuple", "frozenset"


@dataclasses.dataclass(frozen=True, slots=True)
class StandIn:
    """For a record with a field that cannot be written: what is written instead, and how the record is made of that."""

    written: Callable[[Any], Sequence[Any]]
    made: Callable[..., Any]


class RecordCodec:
    """Knows some types of records and enumerations. A class because their fields are looked up once."""

    def __init__(self, types: Iterable[type[Any]]) -> None:
        self.types = {each.__name__: each for each in types}
        self.fields = {
            each: tuple(field.name for field in dataclasses.fields(each))
            for each in self.types.values()
            if dataclasses.is_dataclass(each)
        }

    def encoded(self, value: object, stand_ins: Mapping[type, StandIn] | None = None) -> bytes:
        """The value as JSON.

        Raises TypeError when it holds something of another type, and ValueError for numbers that have too many digits.
        """
        writer = _Writer(self, stand_ins or {})
        root = writer.write(value)
        return json.dumps([root, writer.rows], ensure_ascii=True, separators=(",", ":")).encode()

    def decoded(self, content: bytes, stand_ins: Mapping[type, StandIn] | None = None) -> Any:
        """What was encoded.

        Raises ValueError when it was not.
        """
        try:
            root, rows = json.loads(content)
            makers: dict[str, Callable[..., Any]] = dict(self.types)
            makers |= {kind.__name__: each.made for kind, each in (stand_ins or {}).items()}
            made: list[Any] = []
            for name, *values in rows:
                items = [made[value[0]] if value.__class__ is list else value for value in values]
                if name == _TUPLE:
                    made.append(tuple(items))
                elif name == _SET:
                    made.append(frozenset(items))
                else:
                    made.append(makers[name](*items))
            return made[root[0]] if root.__class__ is list else root
        except (TypeError, KeyError, IndexError, RecursionError) as error:
            raise ValueError(f"this is nothing that was encoded: {error!r}") from error


class _Writer:
    """The rows while they are written."""

    def __init__(self, codec: RecordCodec, stand_ins: Mapping[type, StandIn]) -> None:
        self.rows: list[Row] = []
        self._codec = codec
        self._stand_ins = stand_ins
        self._known: dict[int, Place] = {}
        self._kept: list[object] = []
        """What has a place: as long as it lives, its identity is its own."""

    def write(self, value: Any) -> Any:
        """What stands for a value in a row: itself when it is plain, else its place."""
        if value is None or (isinstance(value, (str, int, float)) and not isinstance(value, Enum)):
            return value
        place = self._known.get(id(value))
        if place is None:
            row = self._row(value)
            place = self._known[id(value)] = [len(self.rows)]
            self._kept.append(value)
            self.rows.append(row)
        return place

    def _row(self, value: Any) -> Row:
        kind = type(value)
        if kind is tuple:
            return [_TUPLE, *map(self.write, value)]
        if kind is frozenset:
            return [_SET, *map(self.write, sorted(value))]
        if self._codec.types.get(kind.__name__) is not kind:
            raise TypeError(f"{kind.__name__} is not kept")
        if isinstance(value, Enum):
            return [kind.__name__, value.value]
        stand_in = self._stand_ins.get(kind)
        parts = stand_in.written(value) if stand_in else [getattr(value, name) for name in self._codec.fields[kind]]
        return [kind.__name__, *map(self.write, parts)]
