"""Whether every way to run says the same: `python tests/benchmarks/same.py FOLDER... [--dask]`.

One process without a cache, two processes, a cache that knows nothing, one that knows everything, one that knows all but
what an edit changes (a comment at the end of a file), the same when it is taken back, and a Dask cluster of two workers. A
long evaluation, for folders with real applications.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="roots of projects")
    parser.add_argument("--dask", action="store_true", help="also with a local Dask cluster")
    given = parser.parse_args()
    differing = 0
    with ExitStack() as stack:
        scheduler = stack.enter_context(cluster()).scheduler_address if given.dask else ""
        for folder in given.folders:
            with tempfile.TemporaryDirectory() as cache:
                said = dict(ways(folder, cache, scheduler))
            plain = said.pop("plain")
            others = [name for name, output in said.items() if output != plain]
            differing += len(others)
            print(
                f"{folder}: {len(said)} ways, {len(plain):,} bytes, different: {', '.join(others) or 'none'}",
                flush=True,
            )
    sys.exit(1 if differing else 0)


def cluster():  # type: ignore[no-untyped-def]
    """Two workers on this machine."""
    import distributed

    return distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)


def ways(folder: Path, cache: str, scheduler: str) -> Iterator[tuple[str, bytes]]:
    """What each way to check a folder says, the plain one first."""
    kept = f"--cache-dir={cache}"
    plain = checked(folder, "--no-cache", "-j1")
    yield "plain", plain
    yield "two processes", checked(folder, "--no-cache", "-j2")
    yield "cold cache", checked(folder, kept)
    yield "warm cache", checked(folder, kept)
    file = max(folder.rglob("*.py"), key=lambda file: (file.stat().st_size, str(file)))
    before, times = file.read_bytes(), file.stat()
    try:
        file.write_bytes(before + b"\n# edited\n")
        edited = checked(folder, kept)
        yield "an edit", plain if edited == checked(folder, "--no-cache") else edited
    finally:
        file.write_bytes(before)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    yield "the edit taken back", checked(folder, kept)
    if scheduler:
        yield "dask", checked(folder, "--no-cache", f"--executor=dask://{scheduler.removeprefix('tcp://')}")


def checked(folder: Path, *arguments: str) -> bytes:
    """The report of a strict check, as JSON."""
    command = [sys.executable, "-m", "fastapi_guard", "check", "--isolated", "--root", ".", "--profile", "strict"]
    command += ["--output-format", "json", *arguments]
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout


if __name__ == "__main__":
    main()
