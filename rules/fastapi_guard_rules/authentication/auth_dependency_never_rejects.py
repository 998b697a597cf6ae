"""FG105 auth-dependency-never-rejects."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, MEDIUM, Finding, PathOperation, Project, Related, Verdict, WhyDead, rule, titles_of

DECIDED = frozenset({Verdict.REQUIRED, Verdict.UNKNOWN})


@rule("FG105", severity=ERROR, confidence=MEDIUM)
def auth_dependency_never_rejects(project: Project, context: Project) -> Iterator[Finding]:
    """A dependency that is named after a check has no way to turn anybody away."""
    found: dict[str, list[PathOperation]] = {}
    guards = {}
    for operation in project.operations:
        if operation.authentication.verdict in DECIDED or operation.public_reason:
            continue
        for guard in operation.dead_guards:
            if guard.why is WhyDead.LETS_ALL_PASS:
                guards[guard.name] = guard
                found.setdefault(guard.name, []).append(operation)
    for name, operations in found.items():
        location = guards[name].location
        last = name.rpartition(".")[2]
        yield Finding(
            location,
            f"`{last}` turns nobody away: it never raises and verifies nothing, and {titles_of(operations)} rests on it",
            operations=tuple(place for operation in operations for place in operation.places),
            related=tuple(Related(one.decorator_location, "rests on it") for one in operations[:3]),
            help="Verify the credential and raise 401 when it is missing or wrong.",
            symbol=name,
        )
