"""Rules that the analysed project's configuration names run only when the user allows it."""

import json
import shutil
from pathlib import Path

import pytest
from cli.projects import Shell, write_project

REPOSITORY = Path(__file__).parents[2]
ALLOWED = "--allow-project-plugins"


@pytest.fixture
def pack(tmp_path: Path, shell: Shell) -> str:
    """A backend that names a pack of its own, whose import leaves a trace."""
    name = f"rules_{abs(hash(tmp_path))}"
    shutil.copytree(REPOSITORY / "fixtures/rule_packs/acme/acme_rules", tmp_path / name)
    configuration = f"[tool.fastapi-guard]\nplugins = ['{name}']\nselect = ['ACM101']\n"
    trace = f"from pathlib import Path\nPath({str(tmp_path / 'ran')!r}).touch()\n"
    write_project(tmp_path, {"pyproject.toml": configuration, f"{name}/__init__.py": trace})
    return name


@pytest.mark.parametrize("command", [["check"], ["routes"], ["check", "--show-settings"]])
def test_they_are_refused_and_not_run(shell: Shell, pack: str, command: list[str]) -> None:
    run = shell(*command)

    message = "`plugins` names code of this project, which runs only with --allow-project-plugins"
    assert (run.code, run.out, run.err) == (2, "", f"pyproject.toml:2:11: {message}\n")
    assert not (shell.directory / "ran").exists()


def test_they_run_when_they_are_allowed(shell: Shell, pack: str) -> None:
    run = shell("check", ALLOWED, "--output-format", "json")

    assert (shell.directory / "ran").exists()
    assert [finding["code"] for finding in json.loads(run.out)["findings"]] == ["ACM101"]


def test_without_the_configuration_nothing_is_named(shell: Shell, pack: str) -> None:
    assert shell("check", "--isolated", "--select", "FG405").code == 1
    assert not (shell.directory / "ran").exists()


def test_they_are_listed_as_the_projects(shell: Shell, pack: str) -> None:
    def origins(*arguments: str) -> dict[str, str]:
        records = json.loads(shell("rule", "--all", "--output-format", "json", *arguments).out)
        return {record["code"]: record["origin"] for record in records}

    assert "ACM101" not in origins()
    assert origins(ALLOWED)["ACM101"] == "project"
    assert origins(ALLOWED)["FG405"].startswith("fastapi-guard-lint ")


@pytest.mark.parametrize(
    ("plugins", "message"),
    [
        ("['no_such_package']", "rule pack `no_such_package` does not load: ModuleNotFoundError("),
        ("['app']", "rule pack `app` holds no rule"),
        ("['a b']", "rule pack `a b` does not load: "),
        ("'app'", "pyproject.toml:2:11: `plugins` is a string, expected a list\n"),
        ("[1]", "pyproject.toml:2:12: `plugins` is an integer, expected a string\n"),
    ],
)
def test_what_is_no_pack_is_said(shell: Shell, plugins: str, message: str) -> None:
    write_project(shell.directory, {"pyproject.toml": f"[tool.fastapi-guard]\nplugins = {plugins}\n"})

    run = shell("check", ALLOWED)

    assert (run.code, run.out) == (2, "")
    assert message in run.err
