"""FG106 bare-security-scheme."""

from collections.abc import Iterator

from fastapi_guard.api import (
    ERROR,
    Dependant,
    Finding,
    Location,
    PathOperation,
    Project,
    Verdict,
    called_names,
    rule,
    titles_of,
)

DECODERS = frozenset({"decode", "decode_complete", "get_unverified_claims", "get_unverified_header"})
"""Who calls one of these does more than to ask for a credential, if badly: other rules say what is wrong with it."""


@rule("FG106", severity=ERROR)
def bare_security_scheme(project: Project, context: Project) -> Iterator[Finding]:
    """The presence of a credential is all that an operation asks for; nothing verifies its value."""
    operations_by_place: dict[Location, list[PathOperation]] = {}
    scheme_by_place: dict[Location, Dependant] = {}
    for operation in project.operations:
        if operation.authentication.verdict is not Verdict.INEFFECTIVE or _is_decoded(operation):
            continue
        for node in operation.walk_dependencies():
            if node.scheme and node.scheme.auto_error is not False and node.declared_at:
                scheme_by_place.setdefault(node.declared_at, node)
                operations_by_place.setdefault(node.declared_at, []).append(operation)
    for place, operations in operations_by_place.items():
        scheme = scheme_by_place[place].scheme
        assert scheme is not None
        yield Finding(
            place,
            f"`{scheme.name}` is all that protects {titles_of(operations)}: it asks for a credential, and nothing verifies it",
            operations=tuple(place for operation in operations for place in operation.places),
            help="Depend on a callable that verifies the credential and raises 401 when it is wrong.",
            symbol=scheme.name,
        )


def _is_decoded(operation: PathOperation) -> bool:
    functions = [operation.endpoint, *(node.function for node in operation.walk_dependencies())]
    return any(name in DECODERS for function in functions if function for name in called_names(function.definition))
