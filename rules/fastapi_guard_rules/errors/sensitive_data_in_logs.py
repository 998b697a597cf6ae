"""FG603 sensitive-data-in-logs."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import ERROR, LOGGING_CALLS, MEDIUM, Finding, Unit, is_logging, logged_credentials, rule

WORDS = [
    "auth", "Auth", "bearer", "cookies", "headers", "jwt", "key", "Key", "otp", "pass", "Pass", "pwd", "secret", "Secret", "token", "Token",
]  # fmt: skip


@rule("FG603", severity=ERROR, confidence=MEDIUM, profile="strict", words=LOGGING_CALLS, also=WORDS, tests=False)
def sensitive_data_in_logs(call: cst.Call, unit: Unit) -> Iterator[Finding]:
    """A credential is written to the log."""
    if not is_logging(call, unit):
        return
    named = list(dict.fromkeys(logged_credentials(call, unit)))
    if named:
        function = unit.enclosing_function(call)
        listed = ", ".join(f"`{name}`" for name in named)
        yield Finding(
            unit.location(call),
            f"{listed} goes to the log as it is: whoever reads the log can use it",
            help="Write who it belongs to, or its last digits.",
            symbol=unit.symbol(function) if function else "",
        )
