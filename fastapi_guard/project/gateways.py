"""Operations that pass requests on to another server: asking it is all that they are for."""

import re

from fastapi_guard.project.model import PathOperation

_REST = re.compile(r"\{\w+:path\}/?$")
_WORD = re.compile(r"(?:^|[/_.-])(?:proxy|proxies|gateway|forward|passthrough|pass_through)(?:[/_.-]|$)", re.IGNORECASE)
MANY_METHODS = 3


def passes_on(operation: PathOperation) -> bool:
    """Whether an operation takes any path or many methods, or is called after passing on."""
    if len(operation.methods) >= MANY_METHODS or _REST.search(operation.path):
        return True
    return any(_WORD.search(text) for text in (operation.path, operation.endpoint_name.rpartition(".")[2]))
