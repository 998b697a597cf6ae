"""What the path of a file says of the code in it."""

import re

_MIGRATIONS = re.compile(r"(?:^|/)(?:alembic|migrate|[^/]*migrations?)(?:/|\.py$)", re.IGNORECASE)
_TESTS = re.compile(r"(?:^|/)(?:tests?|testing)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$")


def is_migration(path: str) -> bool:
    """Whether a file changes the schema from one version to the next, where SQL is at home."""
    return _MIGRATIONS.search(path) is not None


def is_test(path: str) -> bool:
    """Whether a file is test code."""
    return _TESTS.search(path) is not None
