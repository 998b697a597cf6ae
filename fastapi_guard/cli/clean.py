"""`fastapi-guard clean`: remove what runs remember for each other."""

from pathlib import Path

import click

from fastapi_guard.cache.place import cache_folder
from fastapi_guard.cache.store import clean as remove
from fastapi_guard.cli.grouped_help import GroupedCommand, option
from fastapi_guard.cli.output import OutputError, say
from fastapi_guard.cli.shared_options import PATH, PROJECT


@click.command(cls=GroupedCommand)
@option(PROJECT, "--cache-dir", type=PATH, metavar="DIR", help="The folder of the cache, where it is not the user's.")
def clean(cache_dir: Path | None) -> int:
    """Remove the cache.

    It lies in the user's folder for caches, in the folder that FASTAPI_GUARD_CACHE_DIR names, or in the one that
    --cache-dir names. A cache changes how long a run takes and nothing else.
    """
    folder = cache_folder(str(cache_dir) if cache_dir else None)
    try:
        was_there = remove(folder)
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror or error}") from None
    say(f"Removed the cache in {folder}." if was_there else f"There is no cache in {folder}.")
    return 0
