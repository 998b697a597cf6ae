"""What a command analyses: the root, its settings, and which part of it was asked for."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from fastapi_guard.cli.known_rules import known_packs, known_rules, usable_packs
from fastapi_guard.cli.surroundings import Surroundings
from fastapi_guard.config.document import Document
from fastapi_guard.config.load import load_settings
from fastapi_guard.config.plugins import project_plugins
from fastapi_guard.config.root import Root, find_root, git_top_level
from fastapi_guard.config.settings import Settings
from fastapi_guard.rule import Rule


@dataclass(frozen=True, slots=True)
class Target:
    """A root with its configuration, and the paths below it that are asked for."""

    root: Path
    settings: Settings
    rules: tuple[Rule, ...]
    """All that can be chosen."""
    document: Document | None
    paths: tuple[Path, ...]
    """Absolute, below the root; empty for all of it."""
    path_prefix: str
    """From the working directory to the root, with a closing slash."""
    git_prefix: str
    """From the git top level to the root, with a closing slash."""


def find_target(
    paths: Sequence[Path],
    surroundings: Surroundings,
    *,
    root: Path | None,
    config: Path | None = None,
    isolated: bool = False,
    allow_project_plugins: bool = False,
    profile: str | None = None,
    must_exist: bool = True,
) -> Target:
    """The target that paths of a command line mean."""
    here = surroundings.working_directory
    if must_exist:
        _check_exist(paths, here)
    if root is not None and not (here / root).is_dir():
        raise click.UsageError(f"--root: {str(root)!r} is not a directory")
    if config is not None and isolated:
        raise click.UsageError("--config and --isolated exclude each other")
    found = find_root(paths, here, root=root, config=config, isolated=isolated)
    plugins = project_plugins(found.document, is_allowed=allow_project_plugins)
    rules = known_rules([*known_packs(), *usable_packs(plugins, found.directory)])
    settings = load_settings(found.document, rules, config_path=_config_path(found), profile=profile)
    top_level = git_top_level(found.directory)
    return Target(
        root=found.directory,
        settings=settings,
        rules=rules,
        document=found.document,
        paths=_below(paths, found.directory, here),
        path_prefix=_prefix(os.path.relpath(found.directory, here)),
        git_prefix=_prefix(os.path.relpath(found.directory, top_level)) if top_level else "",
    )


def relative_to_root(path: Path, root: Path) -> str:
    """A path below the root as the analysis names it."""
    return path.relative_to(root).as_posix()


def _check_exist(paths: Sequence[Path], here: Path) -> None:
    for path in paths:
        if not os.path.lexists(here / path):
            raise click.UsageError(f"Path {str(path)!r} does not exist.")


def _below(paths: Sequence[Path], root: Path, here: Path) -> tuple[Path, ...]:
    below = []
    for path in paths:
        absolute = Path(os.path.normpath(here / path))
        if root.is_relative_to(absolute):
            return ()
        if not absolute.is_relative_to(root):
            resolved, real_root = absolute.resolve(), root.resolve()
            if not resolved.is_relative_to(real_root):
                raise click.UsageError(f"Path {str(path)!r} is outside the root {str(root)!r}.")
            absolute = root / resolved.relative_to(real_root)
        below.append(absolute)
    return tuple(below)


def _config_path(found: Root) -> str:
    if found.document is None:
        return ""
    return Path(os.path.relpath(found.document.file, found.directory)).as_posix()


def _prefix(relative: str) -> str:
    return "" if relative == "." else Path(relative).as_posix() + "/"
