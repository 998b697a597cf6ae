"""The processes and machines that do the work on single files."""

import gc
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any

import click

FORKS = sys.platform == "linux"
"""Whether workers are forked: they start at once and know all that this process has imported.

Elsewhere they are new processes: a fork of a process with threads is safe on macOS only by luck, and unknown to Windows.
"""
WORTH_CHARACTERS = 500_000 if FORKS else 4_000_000
"""Of source text: below that, starting processes takes longer than what they save."""

MOST_PROCESSES = 16
DASK = "dask://"

Hire = Callable[[int], Executor | None]
"""Gives the executor for so much source text; None when it is not worth one."""


@contextmanager
def hired(jobs: int | None, url: str | None) -> Iterator[Hire]:
    """Workers as the command line asks for them, sent home at the end.

    Raises click.UsageError when there is no such cluster.
    """
    with ExitStack() as stack:
        if url:
            cluster = stack.enter_context(_cluster(url))
            yield lambda characters: cluster
            return

        def hire(characters: int) -> Executor | None:
            wanted = jobs or (min(_processors(), MOST_PROCESSES) if characters >= WORTH_CHARACTERS else 1)
            return stack.enter_context(_processes(wanted - 1)) if wanted > 1 and characters else None

        yield hire


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _processes(number: int) -> Iterator[Executor]:
    """So many processes beside this one, which works as well."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("fork" if FORKS else "spawn")
    with warnings.catch_warnings():
        # Python 3.12 and later warn of forks where there are threads. The only other one waits for the analysis to end.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        executor = ProcessPoolExecutor(number, mp_context=context, initializer=_begin, initargs=(os.getpid(),))
        try:
            yield executor
        finally:
            executor.shutdown(cancel_futures=True)


def _begin(employer: int) -> None:
    """What a worker does first: it looks for no garbage, and it ends when the process does that it works for."""
    gc.disable()
    threading.Thread(target=_leave_with, args=(employer,), daemon=True).start()


def _leave_with(employer: int) -> None:
    """A process that is killed sends nobody home: its workers would wait for it for ever."""
    while os.getppid() == employer:
        time.sleep(1)
    os._exit(1)


@contextmanager
def _cluster(url: str) -> Iterator[Executor]:
    if not url.startswith(DASK):
        raise click.UsageError(f"--executor: {url!r} is not dask://HOST:PORT")
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise click.UsageError("--executor dask://… needs the extra: fastapi-guard-lint[dask]") from None
    try:
        client = distributed.Client(f"tcp://{url.removeprefix(DASK)}", timeout="10s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise click.UsageError(f"--executor: no scheduler answers at {url}: {error}") from None
    with client, client.get_executor() as executor:
        yield executor
