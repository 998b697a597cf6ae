"""Which FastAPI an application runs on: version-dependent behaviour is read for that release."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

NEWEST_KNOWN = (0, 163, 2)

LOCK_FILES = ("uv.lock", "poetry.lock", "pdm.lock")
"""Files that pin, in the order in which they are believed."""
REQUIREMENT_FILES = (
    "requirements.txt",
    "requirements.lock",
    "requirements/base.txt",
    "requirements/prod.txt",
    "constraints.txt",
)
PROJECT_FILES = ("pyproject.toml", "setup.cfg", "setup.py", "Pipfile")

_LOCKED = re.compile(r'^\[\[package\]\]\s*\nname = "fastapi"\s*\nversion = "([0-9.]+)"', re.MULTILINE)
_PINNED = re.compile(r"^\s*fastapi(?:\[[^\]]*\])?\s*(==|~=|<=|<|>=|>)\s*([0-9][0-9.]*)", re.MULTILINE | re.IGNORECASE)
_DECLARED = re.compile(
    r"""["']?fastapi(?:-slim)?(?:\[[^\]]*\])?["']?\s*(?:=\s*["']|)\s*(?:\{[^}\n]*version\s*=\s*["'])?(==|~=|\^|<=|<|>=|>)?\s*([0-9]+\.[0-9.]*[0-9])([^"'\n]*)"""
)


@dataclass(frozen=True, slots=True)
class FastAPIVersion:
    """A FastAPI release and where it was read."""

    release: tuple[int, ...]
    source: str


def assumed_version() -> FastAPIVersion:
    """The newest release that this linter knows, for projects that do not say."""
    return FastAPIVersion(NEWEST_KNOWN, "assumed")


def read_version(texts: Mapping[str, str]) -> FastAPIVersion:
    """The version that project files (by path relative to the root) say, the most binding and nearest to the root first.

    A lock file or `==` decides. An upper bound decides when the newest release is above it. A lower bound alone leaves
    the newest release, which is what an installation today would get.
    """
    for names in (LOCK_FILES, REQUIREMENT_FILES, PROJECT_FILES):
        for path in sorted(texts, key=lambda path: (path.count("/"), path)):
            if not _is_one_of(path, names):
                continue
            release = _locked(texts[path]) if names is LOCK_FILES else _declared(texts[path])
            if release:
                return FastAPIVersion(release, path)
    return assumed_version()


def _is_one_of(path: str, names: tuple[str, ...]) -> bool:
    return PurePosixPath(path).name in names or any(path.endswith(f"/{name}") or path == name for name in names)


def _locked(text: str) -> tuple[int, ...]:
    found = _LOCKED.search(text.replace("\r\n", "\n"))
    return _release(found.group(1)) if found else ()


def _declared(text: str) -> tuple[int, ...]:
    for line in text.splitlines():
        if line.lstrip().startswith("#") or "fastapi" not in line.lower():
            continue
        for found in re.finditer(
            r"fastapi(?:-slim)?(?:\[[^\]]*\])?(?![\w-])[\"']?\s*(?:=\s*(?:\{[^}]*?version\s*=\s*)?[\"'])?\s*([^\"'#;\n]*)",
            line,
            re.IGNORECASE,
        ):
            release = _bounded(found.group(1))
            if release:
                return release
    return ()


def _bounded(specifier: str) -> tuple[int, ...]:
    """The newest release that a specifier like `>=0.100,<0.116` admits, when it says so."""
    exact = re.search(r"==\s*([0-9][0-9.]*)", specifier)
    if exact:
        return _release(exact.group(1))
    for operator in ("<=", "<"):
        bound = re.search(rf"{operator}\s*([0-9][0-9.]*)", specifier)
        if bound:
            limit = _release(bound.group(1))
            if limit <= NEWEST_KNOWN:
                return limit if operator == "<=" else _below(limit)
    compatible = re.match(r"\s*[\^~]=?\s*([0-9][0-9.]*)", specifier)
    if compatible:
        low = _release(compatible.group(1))
        return (*low[:2], 999) if low[:2] < NEWEST_KNOWN[:2] else low
    return ()


def _below(limit: tuple[int, ...]) -> tuple[int, ...]:
    """A release just below `limit`."""
    padded = (*limit, 0, 0)[:3]
    return (
        (padded[0], padded[1] - 1, 999)
        if padded[2] == 0 and padded[1] > 0
        else (padded[0], padded[1], max(padded[2] - 1, 0))
    )


def _release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.strip(".").split(".") if part.isdigit())
