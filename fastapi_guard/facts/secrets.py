"""Texts in the code that are secrets: by the name that they are given, or by their own look."""

import re

import libcst as cst

from fastapi_guard.facts.unit import Unit

_SIGNING = re.compile(
    r"(?:^|_)(?:secret|secret_?key|jwt_?(?:secret_?)?key|signing_?key|encryption_?key|session_?secret|cookie_?secret|fernet_?key|csrf_?secret"
    r"|(?:jwt|auth|app|token|session|access|refresh|hmac|hash|webhook)_?secret(?:_?key)?|secret_?token)$",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(
    r"(?:^|_)(?:api_?key|access_?key|secret_?access_?key|private_?key|auth_?key|account_?key|client_?secret|password|passwd|pwd|passphrase"
    r"|(?:api|auth|access|bot|bearer|slack|github|admin|service|master)_?token|admin_?key|master_?key)$",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"(?:password|passwd|pwd|passphrase)$", re.IGNORECASE)
"""Passwords may be words; what services give out is not."""

_TOKEN = re.compile(
    r"sk-(?:proj-|ant-)?[\w-]{20,}|[sr]k_live_\w{16,}|AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|github_pat_\w{30,}|xox[bp]-[\w-]{20,}|AIza[\w-]{35}"
    r"|glpat-[\w-]{20}|SG\.[\w-]{20,}\.[\w-]{20,}|-----BEGIN (?:RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----\s*\S"
)
_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9]*)(?:\+[a-z0-9_]+)?://(?P<user>[^\s:/@{}<>]*):(?P<password>[^\s/@{}<>$%*]+(?:%[0-9A-F]{2}[^\s/@{}<>$*]*)*)@(?P<host>[\w.-]+)",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"x{3,}|\*{3,}|\.{3}|^<.*>$|^\[.*\]$|your|change[-_ ]?(?:me|this|it)|placeholder|example|dummy|todo|replace|insert|^not[-_ ]|^none$|^null$|^test|^fake"
    r"|^(?:user|pass|password|passwd|pwd|secret|token|postgres|root|admin|guest|key)$",
    re.IGNORECASE,
)
_FOR_SHOW = re.compile(
    r"^_*(?:dummy|example|fake|former|insecure|known|legacy|test)_|amplitude|mapbox|mixpanel|posthog|publishable|recaptcha_site|segment_write|sentry|site_?key",
    re.IGNORECASE,
)
"""Names of what is no secret: examples, passwords that are refused, and keys that every browser is given."""
_SCHEMES = frozenset(
    [
        "amqp",
        "amqps",
        "asyncpg",
        "clickhouse",
        "cockroachdb",
        "ftp",
        "http",
        "https",
        "ldap",
        "mariadb",
        "mongodb",
        "mssql",
        "mysql",
        "oracle",
        "postgres",
        "postgresql",
        "redis",
        "rediss",
        "sftp",
        "smtp",
    ]
)
_LOCAL = frozenset(
    {
        "localhost",
        "127.0.0.1",
        "0.0.0.0",
        "db",
        "postgres",
        "postgresql",
        "mysql",
        "redis",
        "rabbitmq",
        "mongo",
        "mongodb",
        "database",
        "host",
    }
)


def is_signing_name(name: str) -> bool:
    """Whether a name is given to what signs or encrypts: a text that anybody knows there is as bad as a real one."""
    return _SIGNING.search(name) is not None


def is_secret_name(name: str) -> bool:
    """Whether a name is given to secrets: `SECRET_KEY`, `db_password`; not `token_url`, `password_min_length`."""
    return _FOR_SHOW.search(name) is None and (is_signing_name(name) or _CREDENTIAL.search(name) is not None)


def is_secret_value(name: str, text: str) -> bool:
    """Whether a text that stands under such a name can be the secret: no label, no path, no message, no placeholder."""
    if len(text) < 4 or re.search(r"\s|^[/.]|://|[{}$]|%\(", text):
        return False
    if _plain(text) in _plain(name) or (_plain(name) in _plain(text) and not is_signing_name(name)):
        return False
    if re.match(r"[xX]-[A-Za-z-]+$", text) or (
        re.fullmatch(r"[a-z]+(?:[._:][a-z]+)+", text) and not is_signing_name(name)
    ):
        return False
    if text.startswith(("$2b$", "$2a$", "$argon2", "pbkdf2")):
        return False
    if is_signing_name(name):
        return True
    is_word = _PASSWORD.search(name) is None and (len(text) < 12 or not re.search(r"\d", text))
    return not is_word and _PLACEHOLDER.search(text) is None


def token_in(text: str) -> bool:
    """Whether a text is, by its look, a key that a service has given out."""
    return _TOKEN.search(text) is not None and _PLACEHOLDER.search(text) is None


def password_in_url(text: str) -> str:
    """The host of a URL that holds a user and a password; empty when there is none, or one as in every example."""
    found = _URL.match(text)
    if found is None or found["scheme"].lower() not in _SCHEMES or re.search(r"\s", text):
        return ""
    is_example = _PLACEHOLDER.search(found["password"]) is not None or found["password"] == found["user"]
    if is_example and (
        found["host"] in _LOCAL or _PLACEHOLDER.search(found["password"]) is not None or "example" in found["host"]
    ):
        return ""
    return found["host"]


def literal_in(node: cst.BaseExpression | None, unit: Unit) -> str | None:
    """The text of a literal, also in `SecretStr("…")` and `Field("…")`; None for what is no literal."""
    if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
        value = node.evaluated_value
        return value if isinstance(value, str) else value.decode("latin-1") if isinstance(value, bytes) else None
    if isinstance(node, cst.Call) and (unit.resolve(node) or "").rpartition(".")[2] in (
        "SecretStr",
        "SecretBytes",
        "Field",
    ):
        for given in node.args[:1] if not node.args or node.args[0].keyword is None else node.args:
            if given.keyword is None or given.keyword.value == "default":
                return literal_in(given.value, unit)
    return None


def is_settings_class(definition: cst.ClassDef, unit: Unit) -> bool:
    """Whether the fields of a class are filled from the environment: a subclass of `BaseSettings`."""
    names = [unit.resolve(base.value) or "" for base in definition.bases]
    return any(name.rpartition(".")[2].endswith("Settings") for name in names)


def is_for_tests(definition: cst.ClassDef) -> bool:
    """Whether a class is the configuration that only tests run with: `TestConfig`, `TestingSettings`."""
    return re.match(r"_?Test(?:s|ing)?(?:Config\w*|Settings|Environment)?$", definition.name.value) is not None


def enclosing_class(node: cst.CSTNode, unit: Unit) -> cst.ClassDef | None:
    """The class whose body a statement stands in itself."""
    holder = unit.parent(node)
    while holder is not None and not isinstance(holder, (cst.ClassDef, cst.FunctionDef, cst.Lambda)):
        holder = unit.parent(holder)
    return holder if isinstance(holder, cst.ClassDef) else None


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
