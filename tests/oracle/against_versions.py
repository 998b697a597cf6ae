"""Compare our model with FastAPI's on other versions: `python tests/oracle/against_versions.py [VERSION ...]`.

For each version (default: 0.115.12 and the newest) FastAPI is installed in a throw-away virtual environment, and every
fixture application and a few hundred random ones are compared, with that version named in their requirements.txt.
Needs a package index. Prints the differences; exit code 1 when there are any.
"""

import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings

sys.path[:0] = [str(Path(__file__).parents[1])]

from oracle import our_routes  # noqa: E402
from oracle.effective_routes import Oracle  # noqa: E402
from oracle.fixture_apps import FixtureApp, fixture_apps  # noqa: E402
from oracle.random_apps import applications, write  # noqa: E402
from oracle.test_fixture_apps import DECIDED_AT_RUN_TIME  # noqa: E402

VERSIONS = ("0.115.12", "newest")
LIBRARIES = ("sqlmodel", "pyjwt", "httpx")
RANDOM_APPS = 200


def main() -> int:
    differences = [line for version in sys.argv[1:] or VERSIONS for line in compare(version)]
    return 1 if differences else 0


def compare(version: str) -> Iterator[str]:
    """The differences with one version, printed as they are found."""
    with TemporaryDirectory() as folder, Oracle(python_with(version, Path(folder) / "venv")) as oracle:
        print(f"FastAPI {oracle.version()}")
        for app in fixture_apps():
            for line in compare_fixture(app, oracle, Path(folder) / "copy"):
                print(f"  {app.name}: {line}")
                yield line
        for line in compare_random(oracle):
            print(f"  random: {line}")
            yield line


def python_with(version: str, folder: Path) -> str:
    """A Python that has this version of FastAPI."""
    venv.create(folder, with_pip=True)
    python = next(path for path in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if path.exists())
    fastapi = "fastapi" if version == "newest" else f"fastapi=={version}"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", fastapi, *LIBRARIES], check=True)
    return str(python)


def compare_fixture(app: FixtureApp, oracle: Oracle, folder: Path) -> list[str]:
    """Both sides look at a copy that asks for the oracle's version."""
    root = folder / app.root.name
    shutil.copytree(app.root, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    require(oracle.version(), root)
    theirs = oracle.routes(root, app.target, app.source)
    ours = our_routes.routes(root, app.target, app.source)
    for route in [*theirs, *ours]:
        if (app.root.name, route["path"]) in DECIDED_AT_RUN_TIME:
            route["dependency_places"] = []
    return our_routes.differences(theirs, ours)


def compare_random(oracle: Oracle) -> list[str]:
    """The differences of the first random application that has any."""
    found: list[str] = []

    @settings(
        max_examples=RANDOM_APPS,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # making the example small takes longer than looking at it
        suppress_health_check=list(HealthCheck),
    )
    @given(files=applications())
    def search(files: dict[str, str]) -> None:
        with TemporaryDirectory() as folder:
            root = Path(folder).resolve()
            write(files, root)
            require(oracle.version(), root)
            theirs = oracle.routes(root, "shop.main:app")
            found[:] = our_routes.differences(theirs, our_routes.routes(root, "shop.main:app"))
        assert not found

    try:
        search()
    except AssertionError:
        return found
    return []


def require(version: str, root: Path) -> None:
    (root / "requirements.txt").write_text(f"fastapi=={version}\n")


if __name__ == "__main__":
    sys.exit(main())
