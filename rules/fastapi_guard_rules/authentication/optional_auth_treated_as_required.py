"""FG107 optional-auth-treated-as-required."""

from collections.abc import Iterator, Sequence

from fastapi_guard.api import (
    ERROR,
    MEDIUM,
    Dependant,
    Finding,
    Function,
    Location,
    PathOperation,
    Project,
    Related,
    Verdict,
    is_questioned,
    literal_kind,
    returns_of,
    rule,
    taken_apart,
)

Step = tuple[Dependant, Function | None]
"""A dependant, and the function that takes its result where there is one."""


@rule("FG107", severity=ERROR, confidence=MEDIUM)
def optional_auth_treated_as_required(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """What is None for a stranger is used as if it were always there."""
    if operation.authentication.verdict not in (Verdict.OPTIONAL, Verdict.INEFFECTIVE) or operation.public_reason:
        return
    for way in _ways(operation.dependencies, operation.endpoint):
        scheme = way[-1][0].scheme
        if scheme is None or scheme.auto_error is not False:
            continue
        yield from filter(None, (_taken_apart(step, operation) for step in way))
        if operation.authentication.verdict is Verdict.INEFFECTIVE and not any(map(_asks, way)):
            yield Finding(
                way[-1][0].declared_at or operation.location,
                f"`{scheme.name}` with `auto_error=False` gives None to a stranger, and nobody asks whether it did",
                operations=operation.places,
                help="Raise 401 where the credential is None, or leave `auto_error` at its default.",
                symbol=scheme.name,
            )


def _ways(
    nodes: Sequence[Dependant], taker: Function | None, above: tuple[Step, ...] = ()
) -> Iterator[tuple[Step, ...]]:
    """Each way from a handler's parameters down to a security scheme."""
    for node in nodes:
        way = (*above, (node, taker))
        if node.scheme:
            yield way
        yield from _ways(node.children, node.function, way)


def _asks(step: Step) -> bool:
    node, taker = step
    return bool(taker and node.parameter and is_questioned(taker.definition, node.parameter))


def _taken_apart(step: Step, operation: PathOperation) -> Finding | None:
    """The first attribute or item of what may be None, in a function that never asks whether it is."""
    node, taker = step
    if taker is None or not node.parameter or not _may_be_none(node) or _asks(step):
        return None
    use = next(taken_apart(taker.definition, node.parameter), None)
    if use is None:
        return None
    name = node.name.rpartition(".")[2]
    related = (Related(node.location, f"`{name}` may give None"),) if node.location else ()
    return Finding(
        Location(
            taker.location.path, use.lineno, use.col_offset + 1, use.end_lineno or 0, (use.end_col_offset or 0) + 1
        ),
        f"`{node.parameter}` is None for a stranger (`{name}` lets them pass), and `{taker.name.rpartition('.')[2]}` does not ask",
        operations=operation.places,
        related=related,
        help=f"Raise 401 when `{node.parameter}` is None, or depend on the guard that does.",
        symbol=taker.name,
    )


def _may_be_none(node: Dependant) -> bool:
    if node.scheme:
        return node.scheme.auto_error is False
    if node.function is None:
        return False
    return any(literal_kind(statement.value) == "None" for statement in returns_of(node.function.definition))
