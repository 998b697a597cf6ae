"""Where a function makes the path of a file of a text that a client chose."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from fastapi_guard.facts.unit import Unit
from fastapi_guard.facts.walk import walk

OPENING = frozenset({
    "aiofiles.open", "aiofiles.os.remove", "aiofiles.os.unlink", "anyio.open_file", "builtins.open", "fastapi.responses.FileResponse",
    "io.open", "os.listdir", "os.makedirs", "os.mkdir", "os.open", "os.remove", "os.rename", "os.rmdir", "os.scandir", "os.unlink",
    "shutil.copy", "shutil.copyfile", "shutil.move", "shutil.rmtree", "starlette.responses.FileResponse",
})  # fmt: skip
"""Functions that do something with the file that a path names."""

JOINING = frozenset({"anyio.Path", "os.path.join", "pathlib.Path", "pathlib.PurePath"})
"""Functions that make a path of texts."""

UPLOADS = frozenset({"fastapi.UploadFile", "fastapi.datastructures.UploadFile", "starlette.datastructures.UploadFile"})
PARTS = frozenset({"name", "parts", "stem", "suffix", "suffixes"})
"""Attributes of a path that lead nowhere else."""

CONTAINMENT = frozenset({"commonpath", "is_relative_to", "relative_to", "startswith"})
TEXT_TESTS = frozenset({"endswith", "fullmatch", "isalnum", "isdigit", "isidentifier", "match", "search"})
CHECKING = re.compile(r"allow|check|clean|ensure|is_|normali|safe|saniti|secur|valid|verif")
"""Words in names of functions that look at what they are given."""

PATH_PARAMETER = re.compile(r"\{(\w+)(:path)?[^}]*\}")


@dataclass(frozen=True, slots=True, eq=False)
class ClientPath:
    """A path that is made of what a client sent."""

    node: cst.BaseExpression
    names: tuple[str, ...]
    """The parameters that it is made of, as written."""


def client_paths(function: cst.FunctionDef, unit: Unit) -> Iterator[ClientPath]:
    """The paths of an endpoint or dependency that a client can lead out of their folder, each of its names once."""
    uploads = {each.name.value for each in _parameters(function) if _is_upload(each, unit)}
    plain = _plain_path_parameters(function)
    sent = {each.name.value for each in _parameters(function) if _is_text(each, unit)}
    made = {name: name for name in sent}
    seen: set[str] = set()
    for node in walk(function.body):
        if isinstance(node, cst.Assign) and len(node.targets) == 1 and isinstance(node.targets[0].target, cst.Name):
            origins = set(_origins(node.value, made, uploads, unit))
            target = node.targets[0].target.value
            if len(origins) == 1:
                made[target] = origins.pop()
            else:
                made.pop(target, None)
        if not isinstance(node, (cst.Call, cst.BinaryOperation)):
            continue
        names = tuple(dict.fromkeys(_used(node, made, uploads, unit)))
        risky = [name for name in names if name not in seen and not _is_checked(name, function, made)]
        if risky and not (set(risky) <= plain and len(plain & sent) < 2):
            seen.update(risky)
            yield ClientPath(node, tuple(risky))


def _parameters(function: cst.FunctionDef) -> Iterator[cst.Param]:
    yield from (*function.params.posonly_params, *function.params.params, *function.params.kwonly_params)


def _is_upload(parameter: cst.Param, unit: Unit) -> bool:
    annotation = parameter.annotation.annotation if parameter.annotation else None
    return annotation is not None and any(
        unit.resolve(node) in UPLOADS for node in walk(annotation) if isinstance(node, (cst.Name, cst.Attribute))
    )


def _is_text(parameter: cst.Param, unit: Unit) -> bool:
    """Whether a client fills it with any text: `str`, without a dependency, a pattern or a choice."""
    if parameter.annotation is None:
        return False
    parts = [parameter.annotation.annotation, *([parameter.default] if parameter.default else [])]
    names = {node.value for part in parts for node in walk(part) if isinstance(node, cst.Name)}
    types = {unit.resolve(node) for node in walk(parts[0]) if isinstance(node, cst.Name)}
    return "builtins.str" in types and names.isdisjoint(
        {"Depends", "Header", "Literal", "Security", "dict", "list", "pattern", "regex"}
    )


def _plain_path_parameters(function: cst.FunctionDef) -> set[str]:
    """Parameters of the path that take one segment: alone they lead nowhere but to the folder itself."""
    texts = [
        str(node.evaluated_value)
        for decorator in function.decorators
        for node in walk(decorator)
        if isinstance(node, cst.SimpleString)
    ]
    return {name for text in texts for name, takes_all in PATH_PARAMETER.findall(text) if not takes_all}


def _used(node: cst.Call | cst.BinaryOperation, made: dict[str, str], uploads: set[str], unit: Unit) -> Iterator[str]:
    """What a client sent, where the node makes a path of it or opens it."""
    if isinstance(node, cst.BinaryOperation):
        if isinstance(node.operator, cst.Divide):
            yield from _origins(node.right, made, uploads, unit)
        return
    resolved = unit.resolve(node)
    if resolved in OPENING or (resolved in JOINING and not _is_taken_apart(node, unit)):
        given = node.args if resolved == "os.path.join" else node.args[:1]
        for argument in given:
            yield from _origins(argument.value, made, uploads, unit)


def _is_taken_apart(node: cst.Call, unit: Unit) -> bool:
    """`Path(name).suffix`."""
    holder = unit.parent(node)
    return isinstance(holder, cst.Attribute) and holder.attr.value in PARTS


def _origins(node: cst.BaseExpression, made: dict[str, str], uploads: set[str], unit: Unit) -> Iterator[str]:
    """The parameters whose text a text or a path is made of, without anything that changes it."""
    if isinstance(node, cst.Name):
        if node.value in made:
            yield made[node.value]
    elif isinstance(node, cst.Attribute):
        if node.attr.value == "filename" and isinstance(node.value, cst.Name) and node.value.value in uploads:
            yield f"{node.value.value}.filename"
    elif isinstance(node, cst.FormattedString):
        for part in node.parts:
            if isinstance(part, cst.FormattedStringExpression):
                yield from _origins(part.expression, made, uploads, unit)
    elif isinstance(node, cst.BinaryOperation):
        yield from _origins(node.left, made, uploads, unit)
        yield from _origins(node.right, made, uploads, unit)
    elif isinstance(node, cst.BooleanOperation):
        yield from _origins(node.left, made, uploads, unit)
    elif isinstance(node, cst.Call):
        resolved = unit.resolve(node)
        if resolved in JOINING or resolved == "builtins.str":
            for argument in node.args:
                yield from _origins(argument.value, made, uploads, unit)
        elif isinstance(node.func, cst.Attribute) and node.func.attr.value in (
            "joinpath",
            "resolve",
            "strip",
            "absolute",
        ):
            yield from _origins(node.func.value, made, uploads, unit)
            for argument in node.args:
                yield from _origins(argument.value, made, uploads, unit)


def _is_checked(name: str, function: cst.FunctionDef, made: dict[str, str]) -> bool:
    """Whether the function asks what a text, or the path that was made of it, is."""
    aliases = {name, *(alias for alias, origin in made.items() if origin == name)}
    for node in walk(function.body):
        if isinstance(node, cst.Comparison):
            sides = [(node.left, None), *((each.comparator, each.operator) for each in node.comparisons)]
            operators = [each.operator for each in node.comparisons]
            if any(isinstance(each, (cst.In, cst.NotIn, cst.Equal, cst.NotEqual)) for each in operators) and any(
                _says(side, aliases) for side, _ in sides
            ):
                return True
        elif isinstance(node, cst.Call):
            func = node.func
            called = func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")
            held = [func.value] if isinstance(func, cst.Attribute) else []
            mentioned = any(_mentions(each, aliases) for each in [*held, *(given.value for given in node.args)])
            if called in CONTAINMENT and (mentioned or called != "startswith"):
                return True
            if mentioned and (called in TEXT_TESTS or CHECKING.search(str(called).lower())) and called != "exists":
                return True
    return False


def _says(node: cst.BaseExpression, names: set[str]) -> bool:
    """The text itself, its parts, or what a method makes of it: `name`, `path.parts`, `name.lower()`."""
    current: cst.BaseExpression = node
    while isinstance(current, (cst.Attribute, cst.Call, cst.Subscript)):
        if isinstance(current, cst.Attribute) and isinstance(current.value, cst.Name):
            if f"{current.value.value}.{current.attr.value}" in names:
                return True
        current = current.func if isinstance(current, cst.Call) else current.value
    return isinstance(current, cst.Name) and current.value in names


def _mentions(node: cst.BaseExpression, names: set[str]) -> bool:
    return any(isinstance(inner, (cst.Name, cst.Attribute)) and _says(inner, names) for inner in walk(node))
