"""Which classes of the project hash what they are given."""

import ast
import re

from fastapi_guard.project.values import Class

HASHES = re.compile(r"hash|crypt|argon|pbkdf|digest|encode_password|set_password", re.IGNORECASE)


def hashes(cls: Class) -> bool:
    """Whether a class has code that hashes: a validator, a setter, a type of its own; or its module listens to it."""
    for base in cls.linearized():
        if not isinstance(base, Class):
            continue
        calls = [ast.unparse(node.func) for node in ast.walk(base.definition) if isinstance(node, ast.Call)]
        if any(HASHES.search(name) or name.endswith("PasswordType") for name in calls):
            return True
        if any(isinstance(node, ast.Attribute) and node.attr == "listens_for" for node in ast.walk(base.module.tree)):
            return True
    return False
