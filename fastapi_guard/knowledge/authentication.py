"""What library callables do about identity: tables of dotted names, one section for each library.

A name ends with `.*` where everything below it counts. Sources: each library's public documentation.
"""

from functools import lru_cache

VERIFIERS: frozenset[str] = frozenset({
    # authlib, joserfc
    "authlib.jose.jwt.decode", "authlib.jose.JsonWebToken.decode", "joserfc.jwt.decode", "joserfc.jws.deserialize_compact",
    # PyJWT, python-jose
    "jwt.decode", "jwt.api_jwt.decode", "jwt.PyJWT.decode", "jose.jwt.decode", "jose.jws.verify",
    # Firebase, Google
    "firebase_admin.auth.verify_id_token", "firebase_admin.auth.verify_session_cookie",
    "google.oauth2.id_token.verify_oauth2_token", "google.oauth2.id_token.verify_token",
    # itsdangerous
    "itsdangerous.*",
    # standard library
    "hmac.compare_digest", "secrets.compare_digest",
    # password hashing
    "bcrypt.checkpw", "passlib.*", "pwdlib.*",
    # others
    "pyseto.decode", "nacl.*", "webauthn.verify_authentication_response", "ldap3.Connection",
})  # fmt: skip
"""Calls that establish that a credential is genuine."""

OTHER_FAILURES: frozenset[str] = frozenset({
    # PyJWT, python-jose, authlib, joserfc, itsdangerous: the credential is genuine and not (or no longer) valid
    "BadTimeSignature", "ClaimError", "ExpiredIdTokenError", "ExpiredSignatureError", "ExpiredTokenError",
    "ImmatureSignatureError", "InvalidAudienceError", "InvalidClaimError", "InvalidIssuedAtError", "InvalidIssuerError",
    "InvalidSubjectError", "JWTClaimsError", "MissingClaimError", "MissingRequiredClaimError", "RevokedIdTokenError",
    "SignatureExpired",
    # what other code raises
    "HTTPException", "ImportError", "IndexError", "KeyError", "ModuleNotFoundError", "NoResultFound", "SQLAlchemyError",
    "ValidationError",
})  # fmt: skip
"""Exceptions, by their own name, that verifying a missing or forged credential does not raise."""

VERIFYING_METHODS: frozenset[str] = frozenset({
    "decode", "loads", "unsign", "verify", "verify_id_token", "verify_token", "authenticate", "authenticate_request",
    "get_user", "introspect", "introspect_token", "userinfo", "decode_token", "jwt_required", "access_token_required",
})  # fmt: skip
"""Methods that do so on objects of the libraries of `IDENTITY_LIBRARIES`."""

IDENTITY_LIBRARIES: frozenset[str] = frozenset({
    "authx", "auth0", "authlib", "azure", "clerk_backend_api", "cognitojwt", "descope", "fastapi_auth0", "fastapi_auth_jwt",
    "fastapi_azure_auth", "fastapi_cloudauth", "fastapi_clerk_auth", "fastapi_jwt", "fastapi_jwt_auth", "fastapi_jwt_auth2",
    "fastapi_jwt_auth3", "fastapi_keycloak", "fastapi_login", "fastapi_nextauth_jwt", "fastapi_plugin", "fastapi_sso",
    "fastapi_third_party_auth", "fastapi_users", "firebase_admin", "gotrue", "itsdangerous", "jose", "joserfc", "jwt",
    "keycloak", "propelauth_fastapi", "supabase", "stytch", "supertokens_python", "workos", "safir", "fief_client",
    "lateral_auth", "another_fastapi_jwt_auth", "async_fastapi_jwt_auth", "libre_fastapi_jwt", "fastapi_security", "guard",
})  # fmt: skip
"""Top-level packages whose business is identity."""

CONTAINERS: frozenset[str] = frozenset({
    # Dishka
    "dishka.FromDishka", "dishka.integrations.base.FromDishka", "dishka.integrations.fastapi.FromDishka",
    # Wireup
    "wireup.Injected", "wireup.annotation.Injected",
})  # fmt: skip
"""Annotations of parameters that a container fills, with objects that may have been made of the request."""

