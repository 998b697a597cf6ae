"""The way in: what can be answered without the program is answered before it is imported."""

import gc
import sys


def main() -> None:
    """Run the program and end the process.

    Python does not look for cycles of garbage meanwhile, nor at the end: nearly all that is made is needed to the end, and
    the system takes the memory of a process back at once.
    """
    gc.disable()
    try:
        _run()
    finally:
        gc.freeze()


def _run() -> None:
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from fastapi_guard.own_version import own_version

        print(f"fastapi-guard {own_version()}")
        return
    from fastapi_guard.cli import memo, tape

    folder = memo.folder_for(arguments)
    if folder is None:
        from fastapi_guard.cli.main import main as run_and_exit

        run_and_exit()
        return
    code = memo.replay(folder, arguments)
    if code is None:
        from fastapi_guard.cli.main import run

        written = tape.Tape()
        tape.record(written)
        code = run()
        memo.keep(folder, arguments, written, code)
    sys.exit(code)
