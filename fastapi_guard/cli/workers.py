"""The processes and machines that do the work on single files."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any

import click

WORTH_CHARACTERS = 4_000_000
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
            return stack.enter_context(_processes(wanted)) if wanted > 1 and characters else None

        yield hire


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processes(number: int) -> Executor:
    """New processes on every platform: the analysis runs in a thread, which a fork would not survive everywhere."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(number, mp_context=multiprocessing.get_context("spawn"))


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
