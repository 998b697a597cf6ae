"""Files and folders of the project as its code walks them: `Path(__file__).parent.glob("*.py")`, `pkgutil.iter_modules`."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi_guard.project.frozen import frozen
from fastapi_guard.project.values import (
    FALSE,
    NONE,
    TRUE,
    External,
    Literal,
    Module,
    Sequence,
    Unknown,
    Value,
    constant,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter
    from fastapi_guard.project.scope import ModuleScope, Scope
    from fastapi_guard.project.values import Arguments, Keywords, Place

Known = Callable[["Interpreter", "Arguments", "Keywords", "Place | None", "Scope | None"], "Value | None"]


@frozen
class FilePath(Value):
    """A file or folder below the root of the project, or a pattern for some."""

    path: str
    """POSIX, relative to the root."""
    is_relative: bool = False
    """The code holds it relative to something as well, so that its text is known."""


@dataclass(slots=True, eq=False)
class Record(Sequence):
    """A named tuple."""

    names: tuple[str, ...] = ()


def record_field(record: Record, name: str) -> Value | None:
    """A field of a named tuple by its name."""
    return record.items[record.names.index(name)] if name in record.names else None


def module_constant(module: ModuleScope, name: str) -> Value | None:
    """`__name__`, `__file__` and their like."""
    folder = posixpath.dirname(module.path)
    is_package = module.path.endswith(("/", "/__init__.py")) or module.path == "__init__.py"
    if name == "__name__":
        return Literal(module.name)
    if name == "__package__":
        return Literal(module.name if is_package else module.name.rpartition(".")[0])
    if name == "__file__":
        return FilePath(module.path)
    if name == "__path__" and is_package:
        return Sequence("list", [FilePath(folder)])
    return None


def joined(left: FilePath, *parts: Value) -> Value:
    """`folder / "name"`."""
    texts = [constant(part) for part in parts]
    if not all(isinstance(text, str) for text in texts):
        return Unknown("a path that is not known")
    return FilePath(posixpath.normpath(posixpath.join(left.path, *map(str, texts))), left.is_relative)


def path_attribute(receiver: FilePath, name: str) -> Value | None:
    """`path.parent`, `path.stem`; None for methods."""
    base = posixpath.basename(receiver.path)
    stem, suffix = posixpath.splitext(base)
    if name == "parent":
        return FilePath(posixpath.dirname(receiver.path), receiver.is_relative)
    if name == "parents":
        return Sequence("tuple", list(_parents(receiver)))
    if name == "parts":
        return Sequence("tuple", [Literal(part) for part in receiver.path.split("/")])
    return {"name": Literal(base), "stem": Literal(stem), "suffix": Literal(suffix)}.get(name)


def _parents(receiver: FilePath) -> Iterator[Value]:
    path = receiver.path
    while path:
        path = posixpath.dirname(path)
        yield FilePath(path, receiver.is_relative)


SAME = frozenset({"resolve", "absolute", "expanduser", "as_posix", "__str__", "__fspath__"})


def path_method(interpreter: Interpreter, receiver: FilePath, name: str, arguments: Arguments) -> Value | None:
    """Methods of `pathlib.Path`, and of a text that is a path."""
    first = constant(arguments[0]) if arguments else None
    files, folders = interpreter.finder.files, interpreter.finder.folders
    if name in SAME:
        return Literal(receiver.path) if receiver.is_relative and name == "as_posix" else receiver
    if name in ("glob", "rglob") and isinstance(first, str):
        return Sequence("list", list(_matching(interpreter, receiver.path, first, deep=name == "rglob")))
    if name == "iterdir":
        return Sequence("list", [FilePath(path) for path in _inside(interpreter, receiver.path)])
    if name in ("joinpath", "with_name"):
        start = FilePath(posixpath.dirname(receiver.path)) if name == "with_name" else receiver
        return joined(start, *arguments)
    if name == "with_suffix" and isinstance(first, str):
        return FilePath(posixpath.splitext(receiver.path)[0] + first, receiver.is_relative)
    if name == "relative_to" and arguments and isinstance(arguments[0], FilePath):
        return FilePath(posixpath.relpath(receiver.path, arguments[0].path or "."), is_relative=True)
    if name in ("startswith", "endswith") and isinstance(first, str):
        return TRUE if getattr(receiver.path, name)(first) else FALSE
    if name in ("is_file", "is_dir", "exists"):
        told = {"is_file": receiver.path in files, "is_dir": receiver.path in folders}
        return TRUE if told.get(name, any(told.values())) else FALSE
    return None


def _inside(interpreter: Interpreter, folder: str) -> list[str]:
    """The files and folders directly in a folder."""
    known = interpreter.finder.files | interpreter.finder.folders
    return sorted(path for path in known if path and posixpath.dirname(path) == folder)


def _matching(interpreter: Interpreter, folder: str, pattern: str, *, deep: bool = False) -> Iterator[FilePath]:
    start = f"{folder}/" if folder else ""
    for path in sorted(interpreter.finder.files):
        if not path.startswith(start):
            continue
        rest = path[len(start) :]
        name = posixpath.basename(rest) if deep or pattern.startswith("**/") else rest
        wanted = pattern.removeprefix("**/")
        if name.count("/") == wanted.count("/") and fnmatch.fnmatchcase(name, wanted):
            yield FilePath(path)


def _modules_in(interpreter: Interpreter, folder: str, prefix: str, *, deep: bool) -> Iterator[Value]:
    """What `pkgutil` finds: modules and packages by name."""
    for path in _inside(interpreter, folder):
        name = posixpath.basename(path)
        is_package = f"{path}/__init__.py" in interpreter.finder.files
        if name.endswith(".py") and name != "__init__.py":
            yield _module_info(prefix + name.removesuffix(".py"), FALSE)
        elif is_package:
            yield _module_info(prefix + name, TRUE)
            if deep:
                yield from _modules_in(interpreter, path, f"{prefix}{name}.", deep=True)


def _module_info(name: str, is_package: Value) -> Record:
    items: list[Value] = [External("importlib.machinery.FileFinder"), Literal(name), is_package]
    return Record("tuple", items, names=("module_finder", "name", "ispkg"))


def _walker(*, deep: bool) -> Known:
    def walk(
        interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
    ) -> Value | None:
        folders = arguments[0] if arguments else keywords.get("path", NONE)
        prefix = constant(arguments[1] if len(arguments) > 1 else keywords.get("prefix", Literal("")))
        known = folders.items if isinstance(folders, Sequence) else []
        if not known or not isinstance(prefix, str) or not all(isinstance(item, FilePath) for item in known):
            return None
        paths = [item.path for item in known if isinstance(item, FilePath)]
        found = [info for path in paths for info in _modules_in(interpreter, path, prefix, deep=deep)]
        return Sequence("list", found)

    return walk


def _on_path(make: Callable[[Interpreter, FilePath, Arguments], Value | None]) -> Known:
    """A function whose first argument is a path of the project."""

    def run(
        interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
    ) -> Value | None:
        first = arguments[0] if arguments else NONE
        return make(interpreter, first, arguments[1:]) if isinstance(first, FilePath) else None

    return run


def _split(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    """`os.path.splitext(name)`."""
    first = arguments[0] if arguments else NONE
    if isinstance(first, FilePath):
        stem, suffix = posixpath.splitext(first.path)
        return Sequence("tuple", [FilePath(stem, first.is_relative), Literal(suffix)])
    text = constant(first)
    return Sequence("tuple", [Literal(part) for part in posixpath.splitext(text)]) if isinstance(text, str) else None


def _base_name(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    first = arguments[0] if arguments else NONE
    text = first.path if isinstance(first, FilePath) else constant(first)
    return Literal(posixpath.basename(text)) if isinstance(text, str) else None


def _glob(interpreter: Interpreter, receiver: FilePath, rest: Arguments) -> Value | None:
    folder, pattern = posixpath.split(receiver.path)
    return Sequence("list", list(_matching(interpreter, folder, pattern)))


def _listed(interpreter: Interpreter, receiver: FilePath, rest: Arguments) -> Value | None:
    return Sequence("list", [Literal(posixpath.basename(path)) for path in _inside(interpreter, receiver.path)])


def _scanned(interpreter: Interpreter, receiver: FilePath, rest: Arguments) -> Value | None:
    return path_method(interpreter, receiver, "iterdir", ())


def _spec(
    interpreter: Interpreter, arguments: Arguments, keywords: Keywords, place: Place | None, scope: Scope | None
) -> Value | None:
    """`spec_from_file_location(name, path)`: the file stands for its specification."""
    path = arguments[1] if len(arguments) > 1 else keywords.get("location", NONE)
    return path if isinstance(path, FilePath) else None


def _loaded(interpreter: Interpreter, receiver: FilePath, rest: Arguments) -> Value | None:
    module = interpreter.run_module(receiver.path)
    return Module(module) if module is not None else None


FILES: dict[str, Known] = {
    "glob.glob": _on_path(_glob),
    "glob.iglob": _on_path(_glob),
    "importlib.util.module_from_spec": _on_path(_loaded),
    "importlib.util.spec_from_file_location": _spec,
    "os.fspath": _on_path(lambda interpreter, path, rest: path),
    "os.listdir": _on_path(_listed),
    "os.path.abspath": _on_path(lambda interpreter, path, rest: path),
    "os.path.basename": _base_name,
    "os.path.dirname": _on_path(lambda interpreter, path, rest: path_attribute(path, "parent")),
    "os.path.exists": _on_path(lambda interpreter, path, rest: path_method(interpreter, path, "exists", ())),
    "os.path.isdir": _on_path(lambda interpreter, path, rest: path_method(interpreter, path, "is_dir", ())),
    "os.path.isfile": _on_path(lambda interpreter, path, rest: path_method(interpreter, path, "is_file", ())),
    "os.path.join": _on_path(lambda interpreter, path, rest: joined(path, *rest)),
    "os.path.realpath": _on_path(lambda interpreter, path, rest: path),
    "os.path.splitext": _split,
    "os.scandir": _on_path(_scanned),
    "pathlib.Path": _on_path(lambda interpreter, path, rest: joined(path, *rest) if rest else path),
    "pkgutil.iter_modules": _walker(deep=False),
    "pkgutil.walk_packages": _walker(deep=True),
}
