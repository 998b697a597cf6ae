"""Small random applications of several files, as hypothesis draws them.

The package is called `shop`: dependencies in `deps.py`, aliases in `aliases.py`, constants in `names.py`, a module for
each router, and `main.py`, which includes and mounts. A router includes only routers of later modules, after its own
operations, so that old and new FastAPI agree on what exists.
"""

from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import strategies as st

METHODS = ("get", "post", "put", "patch", "delete")
SCHEMES = (
    "HTTPBearer()",
    "HTTPBearer(auto_error=False)",
    'OAuth2PasswordBearer(tokenUrl="token")',
    'APIKeyHeader(name="X-Key")',
    'APIKeyCookie(name="key", auto_error=False)',
)
CALLABLES = ("function", "coroutine", "generator", "class", "instance", "closure", "partial", "method", "wrapped")
ALIAS_IMPORTS = ("from", "relative", "renamed", "module", "star", "package", "string")


@dataclass
class Source:
    """A module that is being written."""

    imports: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def text(self) -> str:
        return "\n".join([*dict.fromkeys(self.imports), "", *self.lines, ""])


@dataclass(frozen=True)
class Names:
    """What a drawn application can refer to."""

    dependencies: tuple[str, ...]
    """Expressions that `Depends` takes, over names of `shop.deps`."""
    aliases: tuple[str, ...]


@st.composite
def applications(draw: st.DrawFn) -> dict[str, str]:
    """Text by file; the application is `shop.main:app`."""
    deps, expressions = draw(_dependencies())
    aliases, alias_names = draw(_aliases(expressions))
    names = Names(expressions, alias_names)
    count = draw(st.integers(1, 4))
    files = {"shop/deps.py": deps, "shop/aliases.py": aliases, "shop/names.py": _NAMES, "shop/__init__.py": ""}
    files["shop/short/__init__.py"] = "from ..aliases import *\n"
    for number in reversed(range(count)):
        files[f"shop/r{number}.py"] = draw(_router_module(number, count, names))
    files["shop/main.py"] = draw(_main_module(count, names))
    return files


_NAMES = """
API = "/api"
VERSIONS = {"one": "/v1", "two": "/v2"}


class Settings:
    prefix: str = "/settings"


settings = Settings()
"""


