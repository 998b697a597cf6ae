"""Rule packs that a configuration names: code of the analysed project, which runs only when the user says so."""

from fastapi_guard.config.document import Document
from fastapi_guard.config.problem import ConfigurationError

KEY = "plugins"
FLAG = "--allow-project-plugins"


def project_plugins(document: Document | None, *, is_allowed: bool) -> tuple[str, ...]:
    """The packages under `plugins`; `ConfigurationError` when there are some and they are not allowed.

    They are named before the rest of the document is checked, because it may name their rules; what is no string is
    left to that check.
    """
    value = document.table.get(KEY) if document else None
    if document is None or not isinstance(value, list) or not value:
        return ()
    if not is_allowed:
        message = f"`{KEY}` names code of this project, which runs only with {FLAG}"
        raise ConfigurationError([document.problem((KEY,), message, at_value=True)])
    return tuple(name for name in value if isinstance(name, str) and name.isprintable() and name.strip())
