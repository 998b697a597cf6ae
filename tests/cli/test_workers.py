"""Who does the work changes nothing of what is said."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fastapi_guard.checks.file_pass import FileJob, node_rules
from fastapi_guard.checks.jobs import Means, OtherVersion, begin, do_chunk, do_jobs
from fastapi_guard.checks.registry import load_rules
from fastapi_guard.checks.settings import check_settings
from fastapi_guard.cli.workers import WORTH_CHARACTERS, hired
from fastapi_guard.config.settings import Settings

APP = Path(__file__).parents[2] / "fixtures" / "apps" / "todo_jwt"


def checked(*arguments: str, folder: Path = APP) -> tuple[int, bytes, str]:
    """Exit code, report and notes of a strict check."""
    command = [sys.executable, "-m", "fastapi_guard", "check", "--profile", "strict", "--output-format", "json"]
    done = subprocess.run([*command, *arguments], cwd=folder, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.fixture(scope="module")
def plain() -> tuple[int, bytes, str]:
    return checked("--no-cache")


def test_two_processes_say_what_one_says(plain: tuple[int, bytes, str]) -> None:
    shared = checked("--no-cache", "-j2")

    assert plain[0] == 1
    assert shared[:2] == plain[:2]


def test_kept_results_are_those_of_a_cold_run(plain: tuple[int, bytes, str], tmp_path: Path) -> None:
    """After an edit, only the file that changed is given to LibCST."""
    project = tmp_path / "project"
    for file in sorted(APP.rglob("*.py")):
        (project / file.relative_to(APP)).parent.mkdir(parents=True, exist_ok=True)
        (project / file.relative_to(APP)).write_bytes(file.read_bytes())
    cache = f"--cache-dir={tmp_path / 'cache'}"
    cold = checked(cache, "-v", folder=project)
    edited = next(file for file in sorted(project.rglob("*.py")) if file.stat().st_size)
    edited.write_text(f"{edited.read_text()}\n\nunrelated = 1\n")

    warm = checked(cache, "-v", folder=project)

    amount = len(list(project.rglob("*.py")))
    assert "0 files were known" in cold[2]
    assert f"{amount - 1} files were known" in warm[2]
    assert warm[1] == cold[1] == plain[1]


@pytest.mark.parametrize(
    ("argument", "message"),
    [("--executor=ray://x", "is not dask://HOST:PORT"), ("-j0", "0 is not in the range")],
)
def test_workers_that_do_not_exist(argument: str, message: str) -> None:
    code, _, notes = checked(argument)

    assert code == 2
    assert message in notes


def test_workers_of_another_version_do_nothing() -> None:
    """Their answers might differ."""
    from fastapi_guard.checks.jobs import Chosen

    with pytest.raises(OtherVersion):
        do_chunk([], Chosen((), (), frozenset(), False, "0.0.0"))


class Dying(Executor):
    """Workers that die of every task."""

    def __init__(self) -> None:
        self.tasks = 0

    def submit(self, *task: object, **keywords: object) -> Future[Any]:  # type: ignore[override]
        self.tasks += 1
        future: Future[Any] = Future()
        future.set_exception(BrokenExecutor("killed"))
        return future


def test_workers_are_begun_with_before_the_model_is_known() -> None:
    """What the model has a word for afterwards is done once more; the workers find the same rules."""
    rules = node_rules(load_rules(), check_settings(Settings(profile="strict"), load_rules()))
    text = "import jwt\n\n\ndef read(raw):\n    jwt.decode(raw, options={'verify_signature': False})\n    return {'error': 'none'}\n"
    early = [FileJob(f"app/{name}.py", text, f"app.{name}") for name in "abc"]
    jobs = [replace(early[0], endpoints=(4,)), *early[1:]]
    here, _ = do_jobs(jobs, rules, Means(), lambda path: None)

    with hired(3, None) as hire:
        means = Means(executor=hire, lends_a_hand=False)
        shared, counters = do_jobs(jobs, rules, means, lambda path: None, begun=begin(early, rules, means))

    assert shared == here
    assert counters.elsewhere == 3
    assert [len(result.findings) for result in here] == [2, 0, 0]


def test_what_dead_workers_leave_is_done_here() -> None:
    """A worker that dies costs nothing but time."""
    rules = node_rules(load_rules(), check_settings(Settings(), load_rules()))
    jobs = [
        FileJob("app/a.py", "x = (\n", "app.a"),
        FileJob("app/b.py", "x = 1  # fastapi-guard: public why\n", "app.b"),
    ]
    workers = Dying()

    here, _ = do_jobs(jobs, rules, Means(), lambda path: None)
    means = Means(executor=lambda characters: workers)
    begun = begin(jobs[:1], rules, means)
    shared, counters = do_jobs(jobs, rules, means, lambda path: None, begun=begun)

    assert workers.tasks == 2
    assert counters.elsewhere == 0
    assert shared == here
    assert [len(result.problems) for result in shared] == [1, 0]
    assert [len(result.suppressions) for result in shared] == [0, 1]


def test_processes_are_hired_where_they_are_worth_it() -> None:
    """Small projects are done in one process unless somebody asks for more."""
    with hired(None, None) as hire:
        assert hire(WORTH_CHARACTERS - 1) is None
    with hired(2, None) as hire:
        workers = hire(1)
        assert workers is not None
        assert workers.submit(os.getpid).result() != os.getpid()


ABANDONED = """
import os, signal
from fastapi_guard.cli.workers import hired
with hired(2, None) as hire:
    print(hire(1).submit(os.getpid).result(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="a process of Windows does not learn that its parent has ended")
def test_workers_end_with_the_process_that_is_killed() -> None:
    """They hold its output open as long as they live."""
    done = subprocess.run([sys.executable, "-c", ABANDONED], stdout=subprocess.PIPE, timeout=30, check=False)

    assert int(done.stdout) > 0


@pytest.fixture
def scheduler() -> Iterator[str]:
    """A Dask cluster of two worker processes on this machine."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        yield cluster.scheduler_address.removeprefix("tcp://")


@pytest.mark.integration
@pytest.mark.skipif(os.name == "nt", reason="worker processes of a test run need a guarded main module")
def test_a_dask_cluster_says_what_one_process_says(plain: tuple[int, bytes, str], scheduler: str) -> None:
    shared = checked("--no-cache", "-v", f"--executor=dask://{scheduler}")

    assert shared[:2] == plain[:2]
    assert f"{len(list(APP.rglob('*.py')))} were given to workers" in shared[2]


@pytest.mark.integration
def test_a_scheduler_that_does_not_answer() -> None:
    pytest.importorskip("distributed")
    code, _, notes = checked("--no-cache", "--executor=dask://127.0.0.1:9")

    assert code == 2
    assert "no scheduler answers" in notes
