"""The files beside the code that say something about it: lock files, requirements, project files."""

from collections.abc import Iterable
from pathlib import Path

from fastapi_guard.source.modules import ROOT_MARKERS

INTERESTING = (
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "requirements.txt",
    "requirements.lock",
    "constraints.txt",
    *ROOT_MARKERS,
)
SIZE_LIMIT = 8_000_000


def marked_folders(root: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Folders, relative to the root, of Python files or above them, that hold a project file."""
    return tuple(
        folder
        for folder in _folders(paths)
        if folder and any((root / folder / name).is_file() for name in ROOT_MARKERS)
    )


def project_texts(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """Text of every lock, requirements and project file at the root and in the folders of Python files, by path.

    A file that cannot be read or is not UTF-8 is left out: it only says which FastAPI version is likely.
    """
    found: dict[str, str] = {}
    for folder in _folders(paths):
        for name in dict.fromkeys(INTERESTING):
            file = root / folder / name
            try:
                if file.is_file() and file.stat().st_size <= SIZE_LIMIT:
                    found[f"{folder}/{name}".lstrip("/")] = file.read_text("utf-8")
            except (OSError, UnicodeDecodeError):
                continue
    return found


def _folders(paths: Iterable[str]) -> list[str]:
    folders = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return sorted(folders)
