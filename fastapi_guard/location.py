"""Places in source text: the one internal span that every stage speaks of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A span in one file of the analysed project.

    Lines and columns are 1-based; columns count code points; the end is exclusive. `path` is POSIX and relative to
    the root of the analysis.
    """

    path: str
    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0

    @property
    def start_only(self) -> str:
        """`path:line`, as messages and proofs name a place."""
        return f"{self.path}:{self.line}"
