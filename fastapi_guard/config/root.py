"""Which directory an analysis covers, and which file configures it."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi_guard.config.document import OWN_FILE, PYPROJECT, Document, read_document


@dataclass(frozen=True, slots=True)
class Root:
    """The directory that is analysed whole, and its configuration."""

    directory: Path
    """Absolute."""
    document: Document | None
    """None where nothing is configured."""


def find_root(
    paths: Sequence[Path],
    working_directory: Path,
    *,
    root: Path | None = None,
    config: Path | None = None,
    isolated: bool = False,
) -> Root:
    """The root for paths given on a command line.

    `root` itself; else the nearest ancestor of the paths that configures the analysis; else the nearest with
    `pyproject.toml` or `.git`; else the given directory. `config` names the file that configures; `isolated` reads
    none.
    """
    given = _given_directory(paths, working_directory)
    chosen = _absolute(root, working_directory) if root else None
    if config is not None:
        document = read_document(_absolute(config, working_directory), str(config))
        return Root(chosen or _project_directory(given) or given, document)
    if isolated:
        return Root(chosen or _project_directory(given) or given, None)
    if chosen:
        return Root(chosen, _document_in(chosen, working_directory))
    for directory in (given, *given.parents):
        document = _document_in(directory, working_directory)
        if document:
            return Root(directory, document)
    return Root(_project_directory(given) or given, None)


def git_top_level(directory: Path) -> Path | None:
    """The nearest ancestor with `.git`; nothing is run to find it."""
    return next((candidate for candidate in (directory, *directory.parents) if (candidate / ".git").exists()), None)


def shown_path(file: Path, working_directory: Path) -> str:
    """A path as it is best typed in the working directory."""
    if file.is_relative_to(working_directory):
        return file.relative_to(working_directory).as_posix() or "."
    relative = os.path.relpath(file, working_directory) if file.drive == working_directory.drive else str(file)
    return Path(relative).as_posix() if relative.count("..") <= 3 else file.as_posix()


def _document_in(directory: Path, working_directory: Path) -> Document | None:
    for name in (OWN_FILE, PYPROJECT):
        file = directory / name
        if os.path.lexists(file):
            document = read_document(file, shown_path(file, working_directory))
            if document:
                return document
    return None


def _project_directory(directory: Path) -> Path | None:
    return next((found for found in (directory, *directory.parents) if _is_project(found)), None)


def _is_project(directory: Path) -> bool:
    return (directory / PYPROJECT).exists() or (directory / ".git").exists()


def _given_directory(paths: Sequence[Path], working_directory: Path) -> Path:
    """The deepest directory that holds all paths."""
    if not paths:
        return working_directory
    return Path(os.path.commonpath(list(_directories(paths, working_directory))))


def _directories(paths: Sequence[Path], working_directory: Path) -> Iterator[Path]:
    for path in paths:
        absolute = _absolute(path, working_directory)
        yield absolute if absolute.is_dir() else absolute.parent


def _absolute(path: Path, working_directory: Path) -> Path:
    return Path(os.path.normpath(working_directory / path))
