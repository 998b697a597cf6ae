"""Words of paths and endpoints by which an operation is public by nature: how a stranger becomes somebody, how a service is."""

import re

ENTRY = frozenset({
    "login", "signin", "logon", "logout", "signout", "logoff", "token", "tokens", "accesstoken", "refreshtoken", "refresh",
    "register", "registration", "signup", "passwordrecovery", "recoverpassword", "passwordreset", "resetpassword",
    "forgotpassword", "forgottenpassword", "requestpasswordreset", "verifyemail", "emailverification", "confirmemail",
    "resendverification", "requestverifytoken", "magiclink", "otp", "verifyotp", "sendotp", "sso", "csrf", "csrftoken",
    "loginjson", "authtoken", "getaccesstoken", "activate", "emailconfirmation", "authenticate", "sendpasswordreset",
    "verificationemail", "sendverificationemail", "sendverification", "deviceauthorization",
})  # fmt: skip
"""Segments by which a stranger becomes somebody."""

ENTRY_OF_USERS = frozenset(
    {"token", "tokens", "refresh", "register", "activate", "registration", "otp", "authenticate"}
)
"""Those of them that are such only where nothing but users is spoken of."""

ENTRY_IN_CONTEXT = frozenset(
    {"verify", "callback", "authorize", "confirm", "forgot", "reset", "recover", "session", "sessions", "validate"}
)
"""Segments that are such only below `auth`, `oauth`, `login` and the like."""

CONTEXTS = frozenset({
    "auth", "oauth", "oauth2", "authentication", "login", "account", "accounts", "user", "users", "password", "sso", "oidc",
    "saml", "register", "signup", "jwt", "session", "email", "passwords", "security",
})  # fmt: skip
STRONG_CONTEXTS = frozenset({
    "auth", "oauth", "oauth2", "authentication", "login", "sso", "oidc", "saml", "password", "passwords", "email", "signup",
    "register",
})  # fmt: skip

ENTRY_VERBS = frozenset(
    {"login", "signin", "logon", "logout", "signout", "logoff", "signup", "register", "registration"}
)
WHO_AND_HOW = frozenset({
    "access", "account", "apple", "auto", "by", "client", "code", "customer", "email", "employee", "facebook", "for", "form",
    "github", "google", "guest", "json", "magic", "me", "member", "microsoft", "new", "oauth", "oauth2", "otp", "password",
    "phone", "social", "sso", "student", "teacher", "token", "user", "users", "via", "with",
})  # fmt: skip
"""Words that may stand beside one of `ENTRY_VERBS`: `client_login`, `login-with-google`."""

ENTRY_NAMES = re.compile(
    r"^(?:user_)?(?:login|log_in|signin|sign_in|logout|log_out|signup|sign_up|register|refresh_token|refresh_access_token"
    r"|forgot_password|reset_password|recover_password|request_password_reset|verify_email|login_for_access_token"
    r"|health|healthcheck|health_check|liveness|readiness|ping)(?:_|$)"
)
"""Names of endpoints that say the same."""

LATER_WORDS = re.compile(
    r"_(?:device|item|task|product|event|webhook|key|agent|node|server|worker|model|plugin|tool)s?(?:_|$)"
)
"""What is registered or pinged by somebody who is known already."""

MIGHTY = re.compile(r"(?:^|_)(?:admins?|administrators?|superusers?|superadmins?|staff|moderators?)(?:_|$)")
"""Who is never made by a stranger: `register_admin`."""

LOGINS = frozenset({"login", "signin", "logon", "token", "authenticate", "accesstoken", "loginjson"})
SIGN_UPS = frozenset({"signup", "register", "registration"})
PERSONS = frozenset({
    "user", "users", "account", "accounts", "customer", "customers", "client", "clients", "member", "members", "usuario",
    "usuarios", "utilisateur", "utilisateurs", "benutzer", "utente", "utenti",
})  # fmt: skip
MAKING = frozenset({"create", "new", "add", "crear", "criar", "registrar", "cadastrar"})
"""`POST /users`, `/users/create` and `/create-user`: a sign-up where an application has a login and no other sign-up."""

