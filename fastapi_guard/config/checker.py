"""Checks of single values: each gives the value in its type, or notes a problem and gives None."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from fastapi_guard.config.document import Document
from fastapi_guard.config.problem import ConfigurationProblem, expected, nearest
from fastapi_guard.config.toml_places import Path as KeyPath

T = TypeVar("T")

_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "a boolean"),
    (int, "an integer"),
    (float, "a float"),
    (str, "a string"),
    (list, "a list"),
    (dict, "a table"),
)


@dataclass(frozen=True, slots=True)
class Checker:
    """The document that is checked and the problems found so far."""

    document: Document
    problems: list[ConfigurationProblem] = field(default_factory=list)

    def fail(self, path: KeyPath, message: str) -> None:
        """Note a problem with a value."""
        self.problems.append(self.document.problem(path, message, at_value=True))

    def fail_key(self, path: KeyPath, message: str) -> None:
        """Note a problem with a key."""
        self.problems.append(self.document.problem(path, message))

    def boolean(self, path: KeyPath, value: object) -> bool | None:
        if isinstance(value, bool):
            return value
        self._wrong(path, value, "true or false")
        return None

    def integer(self, path: KeyPath, value: object) -> int | None:
        """An integer that counts something."""
        if not isinstance(value, int) or isinstance(value, bool):
            self._wrong(path, value, "an integer")
        elif not 0 <= value < 2**31:
            self.fail(path, f"`{_shown(path)}` is {value}, expected 0 to {2**31 - 1}")
        else:
            return value
        return None

    def string(self, path: KeyPath, value: object) -> str | None:
        if isinstance(value, str):
            return value
        self._wrong(path, value, "a string")
        return None

    def filled(self, path: KeyPath, value: object) -> str | None:
        """A string that is not blank."""
        text = self.string(path, value)
        if text is None or text.strip():
            return text
        self.fail(path, f"`{_shown(path)}` is empty")
        return None

    def choice(self, path: KeyPath, value: object, choices: Collection[str]) -> str | None:
        if isinstance(value, str) and value in choices:
            return value
        text = value if isinstance(value, str) else _literal(value)
        self.fail(path, f"`{_shown(path)}` is {text!r}, {expected(choices)}{nearest(text, choices)}")
        return None

    def strings(self, path: KeyPath, value: object) -> tuple[str, ...] | None:
        return self.each(path, value, self.filled)

    def each(self, path: KeyPath, value: object, check: Callable[[KeyPath, object], T | None]) -> tuple[T, ...] | None:
        """A list whose elements all pass `check`."""
        if not isinstance(value, list):
            self._wrong(path, value, "a list")
            return None
        checked = [check((*path, index), element) for index, element in enumerate(value)]
        return tuple(element for element in checked if element is not None)

    def table(self, path: KeyPath, value: object, keys: Iterable[str] | None = None) -> Mapping[str, object] | None:
        """A table, with a problem for each key that is not one of `keys`."""
        if not isinstance(value, dict):
            self._wrong(path, value, "a table")
            return None
        if keys is None:
            return value
        known = tuple(keys)
        for key in value:
            if key not in known:
                self.fail_key((*path, key), f"unknown key `{_shown((*path, key))}`{nearest(key, known)}")
        return {key: element for key, element in value.items() if key in known}

    def _wrong(self, path: KeyPath, value: object, wanted: str) -> None:
        self.fail(path, f"`{_shown(path)}` is {_kind(value)}, expected {wanted}")

    def _refuse(self, path: KeyPath, message: str) -> None:
        self.fail(path, message)


def _shown(path: KeyPath) -> str:
    return ".".join(str(part) for part in path if isinstance(part, str))


def _kind(value: object) -> str:
    return next((name for kind, name in _KINDS if isinstance(value, kind)), f"a {type(value).__name__}")


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int | float) else _kind(value)
