"""Where the cache lives: one folder per user, readable by nobody else."""

import os
import sys

VARIABLE = "FASTAPI_GUARD_CACHE_DIR"
FILE = "cache.sqlite"


def cache_folder(given: str | None = None) -> str:
    """The folder that was asked for, else the variable's, else the one that the platform has for caches."""
    chosen = given or os.environ.get(VARIABLE)
    if chosen:
        return os.path.abspath(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "fastapi-guard")
