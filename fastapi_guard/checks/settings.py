"""What decides which findings are made and reported: selection, thresholds, ignored files, wanted paths."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from pathspec import GitIgnoreSpec

from fastapi_guard.config.selection import matching_codes, selected_codes
from fastapi_guard.config.settings import PublicRoute, Settings
from fastapi_guard.finding import Confidence, Diagnostic, Severity
from fastapi_guard.rule import Rule


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """The settings of a run of the rules."""

    selected: frozenset[str] | None = None
    """Codes of the rules to run; None for all."""
    per_file_ignores: Sequence[tuple[str, frozenset[str]]] = ()
    """A gitignore pattern and the codes that are not reported in the files it matches; `!` before it inverts."""
    min_severity: Severity = Severity.INFO
    min_confidence: Confidence = Confidence.LOW
    paths: Sequence[str] = ()
    """POSIX, relative to the root: a finding is reported when one of its places lies in one of them; empty for all."""
    rule_options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Keyword arguments of rules, by code."""
    shared_options: Mapping[str, object] = field(default_factory=dict)
    """Keyword arguments of every rule that declares one of that name: `delete_status`, `require_reason`, …"""

    public: Sequence[PublicRoute] = ()
    """The operations that the configuration declares public."""

    def selects(self, code: str) -> bool:
        return self.selected is None or code in self.selected


def check_settings(settings: Settings, rules: Sequence[Rule], paths: Sequence[str] = ()) -> CheckSettings:
    """What the user's settings mean for the rules; house rules reach every rule that has an option of their name."""
    return CheckSettings(
        selected=selected_codes(settings, rules),
        per_file_ignores=tuple(
            (entry.pattern, matching_codes(entry.selectors, rules)) for entry in settings.per_file_ignores
        ),
        min_severity=settings.min_severity,
        min_confidence=settings.min_confidence,
        paths=tuple(paths),
        rule_options=settings.rule_options,
        shared_options={
            **asdict(settings.policy),
            "data_layers": (*settings.layers.services, *settings.layers.data),
            "route_layers": settings.layers.routes,
            "service_layers": settings.layers.services,
            "repository_layers": settings.layers.data,
            "schema_layers": settings.layers.schemas,
            "require_reason": settings.require_reason,
            "owner_columns": settings.owner_columns,
        },
        public=() if settings.app else settings.public,
    )


class FileIgnores:
    """Answers which codes are ignored in a file. A class because it keeps its compiled patterns and answers."""

    def __init__(self, per_file_ignores: Sequence[tuple[str, frozenset[str]]]) -> None:
        self._entries = [
            (GitIgnoreSpec.from_lines([pattern.removeprefix("!")]), pattern.startswith("!"), codes)
            for pattern, codes in per_file_ignores
        ]
        self._codes_by_path: dict[str, frozenset[str]] = {}

    def __call__(self, path: str) -> frozenset[str]:
        if path not in self._codes_by_path:
            matching = [codes for spec, inverted, codes in self._entries if spec.match_file(path) is not inverted]
            self._codes_by_path[path] = frozenset().union(*matching)
        return self._codes_by_path[path]


def is_strong_enough(diagnostic: Diagnostic, settings: CheckSettings) -> bool:
    """Whether severity and confidence reach the thresholds."""
    return diagnostic.severity >= settings.min_severity and diagnostic.confidence >= settings.min_confidence


def lies_in(diagnostic: Diagnostic, paths: Sequence[str]) -> bool:
    """Whether the finding, a related place or one of its operations is in one of the files or folders."""
    wanted = [path.strip("/") for path in paths]
    if not wanted or "." in wanted or "" in wanted:
        return True
    finding = diagnostic.finding
    places = {finding.location.path}
    places.update(related.location.path for related in finding.related)
    places.update(operation.file for operation in finding.operations)
    return any(place == path or place.startswith(f"{path}/") for place in places for path in wanted)
