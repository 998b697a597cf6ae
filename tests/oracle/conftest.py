"""One running oracle for all tests of this folder."""

from collections.abc import Iterator

import pytest
from oracle.effective_routes import Oracle


@pytest.fixture(scope="session")
def oracle() -> Iterator[Oracle]:
    with Oracle() as oracle:
        yield oracle
