"""A pack of somebody else's is built, installed and used without the engine knowing of it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli.projects import BACKEND, write_project

pytestmark = pytest.mark.integration

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the pack is installed; nothing is downloaded."""
    folder = tmp_path_factory.mktemp("pack")
    source = shutil.copytree(REPOSITORY / "fixtures/rule_packs/acme", folder / "source")
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *offline, "-w", str(folder), str(source)], check=True)
    [wheel] = folder.glob("*.whl")
    target = folder / "site"
    subprocess.run([sys.executable, "-m", "pip", "install", *offline, "--target", str(target), str(wheel)], check=True)
    paths = [str(target), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def run(directory: Path, environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=directory, env=environment, capture_output=True, text=True
    )


def test_its_rules_are_selected_and_configured(tmp_path: Path, environment: dict[str, str]) -> None:
    write_project(tmp_path, BACKEND)
    command = ["fastapi_guard", "check", "--select", "ACM", "-q"]

    assert run(tmp_path, environment, *command).stdout.startswith("app/tasks.py:6:")
    write_project(tmp_path, {"pyproject.toml": "[tool.fastapi-guard.rules.ACM101]\nprefixes = ['/api']\n"})
    assert run(tmp_path, environment, *command).stdout == ""


def test_its_rules_are_listed_with_their_origin_and_have_pages(tmp_path: Path, environment: dict[str, str]) -> None:
    records = json.loads(run(tmp_path, environment, "fastapi_guard", "rule", "--all", "--output-format", "json").stdout)

    [record] = [each for each in records if each["code"] == "ACM101"]
    assert (record["origin"], record["family"], record["options"][0]["name"]) == ("acme-rules 1.0", "paths", "prefixes")
    assert run(tmp_path, environment, "fastapi_guard", "rule", "unversioned-path").stdout.startswith("# ACM101 ")


def test_its_pages_are_tested(environment: dict[str, str]) -> None:
    done = run(REPOSITORY / "fixtures/rule_packs/acme", environment, "fastapi_guard", "test", "acme_rules", "-q")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_flake8_reports_its_findings_when_its_letters_are_selected(tmp_path: Path, environment: dict[str, str]) -> None:
    write_project(tmp_path, BACKEND)

    done = run(tmp_path, environment, "flake8", "--isolated", "--extend-select=ACM", "--select=ACM", ".")

    assert done.stdout.startswith("./app/tasks.py:6:2: ACM101 ")


def test_two_packs_with_one_code_are_refused(tmp_path: Path, environment: dict[str, str]) -> None:
    other = shutil.copytree(REPOSITORY / "fixtures/rule_packs/acme/acme_rules", tmp_path / "other_rules")
    write_project(tmp_path, {**BACKEND, "pyproject.toml": f"[tool.fastapi-guard]\nplugins = ['{other.name}']\n"})

    done = run(tmp_path, environment, "fastapi_guard", "check", "--allow-project-plugins")

    assert done.returncode == 2
    assert "rule ACM101 unversioned-path (" in done.stderr
    assert "`ACM101` is also in " in done.stderr
