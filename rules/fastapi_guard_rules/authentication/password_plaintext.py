"""FG154 password-plaintext."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, MEDIUM, Finding, PathOperation, Project, plain_passwords, rule


@rule("FG154", severity=ERROR, confidence=MEDIUM)
def password_plaintext(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A password of a user is stored, or compared, as the client sent it."""
    for found in plain_passwords(operation):
        column = f"{found.access.table.rpartition('.')[2]}.{found.column}"
        text = f"`{found.text}`" if found.text else "what the client sent"
        harm = (
            "stored as it is"
            if found.is_stored
            else f"compared with `{column}` as it is: passwords are kept in plain text"
        )
        yield Finding(
            found.location,
            f"{text} is {harm}"
            + (f" in `{column}`: whoever reads the table can sign in as anybody" if found.is_stored else ""),
            operations=operation.places,
            help="Hash it with Argon2 or bcrypt (pwdlib, argon2-cffi), and let the library verify it.",
            symbol=operation.endpoint_name,
        )
