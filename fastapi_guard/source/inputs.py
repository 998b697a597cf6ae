"""Everything on the disk that an analysis depends on: what it reads, and where it looks for what is not there."""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from fastapi_guard.source.discovery import Discovery
from fastapi_guard.source.project_files import INTERESTING

SOUGHT_ABOVE = (".git", ".git/info/exclude", ".gitignore", "fastapi-guard.toml", "pyproject.toml")
"""What is looked for in every folder from the root up."""


def inputs_of(root: Path, found: Discovery, programs: Iterable[Path] = (), others: Sequence[Path] = ()) -> list[str]:
    """Absolute paths, sorted: the analysed files and all folders down to them, what configures, and the program itself.

    `programs` are folders of code that takes part in the analysis, `others` single files.
    """
    base = str(root)
    folders = {""}
    for path in (*found.files, *(skipped.path for skipped in found.skipped)):
        folder = path.rpartition("/")[0]
        while folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    paths = {os.path.join(base, folder) if folder else base for folder in folders}
    paths.update(os.path.join(base, path) for path in found.files)
    paths.update(os.path.join(base, skipped.path) for skipped in found.skipped)
    for folder in folders:
        for name in (*INTERESTING, ".gitignore"):
            file = os.path.join(base, folder, name)
            if os.path.lexists(file):
                paths.add(file)
    real = root.resolve()
    for above in {root, *root.parents, real, *real.parents}:
        paths.update(os.path.join(above, name) for name in SOUGHT_ABOVE)
    paths.update(str(other) for other in others)
    paths.update(program_files(programs))
    paths.update(entry for entry in sys.path if os.path.isabs(entry))
    return sorted(paths)


def program_files(programs: Iterable[Path]) -> Iterable[str]:
    """The code and the pages in folders of the program, and the folders themselves."""
    for program in programs:
        for folder, names, files in os.walk(program):
            names[:] = [name for name in names if name != "__pycache__"]
            yield folder
            yield from (os.path.join(folder, file) for file in files if file.endswith((".py", ".md")))
