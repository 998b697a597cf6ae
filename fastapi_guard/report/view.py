"""What a format knows beside the result: whom it speaks to, and from where paths are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi_guard.finding import Confidence, Severity


@dataclass(frozen=True, slots=True)
class RuleDescription:
    """A rule as formats describe it to others."""

    code: str
    name: str
    family: str
    severity: Severity
    confidence: Confidence
    summary: str
    page: str
    """Markdown."""


@dataclass(frozen=True, slots=True)
class View:
    """Circumstances of one report; reading them is the command's business."""

    version: str
    color: bool = False
    width: int = 80
    """Columns that a line may take in the formats that people read."""
    is_unicode: bool = True
    """Whether the reader can show box-drawing characters."""
    path_prefix: str = ""
    """From the working directory to the root, with a closing slash: terminal formats prepend it."""
    git_prefix: str = ""
    """From the git top level to the root, with a closing slash: forges read paths from there."""
    rules: Mapping[str, RuleDescription] = field(default_factory=dict)
    """By code."""
