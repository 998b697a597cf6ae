"""What a rule is: a function whose first parameter's type says what it looks at, and its identity."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi_guard.finding import Confidence, Finding, Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW

RuleFunction = Callable[..., Iterator[Finding]]


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
    words: tuple[str, ...]
    """For rules on LibCST nodes: names without which the rule cannot fire; they feed the prefilter."""
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
    words: tuple[str, ...] | list[str] = (),
) -> Callable[[RuleFunction], Rule]:
    """Turn a function into a `Rule`.

    The function's first parameter is annotated with a noun of the model (`PathOperation`, `Function`, `Project`, ...)
    or with a LibCST node type, or a union of them; the second is the `Project` for nouns and the `Unit` for nodes.
    Keyword-only parameters are the rule's options: their names (in kebab-case), annotations (`bool`, `int`, `str`,
    `tuple[str, ...]`) and defaults are what `[tool.fastapi-guard.rules.CODE]` accepts.
    """

    def decorate(function: RuleFunction) -> Rule:
        name = function.__name__.replace("_", "-")
        return Rule(code, name, severity, confidence, profile, tuple(words), function)

    return decorate
