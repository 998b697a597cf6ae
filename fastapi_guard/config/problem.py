"""What is wrong with a configuration, at file:line:column."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConfigurationProblem:
    """One fault, worded for the person who wrote the file."""

    path: str
    """As the user can open it from the working directory."""
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class ConfigurationError(Exception):
    """A configuration that cannot be used; every fault that was found is in `problems`."""

    def __init__(self, problems: Iterable[ConfigurationProblem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.path, problem.line, problem.column)))
        super().__init__("\n".join(map(str, self.problems)))


def nearest(name: str, valid: Iterable[str]) -> str:
    """` (did you mean ...?)` for the valid name that is closest to `name`, or nothing."""
    by_folded = {candidate.casefold(): candidate for candidate in sorted(valid, reverse=True)}
    import difflib  # here, as most configurations have no fault and all commands start

    matches = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return f" (did you mean `{by_folded[matches[0]]}`?)" if matches else ""


def expected(values: Iterable[str]) -> str:
    """`expected "a", "b" or "c"`."""
    *first, last = [f'"{value}"' for value in values]
    return f"expected {', '.join(first)} or {last}" if first else f"expected {last}"
