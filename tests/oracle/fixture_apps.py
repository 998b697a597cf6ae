"""The fixture applications: each folder below `fixtures/apps` that has a file `APP`.

A line of `APP` is `module:attribute`, `module:Class.attribute` or `module:factory()`, importable from the folder, or
from the subfolder that stands before it on the line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FIXTURES = Path(__file__).parents[2] / "fixtures"


@dataclass(frozen=True, slots=True)
class FixtureApp:
    """One application of one fixture."""

    root: Path
    source: str
    """The folder that stands on `sys.path`, relative to the root."""
    target: str

    @property
    def name(self) -> str:
        return f"{self.root.name}/{self.source}:{self.target}".replace("/.:", ":")


def fixture_apps() -> tuple[FixtureApp, ...]:
    return tuple(app for file in sorted(FIXTURES.glob("apps/*/APP")) for app in _apps(file))


def _apps(file: Path) -> Iterator[FixtureApp]:
    for line in file.read_text().splitlines():
        source, _, target = line.rpartition(" ")
        yield FixtureApp(file.parent, source or ".", target)
