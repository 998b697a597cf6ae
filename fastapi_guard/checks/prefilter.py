"""Which rules on LibCST nodes can fire in a text: what they need is looked for before LibCST parses anything.

Sound: a text is only passed over for a rule that cannot fire there, under any alias of an import and in any spelling
that Python takes for the same name.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from fastapi_guard.facts.called_names import CalledNames
from fastapi_guard.facts.names import ModuleNames
from fastapi_guard.rule import Needs, Rule, Word

Aliases = Mapping[str, Sequence[str]]
"""The names that a module gives to what is called something else where it is defined, and to what it takes from there."""


@dataclass(frozen=True, slots=True, eq=False)
class Sought:
    """Words, ready to be looked for."""

    texts: tuple[str, ...]
    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    """Each behind the letters that it begins with, as far as it does: plain text is found much sooner."""
    in_lower_case: tuple[re.Pattern[str], ...]
    """Patterns that ignore case, for the text in lower case: so they are found much sooner."""
    calls: CalledNames | None

    def is_in(self, text: str) -> bool:
        for word in self.texts:
            if word in text:
                return True
        if self.calls is not None and self.calls.are_in(text):
            return True
        for opening, pattern in self.patterns:
            if opening in text and pattern.search(text) is not None:
                return True
        if not self.in_lower_case:
            return False
        lower = text.lower()
        return any(pattern.search(lower) is not None for pattern in self.in_lower_case)


class Reading:
    """A text in which words are looked for. A class because rules that need the same words ask once."""

    def __init__(self, text: str) -> None:
        self._spellings = spellings(text)
        self._known: dict[Sought | None, bool] = {None: True}

    def has(self, sought: Sought | None) -> bool:
        """Whether one of the words stands in the text; nothing is needed where no words are sought."""
        known = self._known.get(sought)
        if known is None:
            known = any(sought.is_in(text) for text in self._spellings) if sought is not None else True
            self._known[sought] = known
        return known


class Prefilter:
    """What the rules need in one module. A class because names are looked up once for all its statements."""

    def __init__(self, rules: Sequence[Rule], names: ModuleNames, errors: Iterable[str] = ()) -> None:
        """`errors` are the exceptions of the project that stand for `HTTPException`, as the module writes them."""
        aliases = _aliases(names)
        aliases.setdefault("HTTPException", []).extend(sorted({written.partition(".")[0] for written in errors}))
        self._needs = [(rule, *_sought(rule.needs, aliases)) for rule in rules]

    def in_statement(self, text: str, *, served: bool) -> list[Rule]:
        """The rules that can fire in a module or a top-level statement; `served` if FastAPI calls a function in it."""
        reading = Reading(text)
        return [
            rule
            for rule, words, also in self._needs
            if (served or not rule.needs.served) and reading.has(words) and (served or reading.has(also))
        ]

    def looks_into(self, rules: Sequence[Rule], text: str) -> bool:
        """Whether one of the rules, which can fire in a statement, can do so in this part of it."""
        reading = Reading(text)
        return any(reading.has(words) for rule, words, _ in self._needs if rule in rules)


def spellings(text: str) -> tuple[str, ...]:
    """A text as it stands and, where Python may read it differently (PEP 3131), as Python reads it."""
    return (text,) if text.isascii() else (text, unicodedata.normalize("NFKC", text))


def _aliases(names: ModuleNames) -> dict[str, list[str]]:
    """Also of modules: `decode`, where that is `jwt.decode`, for who looks for `jwt`."""
    aliases: dict[str, list[str]] = {}
    for name, dotted in sorted(names.dotted_by_name.items()):
        for part in dict.fromkeys(dotted.split(".")):
            if part != name:
                aliases.setdefault(part, []).append(name)
    return aliases


def _sought(needs: Needs, aliases: Aliases) -> tuple[Sought | None, Sought | None]:
    return _sought_words(needs.words, aliases), _sought_words(needs.also, aliases)


def _sought_words(words: tuple[Word, ...], aliases: Aliases) -> Sought | None:
    if not words:
        return None
    extra: dict[Word, None] = {}
    for word in words:
        name = _name_in(word)
        for alias in aliases.get(name, ()) if name else ():
            extra[f"{alias}(" if isinstance(word, str) and word.endswith("(") else alias] = None
    return _compiled((*words, *extra))


@lru_cache(maxsize=512)
def _name_in(word: Word) -> str:
    """The name that a word looks for; empty for a pattern of another kind."""
    if isinstance(word, str):
        return word.removesuffix("(")
    alone = re.fullmatch(r"\\b(\w+)\\b", word.pattern)
    return alone[1] if alone else ""


@lru_cache(maxsize=512)
def _compiled(words: tuple[Word, ...]) -> Sought:
    called = tuple(word[:-1] for word in words if isinstance(word, str) and word.endswith("("))
    patterns = [word for word in words if not isinstance(word, str)]
    lower = [pattern for pattern in patterns if _finds_lower_case(pattern)]
    return Sought(
        tuple(word for word in words if isinstance(word, str) and not word.endswith("(")),
        tuple((_opening(pattern), pattern) for pattern in patterns if pattern not in lower),
        tuple(re.compile(pattern.pattern, pattern.flags & ~re.IGNORECASE) for pattern in lower),
        CalledNames(called) if called else None,
    )


def _finds_lower_case(pattern: re.Pattern[str]) -> bool:
    """Whether a pattern that ignores case finds in a text in lower case what it finds in the text itself."""
    said = re.sub(r"\\[ABDSWZ\\]", "", pattern.pattern)
    return bool(pattern.flags & re.IGNORECASE) and not re.search(r"[A-Z]|\\[0-7ux]", said)


def _opening(pattern: re.Pattern[str]) -> str:
    """The letters that everything begins with that a pattern finds at a word boundary; empty where that is not plain."""
    if pattern.flags & re.IGNORECASE:
        return ""
    found = re.match(r"\\b([A-Za-z_]+)(?:\\b|\\s)", pattern.pattern)
    return found[1] if found and "|" not in pattern.pattern else ""
