"""A cache changes how long a run takes and nothing else."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fastapi_guard.cache.place import FILE
from fastapi_guard.cache.stamps import is_settled, stamps_of
from fastapi_guard.cache.store import MOST_BYTES, Store, clean

OPEN = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/secrets')\ndef read_secrets():\n    return []\n"
CLOSED = OPEN.replace("/secrets", "/health").replace("read_secrets", "health_")
TRACED = """
import sys
from fastapi_guard.cli.entry import main
try:
    main()
finally:
    print("imported" if "libcst" in sys.modules or "click" in sys.modules else "replayed", file=sys.stderr)
"""

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project whose files are old enough for their stamps to be trusted."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text("[project]\nname = 'p'\n")
    (root / "main.py").write_text(OPEN)
    return root


@pytest.fixture
def run(project: Path, tmp_path: Path) -> Run:
    """Runs `fastapi-guard check` in the project with a cache of its own, and says whether anything was imported."""

    def run_check(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "FASTAPI_GUARD_CACHE_DIR": str(tmp_path / "cache")}
        command = [sys.executable, "-c", TRACED, "check", "--isolated", *arguments]
        return subprocess.run(command, cwd=project, env=environment, capture_output=True, check=False)

    return run_check


def settle() -> None:
    """Wait until a change of a file must show in its stamp."""
    time.sleep(0.12)


def answer(done: subprocess.CompletedProcess[bytes]) -> tuple[int, bytes, list[bytes]]:
    """Exit code, report and notes, without how they came about."""
    return done.returncode, done.stdout, done.stderr.splitlines()[:-1]


def was_replayed(done: subprocess.CompletedProcess[bytes]) -> bool:
    return done.stderr.splitlines()[-1] == b"replayed"


def test_an_unchanged_project_is_not_analysed_again(run: Run) -> None:
    """The second run says the same without importing the program."""
    settle()
    cold, warm, none = run(), run(), run("--no-cache")

    assert not was_replayed(cold)
    assert was_replayed(warm)
    assert not was_replayed(none)
    assert answer(cold) == answer(warm) == answer(none)
    assert cold.returncode == 1
    assert b"FG101" in cold.stdout


@pytest.mark.parametrize("how", ["content", "restored mtime", "new file", "removed file", "configuration", "gitignore"])
def test_every_change_is_seen(run: Run, project: Path, how: str) -> None:
    """Also one of the same size whose time of modification was set back."""
    (project / "other.py").write_text("x = 1\n")
    settle()
    run()
    assert was_replayed(run())
    before = (project / "main.py").stat()
    if how == "new file":
        (project / "more.py").write_text(OPEN.replace("/secrets", "/more"))
    elif how == "removed file":
        (project / "other.py").unlink()
    elif how == "configuration":
        (project / "pyproject.toml").write_text("[project]\nname = 'q'\n")
    elif how == "gitignore":
        (project / ".git").mkdir()
        (project / ".gitignore").write_text("main.py\n")
    else:
        (project / "main.py").write_text(OPEN.replace("/secrets", "/another"))
        if how == "restored mtime":
            os.utime(project / "main.py", ns=(before.st_atime_ns, before.st_mtime_ns))

    after = run()

    assert not was_replayed(after)
    assert answer(after) == answer(run("--no-cache"))


def test_what_was_changed_a_moment_ago_is_not_trusted(project: Path) -> None:
    """A change within the same tick of the clock would leave the same stamp."""
    stamps = stamps_of([str(project / "main.py")])

    assert not is_settled(stamps, time.time_ns())
    assert is_settled(stamps, time.time_ns() + 60_000_000_000)
    assert is_settled(stamps_of([str(project / "nothing")]), time.time_ns())


@pytest.mark.parametrize("damage", ["text", "truncated", "flipped", "empty", "folder"])
def test_a_damaged_cache_costs_time_only(run: Run, tmp_path: Path, damage: str) -> None:
    """Whatever stands in the file, the answer is the same."""
    settle()
    cold = run()
    file = tmp_path / "cache" / FILE
    content = bytearray(file.read_bytes())
    if damage == "text":
        file.write_bytes(b"this is no database\n" * 50)
    elif damage == "truncated":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "flipped":
        for index in range(100, len(content), 97):
            content[index] ^= 0xFF
        file.write_bytes(content)
    elif damage == "empty":
        file.write_bytes(b"")
    else:
        file.unlink()
        file.mkdir()

    assert answer(run()) == answer(run()) == answer(cold)


def test_a_poisoned_value_is_not_believed(run: Run, tmp_path: Path) -> None:
    """A value without its own seal is none."""
    settle()
    cold = run()
    with sqlite3.connect(tmp_path / "cache" / FILE) as connection:
        connection.execute("UPDATE entries SET value = replace(value, 'FG101', 'FG999')")

    again = run()

    assert not was_replayed(again)
    assert answer(again) == answer(cold)


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_cache_that_cannot_be_written_costs_time_only(run: Run, tmp_path: Path) -> None:
    """A read-only folder."""
    (tmp_path / "cache").mkdir(mode=0o500)

    assert answer(run()) == answer(run())


def test_several_processes_share_it(run: Run) -> None:
    """Four at once give the same answer."""
    settle()
    with ThreadPoolExecutor(4) as executor:
        answers = [answer(done) for done in executor.map(lambda _: run(), range(4))]

    assert answers == [answer(run())] * 4


def test_only_its_user_can_read_it(run: Run, tmp_path: Path) -> None:
    """Findings tell where an application is open."""
    run()

    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "cache" / FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("argument", ["-v", "-ojson:report.json"])
def test_what_cannot_be_said_again_is_run_again(run: Run, argument: str) -> None:
    """Timings, and files that are written."""
    settle()
    run(argument)

    assert not was_replayed(run(argument))


def test_the_least_used_values_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table does not grow for ever."""
    monkeypatch.setattr("fastapi_guard.cache.store.MOST_BYTES", 1000)
    assert MOST_BYTES > 1000
    store = Store(str(tmp_path))
    for moment in range(6):
        store.put({str(moment): b"x" * 300}, moment)

    assert sorted(store.get(map(str, range(6)))) == ["4", "5"]
    assert clean(str(tmp_path))
    assert not clean(str(tmp_path))
