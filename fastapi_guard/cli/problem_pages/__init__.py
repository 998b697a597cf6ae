"""The pages of what is no rule and is reported like one: files and rules that failed."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """A kind of problem and where it is explained."""

    code: str
    name: str

    @property
    def file(self) -> Path:
        """Its Markdown page."""
        return Path(__file__).with_name(f"{self.name.replace('-', '_')}.md")

    @property
    def text(self) -> str:
        return self.file.read_text("utf-8")


PROBLEM_PAGES = (ProblemPage("FG001", "syntax-error"), ProblemPage("FG002", "rule-failure"))
"""Always reported, never selected: `checks` and `source` make them."""
