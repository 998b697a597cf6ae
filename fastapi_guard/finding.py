"""What a rule says (`Finding`), what a scan reports of it (`Diagnostic`), and what went wrong on the way (`Problem`)."""

from dataclasses import dataclass, field
from enum import IntEnum

from fastapi_guard.location import Location


class Severity(IntEnum):
    """How bad it is when the finding is true; ordered, so that `--fail-on` can compare."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        return self.name.lower()


class Confidence(IntEnum):
    """How sure the model is that the finding is true."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that tells a part of the story, with what it says."""

    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class OperationPlace:
    """A path operation that a finding speaks of: `line` is the line of `def`, `decorator_line` of its first decorator."""

    method: str
    path: str
    file: str
    decorator_line: int
    line: int


@dataclass(frozen=True, slots=True)
class Proof:
    """One line of the *why* tree of a finding: a place, what stands there, what it lacks; children follow indented."""

    text: str
    location: Location | None = None
    children: tuple["Proof", ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says about one cause: yielded by rules, knows no format and not its own rule."""

    location: Location
    """The smallest span that a reader would change."""
    message: str
    """One sentence: what is wrong here, with the names of this code."""
    operations: tuple[OperationPlace, ...] = ()
    related: tuple[Related, ...] = ()
    proof: tuple[Proof, ...] = ()
    help: str = ""
    """What to do about it, when the rule's page is not specific enough."""
    confidence: Confidence | None = None
    """Overrides the rule's confidence for this finding."""
    severity: Severity | None = None
    """Overrides the rule's severity for this finding."""
    symbol: str = ""
    """Dotted name of what the finding is about; with the normalised source line it makes the fingerprint stable."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding with its rule's identity, as every format reports it."""

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    finding: Finding
    url: str
    help: str
    fingerprint: str

    @property
    def location(self) -> Location:
        return self.finding.location

    @property
    def message(self) -> str:
        return self.finding.message


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that kept a part of the analysis from running: FG001 (a file) or FG002 (a rule that failed)."""

    code: str
    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A diagnostic that a comment silenced, with the reason that stands there."""

    diagnostic: Diagnostic
    reason: str
    location: Location
    operations: tuple[OperationPlace, ...] = field(default=())
