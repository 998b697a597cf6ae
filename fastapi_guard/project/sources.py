"""The files of a project as the model reads them, and what it has read: a model holds as long as that is the same."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi_guard.facts.called_names import CalledNames
from fastapi_guard.project.seeds import TEST_FILE, is_seed


@dataclass(frozen=True, slots=True)
class Question:
    """Names, and the files that call one of them."""

    names: tuple[str, ...]
    paths: frozenset[str]


@dataclass(frozen=True, slots=True)
class WhatWasRead:
    """What a model depends on of the texts of its project."""

    digests: tuple[tuple[str, str], ...]
    """Of each file, with its path."""
    read: frozenset[str]
    """The files whose code it has looked at."""
    seeds: frozenset[str]
    """The files that register something."""
    questions: tuple[Question, ...]

    def is_same_in(self, texts: Mapping[str, str]) -> bool:
        """Whether a model of these texts would read the same; the files are known to be the same ones."""
        asked = [(CalledNames(question.names), question.paths) for question in self.questions]
        for path, digest in self.digests:
            if _digest(texts[path]) == digest:
                continue
            if path in self.read or is_seed(path, texts[path]) != (path in self.seeds):
                return False
            if any((path in paths) != _calls(names, path, texts[path]) for names, paths in asked):
                return False
        return True


class Sources:
    """The texts of a project. A class because it writes down what was asked."""

    def __init__(self, texts: Mapping[str, str], tree_of: Callable[[str], ast.Module | None]) -> None:
        self.seeds = frozenset(path for path, text in texts.items() if is_seed(path, text))
        self.texts = texts
        self.tree_of = tree_of
        self._read: set[str] = set()
        self._answers: dict[tuple[str, ...], tuple[str, ...]] = {}

    def tree_and_text(self, path: str) -> tuple[ast.Module, str] | None:
        """A file; None when there is none or it cannot be parsed."""
        if path not in self.texts:
            return None
        self._read.add(path)
        tree = self.tree_of(path)
        return (tree, self.texts[path]) if tree is not None else None

    def that_call(self, *names: str) -> tuple[str, ...]:
        """The files that call one of the names, ordered by path; tests are none."""
        asked = tuple(sorted(names))
        if asked not in self._answers:
            called = CalledNames(asked)
            self._answers[asked] = tuple(path for path in sorted(self.texts) if _calls(called, path, self.texts[path]))
        return self._answers[asked]

    def what_was_read(self) -> WhatWasRead:
        """Everything that was asked so far."""
        return WhatWasRead(
            tuple((path, _digest(self.texts[path])) for path in sorted(self.texts)),
            frozenset(self._read),
            self.seeds,
            tuple(Question(names, frozenset(paths)) for names, paths in self._answers.items()),
        )


def _calls(names: CalledNames, path: str, text: str) -> bool:
    return not TEST_FILE.search(path) and names.are_in(text)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
