"""`fastapi-guard new-rule` and `test`: a rule begins with an example that fails, in any pack."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.projects import Shell, write_project

from fastapi_guard.scaffold import NewRule, ScaffoldError, files_of, placed

REPOSITORY = Path(__file__).parents[2]
OURS = {"FG101": "authentication", "FG102": "authentication", "FG405": "http", "FG299": "authorization"}


@pytest.fixture
def pack(tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The folder of a pack that is not installed, with an import name of its own."""
    name = f"pack_{abs(hash(tmp_path))}"
    shutil.copytree(REPOSITORY / "fixtures/rule_packs/acme/acme_rules", tmp_path / name)
    entry = f'[project]\nname = "x"\n[project.entry-points."fastapi_guard.rules"]\nacme = "{name}"\n'
    write_project(tmp_path, {"pyproject.toml": entry})
    return name


@pytest.mark.parametrize(
    ("code", "family", "expected"),
    [
        (None, "authentication", NewRule("FG103", "x", "authentication")),
        (None, "authorization", NewRule("FG300", "x", "authorization")),
        ("FG199", None, NewRule("FG199", "x", "authentication")),
        ("FG901", "new", NewRule("FG901", "x", "new")),
    ],
)
def test_code_and_family_follow_from_each_other(code: str | None, family: str | None, expected: NewRule) -> None:
    assert placed("x", code, family, OURS) == expected


@pytest.mark.parametrize(
    ("code", "family", "reason"),
    [
        (None, None, "give --code or --family (authentication, authorization, http)"),
        (None, "new", "the family `new` has no rule yet: give --code"),
        ("FG999", None, "no family has codes like FG999: give --family"),
    ],
)
def test_what_does_not_follow_has_to_be_given(code: str | None, family: str | None, reason: str) -> None:
    with pytest.raises(ScaffoldError, match=re.escape(reason)):
        placed("x", code, family, OURS)


def test_a_rule_is_a_module_and_a_page() -> None:
    files = files_of(NewRule("FG103", "open-door", "authentication"))

    assert list(files) == ["authentication/open_door.py", "authentication/open_door.md"]
    assert "def open_door(operation: PathOperation" in files["authentication/open_door.py"]
    assert files["authentication/open_door.md"].startswith("# FG103 open-door\n")
    for text in files.values():
        assert max(map(len, text.splitlines())) <= 120


def test_the_pages_of_a_pack_that_is_not_installed_are_right(shell: Shell, pack: str) -> None:
    run = shell("test", pack)

    assert (run.code, run.out, run.err) == (0, "", "All right: 1 page.\n")


def test_the_page_of_a_new_rule_is_wrong_until_it_is_written(shell: Shell, pack: str) -> None:
    begun = shell("new-rule", "path-with-verb")

    assert (begun.code, begun.out) == (0, f"{pack}/paths/path_with_verb.py\n{pack}/paths/path_with_verb.md\n")
    run = shell("test", f"{pack}/paths/path_with_verb.md")
    assert (run.code, run.err) == (1, "1 of 1 page wrong.\n")
    assert run.out == f"{pack}/paths/path_with_verb.md:17: ACM102 is not found in main.py\n"

    module = shell.directory / pack / "paths/path_with_verb.py"
    module.write_text(module.read_text().replace("if False:", 'if "bad" in operation.path:'))

    assert shell("test", "-q", pack).err == ""


def test_a_new_family_is_a_package(shell: Shell, pack: str) -> None:
    assert shell("new-rule", "sum-by-hand", "--code", "ACM201", "--family", "money").code == 0
    assert (shell.directory / pack / "money/__init__.py").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Bad_Name"], "`Bad_Name` is not in kebab-case"),
        (["x", "--code", "A1"], "--code: `A1` is not two or three capitals and three digits"),
        (
            ["x", "--code", "FG199", "--family", "paths"],
            "codes that begin with FG belong to the rules of fastapi-guard",
        ),
        (["x", "--code", "ACM101"], "ACM101 is taken in this pack"),
        (["return-httpexception"], "there is FG405 return-httpexception already"),
        (["unversioned-path", "--code", "ACM109"], "unversioned_path.py exists"),
        (["x", "--family", "a/b"], "--family: `a/b` cannot be the name of a package"),
        (["x", "--pack", "nowhere"], "nowhere is not a package: it has no __init__.py"),
    ],
)
def test_what_cannot_be_made_is_said(shell: Shell, pack: str, arguments: list[str], message: str) -> None:
    run = shell("new-rule", *arguments)

    assert (run.code, run.out) == (2, "")
    assert message in run.err


def test_a_project_without_a_pack_is_told_how_to_name_one(shell: Shell) -> None:
    assert (
        'names no package of this project under [project.entry-points."fastapi_guard.rules"]'
        in shell("new-rule", "x").err
    )


def test_a_path_without_a_rule_is_wrong_use(shell: Shell) -> None:
    assert "no rule stands at 'app'" in shell("test", "app").err
    assert "Path 'nowhere' does not exist." in shell("test", "nowhere").err
