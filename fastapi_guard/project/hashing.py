"""Which classes of the project hash what they are given."""

import ast
import re
from functools import lru_cache

from fastapi_guard.project.scope import ModuleScope
from fastapi_guard.project.values import Class

HASHES = re.compile(r"hash|crypt|argon|pbkdf|digest|encode_password|set_password", re.IGNORECASE)


def hashes(cls: Class) -> bool:
    """Whether a class has code that hashes: a validator, a setter, a type of its own; or its module listens to it."""
    for base in cls.linearized():
        if not isinstance(base, Class):
            continue
        if _calls_what_hashes(base.definition) or _listens(base.module):
            return True
    return False


@lru_cache(maxsize=4_096)
def _calls_what_hashes(definition: ast.ClassDef) -> bool:
    calls = (ast.unparse(node.func) for node in ast.walk(definition) if isinstance(node, ast.Call))
    return any(HASHES.search(name) or name.endswith("PasswordType") for name in calls)


@lru_cache(maxsize=1_024)
def _listens(module: ModuleScope) -> bool:
    """Whether a module listens to events of its tables; it is walked only where the word is written."""
    return "listens_for" in module.text and any(
        isinstance(node, ast.Attribute) and node.attr == "listens_for" for node in ast.walk(module.tree)
    )
