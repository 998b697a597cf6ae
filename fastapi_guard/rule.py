"""What a rule is: a function whose first parameter's type says what it looks at, and its identity."""

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi_guard.finding import Confidence, Finding, Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW

RuleFunction = Callable[..., Iterator[Finding]]


Word = str | re.Pattern[str]
"""A text that stands in the code, `name(` for what is called under this name, or a pattern that is found in the code.

A name, called or not, or as a pattern of nothing but that name (`\\bname\\b`, where it stands for itself and is no part of
others), is also found under the alias that a module imports it as. A pattern that ignores case is written in
lower case and given the flag `re.IGNORECASE`: it is looked for in the code in lower case, which is much quicker.
"""


@dataclass(frozen=True, slots=True)
class Needs:
    """What code must have before a rule on LibCST nodes can fire in it; the prefilter looks for nothing else."""

    words: tuple[Word, ...] = ()
    """One of them stands in the method or top-level statement that the rule speaks of; none given: nothing is needed."""
    also: tuple[Word, ...] = ()
    """And one of these in the top-level statement around it, unless that holds a function that FastAPI calls."""
    served: bool = False
    """The rule speaks only of functions that FastAPI calls: endpoints and dependencies."""
    tests: bool = True
    """The rule speaks of test code as well."""
    migrations: bool = True
    """The rule speaks of migrations as well."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One check. Its page is the Markdown file with the same stem beside its module."""

    code: str
    """`FG` and three digits; the first digit is the family."""
    name: str
    """kebab-case, from the function's name: `missing-authentication`."""
    severity: Severity
    confidence: Confidence
    profile: str
    """`default`, or `strict` for house rules that not every team wants."""
    needs: Needs
    """For rules on LibCST nodes: without what the rule cannot fire; it feeds the prefilter."""
    function: RuleFunction

    @property
    def source(self) -> Path:
        """The file that defines the rule."""
        return Path(inspect.getfile(self.function))

    @property
    def page(self) -> Path:
        """The rule's Markdown page."""
        return self.source.with_suffix(".md")

    @property
    def family(self) -> str:
        """The folder that the rule stands in: `authentication`."""
        return self.source.parent.name

    def __call__(self, *args: Any, **options: Any) -> Iterator[Finding]:
        return self.function(*args, **options)


def rule(
    code: str,
    *,
    severity: Severity,
    confidence: Confidence = HIGH,
    profile: str = "default",
    words: Sequence[Word] = (),
    also: Sequence[Word] = (),
    served: bool = False,
    tests: bool = True,
    migrations: bool = True,
) -> Callable[[RuleFunction], Rule]:
    """Turn a function into a `Rule`.

    The function's first parameter is annotated with a noun of the model (`PathOperation`, `Function`, `Project`, ...)
    or with a LibCST node type, or a union of them; the second is the `Project` for nouns and the `Unit` for nodes.
    Keyword-only parameters are the rule's options: their names (in kebab-case), annotations (`bool`, `int`, `str`,
    `tuple[str, ...]`) and defaults are what `[tool.fastapi-guard.rules.CODE]` accepts. `words`, `also`, `served`,
    `tests` and `migrations` are for rules on nodes: see `Needs`.
    """

    def decorate(function: RuleFunction) -> Rule:
        name = function.__name__.replace("_", "-")
        needs = Needs(tuple(words), tuple(also), served, tests, migrations)
        return Rule(code, name, severity, confidence, profile, needs, function)

    return decorate
