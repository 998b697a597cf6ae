"""FG506 scalar-body-becomes-query."""

import re
from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, PathOperation, Project, rule

WRITES = frozenset({"POST", "PUT", "PATCH"})
CREDENTIAL = re.compile(
    r"(?:^|_)(?:password|passwd|passphrase|pwd|secret|client_secret|pin|otp|credit_card|card_number|cvv|ssn|senha|contrasena)"
    r"(?:$|_(?!id$|hint$|policy$|name$)|\d$)",
    re.IGNORECASE,
)
TEXTS = frozenset({"", "builtins.str", "pydantic.SecretStr"})


@rule("FG506", severity=ERROR)
def scalar_body_becomes_query(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A write takes a credential as a plain parameter: it is read from the query string."""
    if operation.kind != "http" or not WRITES & set(operation.methods) or operation.endpoint is None:
        return
    name = operation.endpoint_name.rpartition(".")[2]
    found = [
        parameter
        for parameter in operation.parameters
        if parameter.source == "query" and parameter.annotation in TEXTS and CREDENTIAL.search(parameter.name)
    ]
    if found:
        listed = ", ".join(f"`{parameter.name}`" for parameter in found)
        yield Finding(
            operation.endpoint.location,
            f"`{name}` reads {listed} from the query string, where logs, histories and proxies keep it",
            operations=operation.places,
            help="Declare a model, or `Form()` or `Body()`.",
            symbol=operation.endpoint_name,
        )