STATUS = frozenset({
    "health", "healthz", "healthcheck", "healthchecks", "live", "livez", "liveness", "ready", "readyz", "readiness", "ping",
    "version", "metrics", "status", "heartbeat", "alive", "up", "info", "startup", "startupz", "robotstxt", "faviconico",
    "docs", "redoc", "openapijson", "swagger", "wellknown",
})  # fmt: skip
"""Segments that say how the service is, not what it knows."""

HEALTH = frozenset({"health", "healthz", "healthcheck", "healthchecks", "readiness", "readyz", "liveness", "livez"})
"""Those of them that say so at any depth: `/jobs/health`; the others only near the root."""

HEALTH_PARTS = frozenset({
    "broker", "cache", "celery", "database", "db", "deep", "dependencies", "detail", "detailed", "details", "disk", "full",
    "kafka", "memory", "mongo", "postgres", "queue", "redis", "services", "storage", "system", "worker", "workers",
})  # fmt: skip
"""What stands below `/health`, as against a hospital's: `/health/database`, not `/health/records`."""

HEALTH_NAMES = re.compile(
    r"(?:^|_)(?:health|healthcheck|check|ready|readiness|alive|live|liveness|ping|probe|heartbeat)(?:_|$)"
)
"""Names of endpoints below `/health` that say the same as `HEALTH_PARTS`."""

ALIVE_NAMES = re.compile(r"(?:^|_)(?:health|healthcheck|health_check|alive|heartbeat)$")
"""Names of endpoints that say how the service is, whatever their path."""

DOCUMENTS = frozenset({
    "robots.txt", "favicon.ico", "humans.txt", "security.txt", "llms.txt", "sitemap.xml", "manifest.json", "site.webmanifest",
    "manifest.webmanifest", "service-worker.js", "sw.js", "browserconfig.xml", "apple-touch-icon.png",
})  # fmt: skip
"""What browsers and crawlers fetch by name."""

OAUTH = frozenset({"oauth", "oauth2", "sso", "oidc", "saml"})
OAUTH_STEPS = frozenset({
    "accesstoken", "authentication", "authorize", "callback", "google", "github", "initiate", "metadata",
    "acs", "microsoft", "providers", "redirect", "start", "token",
})  # fmt: skip
"""Segments below one of `OAUTH` that a browser visits before anybody is signed in."""

FOR_STRANGERS = re.compile(r"(?:^|[/_-])(?:callback|cb|hooks?|ingress|public|shared?|webhooks?)(?:$|[/_-])")
"""Paths of what is published, or is found by whoever was given its link."""

ADDRESS_METHODS = frozenset(
    {"RedirectResponse", "append", "format", "include_query_params", "join", "replace", "rstrip", "strip", "url_for"}
)
"""Methods and functions by which an address is put together."""

PAGES = frozenset({"FileResponse", "HTMLResponse", "TemplateResponse"})
"""Answers that browsers show."""

LOGGERS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"})

BESIDE_STATUS = re.compile(r"api|v\d+|internal|system|monitoring|utils|server|service|actuator|mgmt")
"""Segments that may stand before one of `STATUS`."""

HOOKS = re.compile(r"hook|callback|notif|ipn|event", re.IGNORECASE)
SIGNATURES = re.compile(r"signature|svix-id|x-hub-|x-signature", re.IGNORECASE)
"""Headers in which the caller of a webhook signs what it sends."""
SIGNATURE_CHECKS = re.compile(
    r"^(?:construct_event|compare_digest|\w*(?:verify|validate|check)\w*(?:signature|webhook|hmac)\w*)$", re.IGNORECASE
)
"""Functions that check such a signature."""
