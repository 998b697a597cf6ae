"""How much of an application rejects strangers, among what is not meant to be public."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fastapi_guard.project.grouping import SERVED
from fastapi_guard.project.model import PathOperation, Verdict


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of HTTP and WebSocket operations; mounts and Starlette's own routes do not count."""

    public: int
    """Public by declaration or by nature, and not guarded all the same."""
    by_verdict: Mapping[Verdict, int]
    """All others."""

    @property
    def authenticated(self) -> int:
        return self.by_verdict.get(Verdict.REQUIRED, 0)

    @property
    def total(self) -> int:
        """What has to be authenticated: an unknown verdict is one that nobody has shown to be."""
        return sum(self.by_verdict.values())

    @property
    def percentage(self) -> float:
        return 100 * self.authenticated / self.total if self.total else 100.0

    @property
    def shown(self) -> str:
        """The percentage with one decimal, never more than it is."""
        return f"{math.floor(self.percentage * 10) / 10:.1f}"

    def reaches(self, percentage: float) -> bool:
        """Whether at least that share is authenticated."""
        return 100 * self.authenticated >= percentage * self.total


def coverage(operations: Iterable[PathOperation]) -> Coverage:
    """The coverage of some operations."""
    served = [operation for operation in operations if operation.kind in SERVED]
    private = [operation for operation in served if not is_left_public(operation)]
    return Coverage(len(served) - len(private), Counter(operation.authentication.verdict for operation in private))


def is_left_public(operation: PathOperation) -> bool:
    """Whether an operation may be public and is not guarded."""
    return operation.public_reason is not None and operation.authentication.verdict is not Verdict.REQUIRED
