"""Which Python files belong to a project, and why the others do not."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from fastapi_guard.finding import Problem
from fastapi_guard.location import Location

DEFAULT_EXCLUDE = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)
"""gitignore patterns; ruff's defaults and `__pycache__`."""

_OUTPUT_FOLDERS = frozenset({"_build", "build", "dist"})
"""Names of build output that an application may also give to a package of its own."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that is not analysed."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """What stands below a root: everything is analysed, skipped with a reason, or a problem."""

    files: tuple[str, ...]
    """POSIX, relative to the root, sorted."""
    skipped: tuple[Skipped, ...]
    problems: tuple[Problem, ...]
    """Folders that could not be listed, and what was asked for by name and is no file."""


@dataclass(frozen=True, slots=True)
class _Ignores:
    """The patterns of one folder's `.gitignore`."""

    folder: str
    """Relative to the root with a closing slash, or empty."""
    spec: GitIgnoreSpec
    below: str = ""
    """For a folder above the root: the way from it down to the root, with a closing slash."""

    def decide(self, path: str) -> bool | None:
        return self.spec.check_file(self.below + path.removeprefix(self.folder)).include


@dataclass(slots=True)
class _Walk:
    """The state of one walk over the tree."""

    root: Path
    real_root: str
    excluded: GitIgnoreSpec
    own_excludes: frozenset[str]
    respect_gitignore: bool
    files: set[str] = field(default_factory=set)
    skipped: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def discover(
    root: Path,
    exclude: Sequence[str] = DEFAULT_EXCLUDE,
    extend_exclude: Sequence[str] = (),
    *,
    respect_gitignore: bool = True,
    explicit: Iterable[str] = (),
) -> Discovery:
    """Find the Python files below `root`.

    `exclude` and `extend_exclude` are gitignore patterns relative to the root. A folder that holds a `pyvenv.cfg` is
    a virtual environment under any name. `build`, `dist` and `_build` of the default list are build output, unless
    they hold an `__init__.py`. `explicit` names files and folders, relative to the root, that somebody asked for by
    name: they are taken although a pattern excludes them, and are a problem where they are no regular file.
    """
    patterns = [*exclude, *extend_exclude]
    is_default = tuple(exclude) == DEFAULT_EXCLUDE
    walk = _Walk(
        root=root,
        real_root=os.path.realpath(root),
        excluded=GitIgnoreSpec.from_lines(patterns),
        own_excludes=frozenset(extend_exclude if is_default else patterns),
        respect_gitignore=respect_gitignore,
    )
    ignores = tuple(_ignores_above(root)) if respect_gitignore else ()
    _walk_folder(walk, "", ignores)
    for path in sorted({path.strip("/") for path in explicit} - {"", "."}):
        if os.path.isdir(root / path):
            _walk_folder(walk, f"{path}/", ignores)
        elif path not in walk.files:
            reason = walk.skipped.pop(path, "")
            if os.path.isfile(root / path):
                walk.files.add(path)
            elif os.path.lexists(root / path):
                walk.problems.append(Problem("FG001", Location(path, 1), f"cannot be read: {reason or 'not a file'}"))
    return Discovery(
        files=tuple(sorted(walk.files)),
        skipped=tuple(Skipped(path, reason) for path, reason in sorted(walk.skipped.items())),
        problems=tuple(walk.problems),
    )


