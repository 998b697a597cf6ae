"""The way in: `--version` alone is answered before anything is imported that it does not need."""

import sys


def main() -> None:
    """Run the program and end the process."""
    if sys.argv[1:] == ["--version"]:
        from fastapi_guard.cli.own_version import own_version

        print(f"fastapi-guard {own_version()}")
        return
    from fastapi_guard.cli.main import main as run_and_exit

    run_and_exit()
