"""Runs a function where deeply nested code does not end the process: a thread with a big stack and a high recursion limit."""

import sys
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

STACK_BYTES = 512 * 1024 * 1024
"""Address space, not memory: the kernel backs only the pages that the recursion touches."""

RECURSION_LIMIT = 150_000
"""Low enough that runaway recursion ends as a RecursionError before the stack does, at about 3 KiB a frame."""

ROOM_FOR_FRAMES = 1 << 17
"""In words: a megabyte, which holds some thousand frames."""

_this_thread = threading.local()
_lock = threading.Lock()
_running = 0
_limit_before = 0


def with_deep_stack(
    function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """Return what `function` returns, or raise what it raises, after running it on a deep stack.

    Python 3.12 and later limit calls that pass through C whatever the stack, so a RecursionError stays possible there.
    A call from a deep stack runs in place, so whoever analyses many files enters once and pays for one thread.
    """
    if getattr(_this_thread, "is_deep", False):
        return function(*args, **kwargs)

    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        _this_thread.is_deep = True
        try:
            results.append(_with_room(function, *args, **kwargs))
        except BaseException as error:
            errors.append(error)

    # A daemon, so that Ctrl-C in the caller does not wait for the analysis to end.
    thread = threading.Thread(target=run, name="deep-stack", daemon=True)
    _raise_limit()
    try:
        _start_with_stack(thread)
        thread.join()
    finally:
        _restore_limit()
    if errors:
        raise errors[0]
    return results[0]


def _with_room(function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
    """Run a function from a frame so large that CPython gets it a piece of memory in which all frames above it find room.

    It keeps frames in pieces of 16 KiB and gives a piece back to the system when its first frame returns, so that a
    loop that happens to call across the end of one asks for memory at every turn: a fifth of the time of what recurses.
    A frame that fits into none gets a piece of the next power of two, and the rest of that is for what it calls.
    """
    return function(*args, **kwargs)


_with_room.__code__ = _with_room.__code__.replace(co_stacksize=ROOM_FOR_FRAMES)


def _start_with_stack(thread: threading.Thread) -> None:
    """`threading.stack_size` is a setting of the process: it holds only while this thread is created."""
    with _lock:
        stack_before = threading.stack_size(STACK_BYTES)
        try:
            thread.start()
        finally:
            threading.stack_size(stack_before)


def _raise_limit() -> None:
    """The recursion limit is one for all threads, so the first one in raises it and the last one out restores it."""
    global _running, _limit_before
    with _lock:
        if _running == 0:
            _limit_before = sys.getrecursionlimit()
            sys.setrecursionlimit(max(RECURSION_LIMIT, _limit_before))
        _running += 1


def _restore_limit() -> None:
    global _running
    with _lock:
        _running -= 1
        if _running == 0:
            sys.setrecursionlimit(_limit_before)
