"""Which operations may be called by a stranger: by nature, by comment or by configuration."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from fastapi_guard.project.model import PathOperation

ENTRY = frozenset({
    "login", "signin", "logon", "logout", "signout", "logoff", "token", "tokens", "accesstoken", "refreshtoken", "refresh",
    "register", "registration", "signup", "passwordrecovery", "recoverpassword", "passwordreset", "resetpassword",
    "forgotpassword", "forgottenpassword", "requestpasswordreset", "verifyemail", "emailverification", "confirmemail",
    "resendverification", "requestverifytoken", "magiclink", "otp", "verifyotp", "sendotp", "sso", "csrf", "csrftoken",
    "loginjson", "authtoken", "getaccesstoken", "activate", "emailconfirmation", "authenticate",
})  # fmt: skip
"""Segments by which a stranger becomes somebody."""

ENTRY_IN_CONTEXT = frozenset({"verify", "callback", "authorize", "confirm", "forgot", "reset", "recover", "session", "sessions", "validate"})
"""Segments that are such only below `auth`, `oauth`, `login` and the like."""

CONTEXTS = frozenset({"auth", "oauth", "oauth2", "authentication", "login", "account", "accounts", "user", "users", "password", "sso", "oidc", "saml", "register", "signup", "jwt", "session", "email", "passwords", "security"})
STRONG_CONTEXTS = frozenset({"auth", "oauth", "oauth2", "authentication", "login", "sso", "oidc", "saml", "password", "passwords", "email", "signup", "register"})

STATUS = frozenset({
    "health", "healthz", "healthcheck", "healthchecks", "live", "livez", "liveness", "ready", "readyz", "readiness", "ping",
    "version", "metrics", "status", "heartbeat", "alive", "up", "info", "startup", "startupz", "robotstxt", "faviconico",
    "docs", "redoc", "openapijson", "swagger", "wellknown",
})  # fmt: skip
"""Segments that say how the service is, not what it knows."""

ENTRY_NAMES = re.compile(
    r"^(?:user_)?(?:login|log_in|signin|sign_in|logout|log_out|signup|sign_up|register|refresh_token|refresh_access_token"
    r"|forgot_password|reset_password|recover_password|request_password_reset|verify_email|login_for_access_token"
    r"|health|healthcheck|health_check|liveness|readiness|ping)(?:_|$)"
)
"""Names of endpoints that say the same."""

LATER_WORDS = re.compile(r"_(?:device|item|task|product|event|webhook|key|agent|node|server|worker|model|plugin|tool)s?(?:_|$)")


class Declaration(Protocol):
    """A `public` comment."""

    @property
    def reason(self) -> str: ...

    def speaks_for(self, path: str, line: int) -> bool: ...


class Configured(Protocol):
    """A public route of the configuration."""

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def reason(self) -> str: ...


def with_public_reason(
    operation: PathOperation, declarations: Sequence[Declaration], configured: Sequence[Configured], *, by_nature: bool = True
) -> PathOperation:
    """The operation with the reason why it may be public, where there is one."""
    places = {(place.path, place.line) for place in (operation.location, operation.decorator_location, operation.registered_at)}
    for declaration in declarations:
        if any(declaration.speaks_for(path, line) for path, line in places):
            return replace(operation, public_reason=declaration.reason or "declared public")
    for route in configured:
        if route.path == operation.path and (route.method == "*" or route.method in operation.methods or (route.method == "WEBSOCKET" and operation.kind == "websocket")):
            return replace(operation, public_reason=route.reason or "declared public")
    nature = public_by_nature(operation) if by_nature else None
    return replace(operation, public_reason=nature) if nature else operation


def is_public(operation: PathOperation, authentication: str) -> bool:
    """Whether a stranger may call an operation where `authentication` is the policy: a declaration always holds."""
    nature = public_by_nature(operation)
    is_declared = operation.public_reason is not None and operation.public_reason != nature
    return is_declared or (authentication == "non-public" and nature is not None)


def public_by_nature(operation: PathOperation) -> str | None:
    """Why an operation is public without being declared so; None when it is not."""
    if operation.kind == "websocket":
        return None
    if operation.methods and set(operation.methods) <= {"OPTIONS"}:
        return "answers CORS preflight requests"
    segments = [segment for segment in operation.path.split("/") if segment and not segment.startswith("{")]
    plain = [re.sub(r"[^a-z0-9]", "", segment.lower()) for segment in segments]
    if not plain or (len(plain) <= 2 and all(re.fullmatch(r"api|v\d+", segment) for segment in plain)):
        ends_static = not operation.path.rstrip("/").endswith("}")
        return "is the root of the service" if ends_static and set(operation.methods) <= {"GET", "HEAD"} else None
    last, before = plain[-1], set(plain[:-1])
    ends_in_parameter = operation.path.rstrip("/").endswith("}")
    reads = set(operation.methods) <= {"GET", "HEAD"}
    if last in STATUS and reads and not ends_in_parameter and _is_shallow(plain):
        return "says how the service is"
    if ".well-known" in segments:
        return "is a well-known document"
    if last in ENTRY and (last not in ("token", "tokens", "refresh", "register", "activate", "registration", "otp", "authenticate") or _is_entry_place(plain[:-1])):
        if last in ("logout", "signout", "logoff") or not (ends_in_parameter and last in ("token", "tokens")):
            return "is where a stranger becomes somebody"
    if last in ENTRY_IN_CONTEXT and before & STRONG_CONTEXTS:
        return "is a step of signing in"
    if any(segment in ENTRY and segment not in ("token", "tokens", "refresh", "register") for segment in before) and _is_entry_place(plain[:-1]):
        return "is a step of signing in"
    name = operation.endpoint_name.rpartition(".")[2]
    if ENTRY_NAMES.match(name) and not LATER_WORDS.search(name):
        return "is where a stranger becomes somebody"
    return None


def _is_shallow(plain: list[str]) -> bool:
    """`/health`, `/api/v1/health`, `/health/ready`: not `/tasks/status`."""
    rest = [segment for segment in plain[:-1] if not re.fullmatch(r"api|v\d+|internal|system|monitoring|utils|server|service|actuator|mgmt", segment)]
    return all(segment in STATUS for segment in rest)


def _is_entry_place(before: list[str]) -> bool:
    """What stands before `token` or `register` is about users, or nothing."""
    rest = [segment for segment in before if not re.fullmatch(r"api|v\d+|internal|public|open", segment)]
    return not rest or bool(set(rest[-1:]) & (CONTEXTS | ENTRY))
