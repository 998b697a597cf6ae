"""Which file a dotted module name means, seen from the file that imports it.

Python answers that with `sys.path`, which static analysis does not have; the layout of the tree answers instead.
"""

import sys
from collections.abc import Iterable
from pathlib import PurePosixPath

ROOT_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile")
"""A folder with one of these is where imports usually start."""

LIBRARIES = frozenset({
    "aiohttp", "alembic", "anthropic", "authlib", "azure", "beanie", "boto3", "celery", "docker", "elasticsearch", "email_validator",
    "fastapi", "fastapi_users", "firebase_admin", "google", "httpx", "itsdangerous", "jinja2", "jose", "jwt", "kafka",
    "langchain", "langgraph", "loguru", "minio", "mongoengine", "motor", "openai", "passlib", "pydantic", "pydantic_settings",
    "pymongo", "qdrant_client", "redis", "requests", "sentry_sdk", "slowapi", "socketio", "sqlalchemy", "sqlmodel",
    "starlette", "stripe", "supabase", "telegram", "tortoise", "twilio", "uvicorn",
})  # fmt: skip
"""Libraries after which projects like to name a folder of their own (`core/fastapi/`, `services/redis.py`).

Such a folder is what an import means only where imports start, never because it stands beside the importer.
"""


class ModuleFinder:
    """Maps module names to files of the project, for any number of source roots and applications in one tree."""

    def __init__(
        self,
        paths: Iterable[str],
        markers: Iterable[str] = (),
        source_roots: tuple[str, ...] = (),
        root_name: str = "",
    ) -> None:
        """`paths`: every Python file, POSIX, relative to the root. `markers`: folders that hold a project file.

        `root_name` is the name of the root folder, by which its own code may import it from the folder above.
        """
        self.files = frozenset(path for path in paths if path.endswith((".py", ".pyi")))
        self.folders = frozenset(
            folder.as_posix() if folder.as_posix() != "." else ""
            for path in self.files
            for folder in PurePosixPath(path).parents
        )
        self._markers = frozenset(markers)
        self._source_roots = source_roots
        self._root_name = root_name
        self._found: dict[tuple[str, str], str | None] = {}

    def resolve(self, name: str, importer: str) -> str | None:
        """The file of module `name` as `importer` would import it, or None when it is not the project's.

        A package is its `__init__.py`, or its folder (with a trailing slash) when it has none.
        """
        if name.split(".", 1)[0] in sys.stdlib_module_names:
            return None
        key = (_folder(importer), name)
        if key not in self._found:
            self._found[key] = self._search(name, importer) or self._from_above(name)
        return self._found[key]

    def relative(self, name: str, level: int, importer: str) -> str | None:
        """The file of `from .name import …` with `level` dots in `importer`, or None when there is none."""
        folder = _folder(importer)
        for _ in range(level - 1):
            folder = _folder(folder)
        return self._module_in(folder, name)

    def packages(self, path: str) -> list[str]:
        """The `__init__.py` of the packages around a file, outermost first: Python runs them before the file."""
        found = []
        folder = _folder(path.rstrip("/"))
        if _name(path) == "__init__.py":
            folder = _folder(folder)
        while folder and f"{folder}/__init__.py" in self.files:
            found.append(f"{folder}/__init__.py")
            folder = _folder(folder)
        return found[::-1]

    def submodule(self, package: str, name: str) -> str | None:
        """The file of module `name` inside the package whose file (or folder with a slash) is `package`."""
        if package.endswith("/"):
            return self._module_in(package.rstrip("/"), name)
        if _name(package) == "__init__.py":
            return self._module_in(_folder(package), name)
        return None

    def dotted(self, path: str) -> str:
        """The name under which the application itself would import the file: `app.api.tasks`."""
        plain = path.removesuffix("/").removesuffix(".py")
        plain = plain.removesuffix("/__init__") if plain != "__init__" else ""
        base = self._base(path)
        if base and plain.startswith(base + "/"):
            plain = plain[len(base) + 1 :]
        return plain.replace("/", ".")

    def _base(self, path: str) -> str:
        """The folder that imports of this file's package start from."""
        folder = _folder(path.rstrip("/"))
        while f"{folder}/__init__.py" in self.files and folder:
            folder = _folder(folder)
        start = folder
        while folder:
            if folder in self._markers or folder in self._source_roots or _name(folder) == "src":
                return folder
            folder = _folder(folder)
        return start if f"{start}/__init__.py" not in self.files and self._is_regular_package(path) else ""

    def _is_regular_package(self, path: str) -> bool:
        return f"{_folder(path)}/__init__.py" in self.files

    def _search(self, name: str, importer: str) -> str | None:
        folder = "" if name.split(".", 1)[0] in LIBRARIES else _folder(importer)
        candidates = []
        while True:
            if f"{folder}/__init__.py".lstrip("/") not in self.files or folder == "":
                candidates.append(folder)
            if not folder:
                break
            folder = _folder(folder)
        candidates += [f"{base}/src".lstrip("/") for base in list(candidates)]
        candidates += sorted(self._source_roots) + sorted(self._markers)
        partial = None
        for base in dict.fromkeys(candidates):
            found = self._module_in(base, name)
            if found and not found.endswith("/"):
                return found
            partial = partial or found
        folder = "" if name.split(".", 1)[0] in LIBRARIES else _folder(importer)
        while partial is None and folder:  # a script's own folder is on sys.path even when it is a package
            partial = self._module_in(folder, name)
            folder = _folder(folder)
        return partial

    def _from_above(self, name: str) -> str | None:
        """`name` as who stands above the root imports it: the root itself is the package.

        The bare name of a root without `__init__.py` is as likely a library that the folder is named after.
        """
        first, _, rest = name.partition(".")
        if first != self._root_name or first in LIBRARIES or not (rest or "__init__.py" in self.files):
            return None
        return self._module_in("", rest)

    def _module_in(self, folder: str, name: str) -> str | None:
        """`name` below `folder`, as a module, a package or a namespace package."""
        base = "/".join(part for part in (folder, *name.split(".")) if part)
        if not name:
            init = f"{base}/__init__.py".lstrip("/")
            return init if init in self.files else f"{base}/"
        for candidate in (f"{base}/__init__.py", f"{base}.py", f"{base}.pyi"):
            if candidate in self.files:
                return candidate
        return f"{base}/" if base in self.folders else None


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rpartition("/")[2]
