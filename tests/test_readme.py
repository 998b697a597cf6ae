"""The README shows what really happens."""

import re
import shlex
from pathlib import Path

import pytest
from cli.projects import Shell

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text("utf-8")


def test_the_example_is_what_the_command_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    (shown,) = re.findall(r"```console\n\$ fastapi-guard (.*?)\n(.*?)```", README, re.DOTALL)

    done = Shell(REPOSITORY, capsys, monkeypatch)(*shlex.split(shown[0]))

    assert done.out.startswith(shown[1])
    assert done.code == 1


@pytest.mark.parametrize(
    "page", [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))], ids=lambda p: p.name
)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))

    assert [t for t in targets if "://" not in t and not (page.parent / t).exists()] == []


def test_the_test_command_is_one_line_that_ci_can_find() -> None:
    """`.ci/run` takes it from here."""
    lines = [line for line in README.splitlines() if line.endswith("tests/run_all.py")]

    assert len(lines) == 1
    assert lines[0].startswith("python3 -m venv .venv && ")