def _walk_folder(walk: _Walk, start: str, ignores: tuple[_Ignores, ...]) -> None:
    """Collect the Python files of one folder and of those below it."""
    pending = [(start, ignores)]
    while pending:
        folder, above = pending.pop()
        try:
            with os.scandir(walk.root / folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            place = Location(folder.rstrip("/") or ".", 1)
            walk.problems.append(Problem("FG001", place, f"cannot be read: {error.strerror or error}"))
            continue
        names = {entry.name for entry in entries}
        here = above
        if walk.respect_gitignore and ".gitignore" in names:
            here = (*above, _Ignores(folder, _spec_of(walk.root / folder / ".gitignore")))
        for entry in entries:
            path = folder + entry.name
            if entry.is_dir(follow_symlinks=False):
                reason = _reason_against_folder(walk, path, entry, here)
                if reason:
                    walk.skipped[path] = reason
                else:
                    pending.append((f"{path}/", here))
            elif entry.is_symlink() and os.path.isdir(entry.path):
                walk.skipped[path] = "a symbolic link to a folder"
            elif entry.name.endswith(".py"):
                reason = _reason_against_file(walk, path, entry, here)
                if reason:
                    walk.skipped[path] = reason
                else:
                    walk.files.add(path)


def _reason_against_folder(walk: _Walk, path: str, entry: os.DirEntry[str], ignores: tuple[_Ignores, ...]) -> str:
    if _is_excluded(walk, f"{path}/"):
        is_package = entry.name in _OUTPUT_FOLDERS - walk.own_excludes and os.path.exists(f"{entry.path}/__init__.py")
        if not is_package:
            return "excluded"
    if os.path.exists(f"{entry.path}/pyvenv.cfg"):
        return "a virtual environment"
    return "ignored by git" if _is_ignored(f"{path}/", ignores) else ""


def _reason_against_file(walk: _Walk, path: str, entry: os.DirEntry[str], ignores: tuple[_Ignores, ...]) -> str:
    if not os.path.isfile(entry.path):  # unlike the entry itself, it takes a link that leads to itself
        return "a broken symbolic link" if entry.is_symlink() else "not a regular file"
    if entry.is_symlink() and not _is_below(os.path.realpath(entry.path), walk.real_root):
        return "a symbolic link that leaves the root"
    if _is_excluded(walk, path):
        return "excluded"
    return "ignored by git" if _is_ignored(path, ignores) else ""


def _is_excluded(walk: _Walk, path: str) -> bool:
    """Whether a pattern excludes the path itself: a folder on the way that was kept passes nothing on."""
    if not walk.excluded.match_file(path):
        return False
    parent = _parent(path)
    if not parent or not walk.excluded.match_file(parent):
        return True
    return any(
        pattern.include and pattern.match_file(path) and not pattern.match_file(parent)
        for pattern in walk.excluded.patterns
    )


def _parent(path: str) -> str:
    head = path.rstrip("/").rpartition("/")[0]
    return f"{head}/" if head else ""


def _is_below(path: str, folder: str) -> bool:
    return os.path.commonpath((path, folder)) == folder


def _is_ignored(path: str, ignores: tuple[_Ignores, ...]) -> bool:
    """Whether git ignores the path itself: a folder that is walked although git ignores it passes nothing on."""
    parent = _parent(path)
    return _git_ignores(path, ignores) and not (parent and _git_ignores(parent, ignores))


def _git_ignores(path: str, ignores: tuple[_Ignores, ...]) -> bool:
    """Whether the nearest `.gitignore` that says anything about the path ignores it."""
    for ignore in reversed(ignores):
        decision = ignore.decide(path)
        if decision is not None:
            return decision
    return False


def _ignores_above(root: Path) -> Iterator[_Ignores]:
    """The `.gitignore` files from the top of the git repository down to above the root.

    None of them counts when they ignore the root itself: somebody asked for it by name.
    """
    root = root.resolve()
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)
    if top is None:
        return
    found = []
    if (top / ".git" / "info" / "exclude").is_file():
        found.append((top, _spec_of(top / ".git" / "info" / "exclude")))
    folders = [] if top == root else [top, *(root.parents[n] for n in range(root.parents.index(top) - 1, -1, -1))]
    found.extend((folder, _spec_of(folder / ".gitignore")) for folder in folders if (folder / ".gitignore").is_file())
    ignores = []
    for folder, spec in found:
        below = root.relative_to(folder).as_posix()
        ignores.append(_Ignores("", spec, "" if below == "." else f"{below}/"))
    if not _git_ignores("", tuple(ignore for ignore in ignores if ignore.below)):
        yield from ignores


def _spec_of(file: Path) -> GitIgnoreSpec:
    """The patterns of an ignore file; a line that is no pattern ignores nothing."""
    try:
        lines = file.read_text("utf-8", errors="surrogateescape").splitlines() if file.is_file() else []
    except OSError:
        return GitIgnoreSpec.from_lines([])
    return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
