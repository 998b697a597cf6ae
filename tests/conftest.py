"""No test reads or writes the cache of whoever runs it."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Programs that tests start keep their cache in a folder of the test run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FASTAPI_GUARD_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield
