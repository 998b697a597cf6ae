"""A bad file costs nobody else's findings, is named with its place, and decides the exit code (P1, P2, P3)."""

import os
import shutil
from pathlib import Path

import pytest
from cli.projects import Shell, write_project
from robustness.inputs import BROKEN, CANARIES, PARSES, lay_canaries

LEGAL = sorted(BROKEN.glob("legal/*.py"))
REFUSED = sorted(BROKEN.glob("refused/*.py"))
CHECK = ("check", "--isolated", "--root", ".", "--output-format", "concise", "--select", "FG101")


def place_by_cpython(file: Path) -> tuple[int, int] | None:
    """Where the running Python says that a file is broken; None where it does not say."""
    try:
        compile(file.read_bytes(), file.name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as refusal:
        line, column = getattr(refusal, "lineno", None), getattr(refusal, "offset", None)
        return (line, max(column or 1, 1)) if line else None
    return None


@pytest.mark.parametrize("file", LEGAL, ids=lambda file: file.stem)
def test_a_legal_file_is_analysed_beside_the_canaries(file: Path, shell: Shell) -> None:
    lay_canaries(shell.directory)
    shutil.copy(file, shell.directory)

    done = shell(*CHECK)

    lines = set(done.out.splitlines())
    assert lines >= CANARIES
    assert [line for line in lines if "FG001" in line or "FG002" in line] == []
    assert done.code == 1


@pytest.mark.parametrize("file", REFUSED, ids=lambda file: file.stem)
def test_a_refused_file_is_one_problem_where_cpython_sees_it(file: Path, shell: Shell) -> None:
    lay_canaries(shell.directory)
    shutil.copy(file, shell.directory)

    done = shell(*CHECK)

    assert set(done.out.splitlines()) >= CANARIES
    problems = [line for line in done.out.splitlines() if " FG001 " in line]
    if file.stem in PARSES:
        assert problems == []
        return
    (problem,) = problems
    place = place_by_cpython(file)
    if place is not None:
        assert problem.startswith(f"{file.name}:{place[0]}:{place[1]}: FG001 ")


@pytest.mark.parametrize("file", [file for file in REFUSED if file.stem not in PARSES], ids=lambda file: file.stem)
def test_a_refused_file_alone_is_no_empty_project(file: Path, shell: Shell) -> None:
    """The exit code is 1, not 3, and neither selection nor thresholds hide the problem."""
    shutil.copy(file, shell.directory)

    done = shell(*CHECK, "--ignore", "ALL", "--min-severity", "error", "--min-confidence", "high")

    assert done.code == 1
    assert done.out.count("FG001") == 1
    assert "1 file could not be analysed" in done.err


def test_all_bad_files_at_once_lose_nothing(shell: Shell) -> None:
    lay_canaries(shell.directory)
    for file in (*LEGAL, *REFUSED):
        shutil.copy(file, shell.directory)

    done = shell(*CHECK)

    assert set(done.out.splitlines()) >= CANARIES
    assert done.out.count("FG001") == len(REFUSED) - len(PARSES)


def test_a_missing_path_is_wrong_use(shell: Shell) -> None:
    lay_canaries(shell.directory)

    done = shell("check", "first_canary.py", "nowhere.py")

    assert (done.code, done.out) == (2, "")
    assert "'nowhere.py' does not exist" in done.err


@pytest.mark.parametrize("command", ["check", "routes"])
def test_a_folder_without_fastapi_is_nothing_to_analyse(command: str, shell: Shell) -> None:
    write_project(shell.directory, {"tool.py": "print('no backend')\n"})

    assert shell(command, "--isolated", "--root", ".").code == 3
    assert shell(command, "--isolated", "--root", ".", "--allow-no-app").code == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_a_problem(shell: Shell) -> None:
    lay_canaries(shell.directory)
    secret = shell.directory / "secret.py"
    secret.write_text("x = 1\n")
    secret.chmod(0)

    done = shell(*CHECK)

    assert set(done.out.splitlines()) >= CANARIES
    assert "secret.py:1:1: FG001 cannot be read: Permission denied" in done.out


def test_a_file_beyond_the_size_limit_is_a_problem(shell: Shell) -> None:
    lay_canaries(shell.directory)
    (shell.directory / "data.py").write_bytes(b"#" * 5_000_001)

    done = shell(*CHECK)

    assert set(done.out.splitlines()) >= CANARIES
    assert "data.py:1:1: FG001 cannot be read" in done.out


@pytest.mark.parametrize("kind", ["pipe", "broken link", "link to itself"])
def test_what_is_no_file_is_skipped_unless_it_is_named(kind: str, shell: Shell) -> None:
    lay_canaries(shell.directory)
    odd = shell.directory / "odd.py"
    if kind == "pipe":
        os.mkfifo(odd)
    else:
        odd.symlink_to("nowhere.py" if kind == "broken link" else "odd.py")

    around, named = shell(*CHECK), shell(*CHECK, "odd.py")

    assert set(around.out.splitlines()) == CANARIES
    assert named.code == 1
    assert "odd.py:1:1: FG001 cannot be read" in named.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.fastapi-guard\n", "pyproject.toml:1:20: is not valid TOML"),
        ("[tool.fastapi-guard]\nselct = []\n", "pyproject.toml:2:1: unknown key `selct` (did you mean `select`?)"),
        ('[tool.fastapi-guard]\nselect = ["FG999"]\n', "pyproject.toml:2:11: unknown rule `FG999`"),
        ("[tool.fastapi-guard]\nsrc = 1\n", "pyproject.toml:2:7: `src` is an integer, expected a list"),
    ],
)
def test_a_broken_configuration_is_said_before_anything_is_analysed(text: str, said: str, shell: Shell) -> None:
    lay_canaries(shell.directory)
    write_project(shell.directory, {"pyproject.toml": text})

    done = shell("check")

    assert (done.code, done.out) == (2, "")
    assert said in done.err
