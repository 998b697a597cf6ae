"""FG501 sensitive-field-in-response."""

from collections.abc import Iterator

from fastapi_guard.api import (
    ERROR,
    MEDIUM,
    Finding,
    PathOperation,
    Project,
    Related,
    SecretField,
    hands_out_secrets,
    is_told_once,
    rule,
)


@rule("FG501", severity=ERROR)
def sensitive_field_in_response(
    operation: PathOperation, project: Project, *, allow: tuple[str, ...] = ()
) -> Iterator[Finding]:
    """An answer holds a password, its hash, or another secret, in whichever nested model it stands."""
    told = [each for each in operation.secret_fields if not _is_meant(each, operation, allow)]
    rows = [each for each in told if each.is_of_table or each.is_returned]
    for each in told:
        if each not in rows:
            model = each.declared_by.rpartition(".")[2]
            yield Finding(
                each.location,
                f"`{each.name}` of `{model}` is part of what clients are answered",
                operations=operation.places,
                related=(Related(operation.location, "the operation that answers with it"),),
                confidence=MEDIUM if is_told_once(each.name) else None,
                symbol=f"{each.declared_by}.{each.name}",
            )
    for model in dict.fromkeys(each.model for each in rows):
        fields = [each for each in rows if each.model == model]
        names = " and ".join(f"`{each.name}`" for each in fields)
        yield Finding(
            operation.location,
            f"`{operation.endpoint_name.rpartition('.')[2]}` answers with a whole `{model.rpartition('.')[2]}`, {names} "
            "included",
            operations=operation.places,
            related=tuple(Related(each.location, f"`{each.name}` is declared here") for each in fields),
            help="Declare a response model that has only what the client may see.",
            confidence=MEDIUM if all(is_told_once(each.name) for each in fields) else None,
            symbol=operation.endpoint_name,
        )


def _is_meant(field: SecretField, operation: PathOperation, allow: tuple[str, ...]) -> bool:
    """Whether the operation is there to hand the secret out, or the team allows it."""
    model = field.model.rpartition(".")[2]
    if {field.name, model, f"{model}.{field.name}"} & set(allow):
        return True
    names = (model, operation.path, operation.endpoint_name.rpartition(".")[2])
    return is_told_once(field.name) and ("POST" in operation.methods or any(map(hands_out_secrets, names)))
