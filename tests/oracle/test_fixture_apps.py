"""Our model of each fixture application equals what FastAPI makes of it."""

import pytest
from oracle.effective_routes import Oracle
from oracle.fixture_apps import FIXTURES, FixtureApp, fixture_apps

DECIDED_AT_RUN_TIME = {
    ("greenhouse_switched_auth", "/water/open"): "the guard is chosen by an environment variable",
    ("warehouse_dependencies", "/pallets/{pallet}"): "one of its dependencies is chosen by an environment variable",
}
"""Operations whose dependencies no reader of the code can know."""


@pytest.mark.parametrize("app", fixture_apps(), ids=lambda app: app.name)
def test_routes_equal_fastapi(app: FixtureApp, oracle: Oracle) -> None:
    """Methods, path, place, status, tags, dependencies in order and schemes are FastAPI's own."""
    from oracle import our_routes

    theirs = oracle.routes(app.root, app.target, app.source)
    ours = our_routes.routes(app.root, app.target, app.source)
    for route in [*theirs, *ours]:
        if (app.root.name, route["path"]) in DECIDED_AT_RUN_TIME:
            route["dependency_places"] = []

    assert our_routes.differences(theirs, ours) == []


@pytest.mark.parametrize("app", fixture_apps(), ids=lambda app: app.name)
def test_has_operations(app: FixtureApp, oracle: Oracle) -> None:
    """A fixture application can be imported and has an operation."""
    assert oracle.routes(app.root, app.target, app.source)


def test_tells_its_story() -> None:
    """Each fixture folder says what it is about and how it is imported."""
    folders = [folder for folder in (FIXTURES / "apps").iterdir() if folder.is_dir()]

    assert [folder.name for folder in folders if not (folder / "README.md").is_file()] == []
    assert [folder.name for folder in folders if not (folder / "APP").is_file()] == []