@st.composite
def _dependencies(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    source = Source(
        [
            "import functools",
            "from typing import Annotated, Any",
            "from fastapi import Depends, Security",
            "from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPBearer, OAuth2PasswordBearer",
        ]
    )
    expressions: list[str] = []
    for number, scheme in enumerate(draw(st.lists(st.sampled_from(SCHEMES), min_size=1, max_size=2))):
        source.lines += [f"scheme{number} = {scheme}"]
        expressions.append(f"scheme{number}")
    source.lines += [
        "",
        "",
        "def plainly(function):",
        "    @functools.wraps(function)",
        "    def wrapper(*args, **kwargs):",
        "        return function(*args, **kwargs)",
        "    return wrapper",
    ]
    for number, kind in enumerate(draw(st.lists(st.sampled_from(CALLABLES), min_size=1, max_size=6))):
        below = draw(st.lists(st.sampled_from(expressions), max_size=2, unique=True))
        parameters = ", ".join(sorted((_parameter(draw, *pair) for pair in enumerate(below)), key=_has_default))
        lines, expression = _callable(kind, f"d{number}", parameters)
        source.lines += ["", "", *lines]
        expressions.append(expression)
    return source.text(), tuple(expressions)


def _parameter(draw: st.DrawFn, at: int, expression: str) -> str:
    marker = draw(st.sampled_from(("Depends", "Security")))
    if draw(st.booleans()):
        return f"a{at}: Annotated[Any, {marker}({expression})]"
    return f"a{at}: Any = {marker}({expression})"


def _has_default(parameter: str) -> bool:
    """Python wants parameters without a default first."""
    return " = " in parameter


def _callable(kind: str, name: str, parameters: str) -> tuple[list[str], str]:
    own = ", ".join(filter(None, ["self", parameters]))
    match kind:
        case "function":
            return [f"def {name}({parameters}):", "    return 1"], name
        case "coroutine":
            return [f"async def {name}({parameters}):", "    return 1"], name
        case "generator":
            return [f"def {name}({parameters}):", "    yield 1"], name
        case "wrapped":
            return ["@plainly", f"def {name}({parameters}):", "    return 1"], name
        case "class":
            return [f"class {name.upper()}:", f"    def __init__({own}):", "        self.value = 1"], name.upper()
        case "instance":
            lines = [
                f"class {name.upper()}:",
                f"    def __call__({own}):",
                "        return 1",
                "",
                "",
                f"{name} = {name.upper()}()",
            ]
            return lines, name
        case "method":
            lines = [
                f"class {name.upper()}:",
                f"    def load({own}):",
                "        return 1",
                "",
                "",
                f"{name} = {name.upper()}()",
            ]
            return lines, f"{name}.load"
        case "partial":
            first = ", ".join(filter(None, ["level: int", parameters]))
            return [
                f"def {name}_at({first}):",
                "    return 1",
                "",
                "",
                f"{name} = functools.partial({name}_at, 3)",
            ], name
        case _:
            lines = [
                f"def {name}(level: str = 'low'):",
                f"    def check({parameters}):",
                "        return level",
                "",
                "    return check",
            ]
            return lines, f"{name}('high')"


@st.composite
def _aliases(draw: st.DrawFn, expressions: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    source = Source(
        ["from typing import Annotated, Any", "from fastapi import Depends, Security", "from shop import deps"]
    )
    chosen = draw(st.lists(st.sampled_from(expressions), max_size=3))
    for number, expression in enumerate(chosen):
        marker = draw(st.sampled_from(("Depends", "Security")))
        source.lines.append(f"Alias{number} = Annotated[Any, {marker}(deps.{expression})]")
    return source.text(), tuple(f"Alias{number}" for number in range(len(chosen)))


def _depends(draw: st.DrawFn, names: Names, source: Source, at_most: int = 2) -> str:
    """A `[Depends(...)]` list."""
    chosen = draw(st.lists(st.sampled_from(names.dependencies), max_size=at_most))
    return "[" + ", ".join(_marker(draw, source, expression) for expression in chosen) + "]"


def _marker(draw: st.DrawFn, source: Source, expression: str) -> str:
    if draw(st.booleans()):
        source.imports += ["from fastapi import Depends", "from shop import deps"]
        return f"Depends(deps.{expression})"
    source.imports += ["import fastapi", f"from .deps import {_first_name(expression)}"]
    return f"fastapi.Depends({expression})"


def _first_name(expression: str) -> str:
    return expression.partition("(")[0].partition(".")[0]


def _alias(draw: st.DrawFn, source: Source, name: str) -> str:
    match draw(st.sampled_from(ALIAS_IMPORTS)):
        case "from":
            source.imports.append(f"from shop.aliases import {name}")
        case "relative":
            source.imports.append(f"from .aliases import {name}")
        case "renamed":
            source.imports.append(f"from shop.aliases import {name} as Short{name}")
            return f"Short{name}"
        case "module":
            source.imports.append("import shop.aliases")
            return f"shop.aliases.{name}"
        case "star":
            source.imports.append("from shop.aliases import *")
        case "package":
            source.imports.append(f"from shop.short import {name}")
        case _:
            source.imports.append(f"from shop.aliases import {name}")
            return f'"{name}"'
    return name


def _prefix(draw: st.DrawFn, source: Source, word: str) -> str:
    kind = draw(st.sampled_from(("none", "literal", "constant", "sum", "text", "key", "setting")))
    if kind not in ("none", "literal"):
        source.imports.append("from shop.names import API, VERSIONS, settings")
    return {
        "none": '""',
        "literal": f'"/{word}"',
        "constant": "API",
        "sum": f'API + "/{word}"',
        "text": f'f"{{API}}/{word}"',
        "key": 'VERSIONS["one"]',
        "setting": "settings.prefix",
    }[kind]


def _context(draw: st.DrawFn, source: Source, names: Names, word: str) -> str:
    """The keyword arguments that routers and inclusions share."""
    arguments = []
    prefix = _prefix(draw, source, word)
    if prefix != '""':
        arguments.append(f"prefix={prefix}")
    if draw(st.booleans()):
        arguments.append(f'tags=["{word}"]')
    if draw(st.booleans()):
        arguments.append(f"dependencies={_depends(draw, names, source)}")
    return ", ".join(arguments)


def _operation(draw: st.DrawFn, source: Source, names: Names, receiver: str, name: str) -> None:
    """Write a handler with its decorators."""
    path = draw(st.sampled_from((f"/{name}", f"/{name}/{{item}}", f"/{name}/{{item:path}}")))
    parameters = ["item: str"] if "{" in path else []
    if draw(st.integers(0, 5)) == 0:
        source.imports.append("from fastapi import WebSocket")
        parameters.insert(0, "socket: WebSocket")
        source.lines.append(f'@{receiver}.websocket("{path}"{_decorator_dependencies(draw, source, names)})')
        added = ""
    elif draw(st.integers(0, 4)) == 0:
        decorator = _decorator(draw, source, names, receiver, path)
        added = (
            f"{decorator.removeprefix('@')}({name})"
            if draw(st.booleans())
            else _added(draw, source, names, receiver, path, name)
        )
    else:
        added = ""
        for number in range(draw(st.sampled_from((1, 1, 1, 2)))):
            source.lines.append(_decorator(draw, source, names, receiver, path + "/again" * number))
    for at, alias in enumerate(draw(st.lists(st.sampled_from(names.aliases), max_size=2)) if names.aliases else ()):
        parameters.append(f"b{at}: {_alias(draw, source, alias)}")
    for at, expression in enumerate(draw(st.lists(st.sampled_from(names.dependencies), max_size=2))):
        parameters.append(f"c{at}={_marker(draw, source, expression)}")
    keyword = draw(st.sampled_from(("def", "async def")))
    if draw(st.integers(0, 3)) == 0:
        source.imports.append("from shop.deps import plainly")
        source.lines.append("@plainly")
    source.lines += [f"{keyword} {name}({', '.join(parameters)}):", "    return None", "", "", added]


def _added(draw: st.DrawFn, source: Source, names: Names, receiver: str, path: str, name: str) -> str:
    """An operation that a call registers, with keyword arguments from a variable."""
    source.lines.append(f'{name}_options = {{"tags": ["{name}"], "status_code": 202}}')
    methods = draw(st.lists(st.sampled_from(("GET", "POST", "PUT")), min_size=1, max_size=2, unique=True))
    dependencies = _decorator_dependencies(draw, source, names)
    return f'{receiver}.add_api_route("{path}", {name}, methods={methods!r}{dependencies}, **{name}_options)'


def _decorator(draw: st.DrawFn, source: Source, names: Names, receiver: str, path: str) -> str:
    arguments = [f'"{path}"']
    method = draw(st.sampled_from((*METHODS, "api_route")))
    if method == "api_route":
        methods = draw(st.lists(st.sampled_from(METHODS), min_size=1, max_size=2, unique=True))
        arguments.append(f"methods={[name.upper() for name in methods]!r}")
    if draw(st.booleans()):
        arguments.append(f"status_code={draw(st.sampled_from((200, 201, 202)))}")
    if draw(st.booleans()):
        arguments.append(f'tags=["{method}"]')
    return f"@{receiver}.{method}({', '.join(arguments)}{_decorator_dependencies(draw, source, names)})"


def _decorator_dependencies(draw: st.DrawFn, source: Source, names: Names) -> str:
    return f", dependencies={_depends(draw, names, source)}" if draw(st.booleans()) else ""


@st.composite
def _router_module(draw: st.DrawFn, number: int, count: int, names: Names) -> str:
    source = Source(["from fastapi import APIRouter"])
    context = _context(draw, source, names, f"r{number}")
    if "dependencies=" not in context and draw(st.booleans()):
        source.lines += [
            "class House(APIRouter):",
            "    def __init__(self, **options):",
            f"        super().__init__(dependencies={_depends(draw, names, source)}, **options)",
            "",
            "",
            f"router = House({context})",
        ]
    else:
        source.lines.append(f"router = APIRouter({context})")
    source.lines += ["", ""]
    for operation in range(draw(st.integers(0, 3))):
        _operation(draw, source, names, "router", f"o{number}_{operation}")
    _include(draw, source, names, "router", list(range(number + 1, count)))
    return source.text()


def _include(draw: st.DrawFn, source: Source, names: Names, receiver: str, numbers: list[int]) -> None:
    """Include some of the routers, in a row or in a loop; the same one perhaps twice."""
    if not numbers:
        return
    chosen = draw(st.lists(st.sampled_from(numbers), max_size=3))
    source.imports += [f"from shop.r{number} import router as r{number}" for number in chosen]
    context = _context(draw, source, names, "included")
    extra = f", {context}" if context else ""
    if draw(st.booleans()):
        source.lines += [f"{receiver}.include_router(r{number}{extra})" for number in chosen]
    elif chosen:
        routers = ", ".join(f"r{number}" for number in chosen)
        source.lines += [f"for child in [{routers}]:", f"    {receiver}.include_router(child{extra})"]


@st.composite
def _main_module(draw: st.DrawFn, count: int, names: Names) -> str:
    source = Source(["from fastapi import FastAPI"])
    guards = f"dependencies={_depends(draw, names, source)}" if draw(st.booleans()) else ""
    is_factory = draw(st.booleans())
    source.lines += [f"app = FastAPI({guards})", "", ""]
    _operation(draw, source, names, "app", "top")
    _include(draw, source, names, "app", list(range(count)))
    if draw(st.booleans()):
        source.lines += ["", f"inner = FastAPI({guards})", "", ""]
        _operation(draw, source, names, "inner", "deep")
        _include(draw, source, names, "inner", list(range(count)))
        source.lines.append('app.mount("/inner", inner)')
    return _in_a_factory(source) if is_factory else source.text()


def _in_a_factory(source: Source) -> str:
    """The same module, with everything but the imports inside a function that returns the application."""
    body = [f"    {line}" if line else "" for line in source.lines]
    lines = ["def build() -> FastAPI:", *body, "    return app", "", "", "app = build()"]
    return Source(source.imports, lines).text()


def write(files: dict[str, str], root: Path) -> None:
    """Lay a drawn application out below a folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
