"""FG429 validation-status-policy."""

from collections.abc import Iterator

from fastapi_guard.api import INFO, MEDIUM, Application, Finding, Project, Related, rule, short_name

BY_FASTAPI = 422


@rule("FG429", severity=INFO, confidence=MEDIUM, profile="strict")
def validation_status_policy(
    application: Application, project: Project, *, validation_status: str = "422"
) -> Iterator[Finding]:
    """Requests that do not validate are answered with another status than the team has agreed on."""
    handler = application.validation_handler
    status = handler.status if handler is not None else BY_FASTAPI
    if validation_status == "either" or status is None or str(status) == validation_status:
        return
    if handler is None and not any(operation.app == application.name for operation in project.operations):
        return
    who = f"`{handler.name.rpartition('.')[2]}`" if handler else "FastAPI"
    yield Finding(
        handler.location if handler else application.location,
        f"{who} answers requests to `{short_name(application.place)}` that do not validate with {status}, and the policy is "
        f"{validation_status}",
        related=(Related(application.location, "the application"),) if handler else (),
        help="Register a handler of `RequestValidationError`, or change the policy.",
        symbol=application.name,
    )
