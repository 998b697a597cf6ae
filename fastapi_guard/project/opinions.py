"""What is thought of one guard, and the one verdict of all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi_guard.location import Location
from fastapi_guard.project.model import Authentication, Guard, Verdict, Via


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one callable contributes to the verdict."""

    verdict: Verdict
    reason: str = ""
    location: Location | None = None


NOTHING = Opinion(Verdict.NONE)


def strongest(opinions: list[Opinion]) -> Opinion:
    order = [Verdict.REQUIRED, Verdict.UNKNOWN, Verdict.OPTIONAL, Verdict.INEFFECTIVE, Verdict.NONE]
    return min(opinions, key=lambda opinion: order.index(opinion.verdict), default=NOTHING)


def conclude(opinions: list[tuple[Opinion, Guard]], schemes: tuple[str, ...]) -> Authentication:
    """One verdict of all opinions: a certain rejection wins, then doubt, then what merely looks at identity."""
    for verdict in (Verdict.REQUIRED, Verdict.UNKNOWN):
        chosen = [(opinion, guard) for opinion, guard in opinions if opinion.verdict is verdict]
        if chosen:
            return Authentication(verdict, schemes, _guards(chosen), chosen[0][0].reason, _beside(opinions, chosen))
    weak = [(opinion, guard) for opinion, guard in opinions if opinion.verdict is Verdict.OPTIONAL]
    bare = [(opinion, guard) for opinion, guard in opinions if opinion.verdict is Verdict.INEFFECTIVE]
    only_schemes = [pair for pair in weak if pair[0].reason.endswith("gives None to a stranger")]
    if weak and len(only_schemes) < len(weak):
        return Authentication(Verdict.OPTIONAL, schemes, _guards(weak), weak[-1][0].reason, _beside(opinions, weak))
    if bare or weak:
        chosen = bare or weak
        return Authentication(
            Verdict.INEFFECTIVE, schemes, _guards(chosen), chosen[0][0].reason, _beside(opinions, chosen)
        )
    return Authentication(Verdict.NONE, schemes)


def _guards(chosen: list[tuple[Opinion, Guard]]) -> tuple[Guard, ...]:
    """Each guard once, with what it does."""
    found: dict[Guard, Guard] = {}
    for opinion, guard in chosen:
        is_seen = opinion.verdict is Verdict.REQUIRED and opinion.location != guard.location
        rejects_at = opinion.location if is_seen or guard.via is Via.MIDDLEWARE else None
        found.setdefault(guard, replace(guard, verdict=opinion.verdict, rejects_at=rejects_at, reason=opinion.reason))
    return tuple(found.values())


def _beside(opinions: list[tuple[Opinion, Guard]], chosen: list[tuple[Opinion, Guard]]) -> tuple[Guard, ...]:
    return _guards([pair for pair in opinions if pair not in chosen])
