"""Our model of a random application equals what FastAPI makes of it."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from oracle.effective_routes import Oracle
from oracle.random_apps import applications, write


@settings(
    max_examples=80,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(files=applications())
def test_routes_equal_fastapi(files: dict[str, str], oracle: Oracle) -> None:
    """Nested routers, inclusions with contexts, aliases, mounts and every kind of dependency are as in FastAPI."""
    from oracle import our_routes

    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        write(files, root)
        theirs = oracle.routes(root, "shop.main:app")
        ours = our_routes.routes(root, "shop.main:app")

    assert our_routes.differences(theirs, ours) == []