GUARDS: dict[str, str] = {
    # AuthX, fastapi-jwt-auth and its forks: the method raises when the token is missing or wrong
    "authx.AuthX.access_token_required": "required",
    "authx.AuthX.fresh_token_required": "required",
    "authx.AuthX.refresh_token_required": "required",
    "authx.AuthX.token_required": "required",
    "authx.AuthX.get_token_from_request": "unknown",
    # Auth0
    "fastapi_auth0.Auth0.get_user": "required",
    "fastapi_plugin.Auth0FastAPI.require_auth": "required",
    "fastapi_plugin.fast_api_client.Auth0FastAPI.require_auth": "required",
    # Azure AD
    "fastapi_azure_auth.SingleTenantAzureAuthorizationCodeBearer": "required",
    "fastapi_azure_auth.MultiTenantAzureAuthorizationCodeBearer": "required",
    "fastapi_azure_auth.B2CMultiTenantAuthorizationCodeBearer": "required",
    "fastapi_azure_auth.auth.*": "required",
    # Clerk
    "fastapi_clerk_auth.ClerkHTTPBearer": "required",
    # Cognito and other clouds
    "fastapi_cloudauth.cognito.*": "required",
    "fastapi_cloudauth.firebase.*": "required",
    "fastapi_cloudauth.auth0.*": "required",
    "fastapi_cognito.CognitoAuth.auth_required": "required",
    "fastapi_cognito.CognitoAuth.auth_optional": "optional",
    # fastapi-login
    "fastapi_login.LoginManager": "required",
    "fastapi_login.fastapi_login.LoginManager": "required",
    "fastapi_login.LoginManager.optional": "optional",
    # fastapi-users
    "fastapi_users.FastAPIUsers.current_user": "required",
    "fastapi_users.FastAPIUsers.authenticator.current_user": "required",
    "fastapi_users.authentication.Authenticator.current_user": "required",
    "fastapi_users.authentication.authenticator.Authenticator.current_user": "required",
    "fastapi_users.authentication.authenticator.Authenticator.current_user_token": "required",
    "fastapi_users.FastAPIUsers.authenticator.current_user_token": "required",
    # Keycloak
    "fastapi_keycloak.FastAPIKeycloak.get_current_user": "required",
    # Gafaelfawr (safir): the ingress authenticates and passes headers
    "safir.dependencies.gafaelfawr.auth_dependency": "required",
    "safir.dependencies.gafaelfawr.auth_delegated_token_dependency": "required",
    "safir.dependencies.gafaelfawr.auth_logger_dependency": "required",
    # PropelAuth, SuperTokens, Fief, Okta
    "propelauth_fastapi.*": "required",
    "supertokens_python.recipe.session.framework.fastapi.verify_session": "required",
    "fief_client.integrations.fastapi.FiefAuth.authenticated": "required",
    "fief_client.integrations.fastapi.FiefAuth.current_user": "required",
    "fastapi_third_party_auth.Auth.required": "required",
    "fastapi_third_party_auth.Auth.optional": "optional",
    # NextAuth / Better Auth
    "fastapi_nextauth_jwt.NextAuthJWT": "required",
    "fastapi_nextauth_jwt.NextAuthJWTv4": "required",
    "fastapi_nextauth_jwt.NextAuthJWTv5": "required",
}
"""Library dependencies, and what becomes of a stranger. `Class.method` is what calling or passing the method means."""

DECORATORS: dict[str, str] = {
    "starlette.authentication.requires": "required",
    "guard.SecurityDecorator.require_auth": "required",
    "guard.SecurityDecorator.api_key_auth": "required",
    "guard.decorators.SecurityDecorator.require_auth": "required",
    "guard.decorators.SecurityDecorator.api_key_auth": "required",
    "fastapi_auth0.auth.requires_auth": "required",
}
"""Decorators under the route decorator that reject a stranger."""

HARMLESS_MIDDLEWARES: frozenset[str] = frozenset({
    "asgi_correlation_id.*", "brotli_asgi.*", "fastapi.middleware.*", "opentelemetry.*", "prometheus_fastapi_instrumentator.*",
    "secure.*", "sentry_sdk.*", "slowapi.*", "starlette.middleware.cors.CORSMiddleware", "starlette.middleware.errors.*",
    "starlette.middleware.gzip.GZipMiddleware", "starlette.middleware.httpsredirect.HTTPSRedirectMiddleware",
    "starlette.middleware.sessions.SessionMiddleware", "starlette.middleware.trustedhost.TrustedHostMiddleware",
    "starlette_cramjam.*", "starlette_exporter.*", "starlette_prometheus.*", "uvicorn.*", "debug_toolbar.*", "ddtrace.*",
    "elasticapm.*", "fastapi_pagination.*", "fastapi_limiter.*", "timing_asgi.*",
})  # fmt: skip
"""Library middlewares that decide nothing about identity."""

IDENTITY_WORDS: tuple[str, ...] = (
    "auth", "login", "jwt", "token", "permission", "principal", "credential", "apikey", "api_key", "current_user",
    "bearer", "security", "keycloak", "oauth", "oidc", "session_user", "require_role",
)  # fmt: skip
"""Parts of names that make something unresolved worth an `unknown`; they never make a guard."""


def look_up(table: dict[str, str] | frozenset[str], name: str) -> str | None:
    """The entry for a dotted name: its own, or that of a prefix ending in `.*`; the entry itself for a set."""
    if name in table:
        return table[name] if isinstance(table, dict) else name
    while "." in name:
        name = name.rpartition(".")[0]
        key = f"{name}.*"
        if key in table:
            return table[key] if isinstance(table, dict) else key
    return None


@lru_cache(maxsize=8_192)
def is_verifier(name: str) -> bool:
    """Whether a call of the dotted name establishes that a credential is genuine."""
    return look_up(VERIFIERS, name) is not None


@lru_cache(maxsize=8_192)
def sounds_like_identity(name: str) -> bool:
    """Whether a name hints at authentication; good for `unknown`, never for a verdict."""
    lowered = name.lower()
    return any(word in lowered for word in IDENTITY_WORDS)


RAISING_VERIFIERS: frozenset[str] = frozenset({
    "firebase_admin.auth.verify_id_token", "firebase_admin.auth.verify_session_cookie",
    "google.oauth2.id_token.verify_firebase_token", "google.oauth2.id_token.verify_oauth2_token",
    "google.oauth2.id_token.verify_token", "stripe.Webhook.construct_event", "stripe.WebhookSignature.verify_header",
})  # fmt: skip
"""Functions of libraries that say by an exception that a credential or a signature is no good."""
