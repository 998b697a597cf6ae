"""Our model of each small application in `fixtures/idioms` equals what FastAPI makes of it."""

import shutil
from pathlib import Path

import pytest
from oracle import our_routes
from oracle.effective_routes import Oracle
from oracle.fixture_apps import FIXTURES

IDIOMS = FIXTURES / "idioms"
NAMES = sorted(path.name for path in IDIOMS.iterdir() if path.name not in ("README.md", "guard.py", "__pycache__"))


@pytest.mark.parametrize("name", NAMES)
def test_routes_equal_fastapi(name: str, oracle: Oracle, tmp_path: Path) -> None:
    """What the first line of the file says."""
    root = tmp_path.resolve()
    shutil.copy(IDIOMS / "guard.py", root)
    if (IDIOMS / name).is_dir():
        shutil.copytree(IDIOMS / name, root, dirs_exist_ok=True)
        target = "main:app"
    else:
        shutil.copy(IDIOMS / name, root)
        target = f"{name.removesuffix('.py')}:app"

    theirs = oracle.routes(root, target)
    ours = our_routes.routes(root, target)

    assert our_routes.differences(theirs, ours) == []
