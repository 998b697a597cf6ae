"""What the paths of operations say: their words, their parameters, and which requests two of them share."""

import re

VERBS = frozenset(
    {
        "add",
        "change",
        "create",
        "delete",
        "edit",
        "fetch",
        "get",
        "insert",
        "list",
        "modify",
        "remove",
        "save",
        "update",
    }
)
"""What the methods of HTTP say already; actions that they have no word for (`login`, `search`, `export`) are none."""

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_GLUED = re.compile(r"(?:create|delete|update)(?!d$|s$|r$|rs$|d[_-]|d?[Aa]t$)[a-z]{3,}")
_PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")

_CONVERTERS = {
    "": "[^/]+",
    "str": "[^/]+",
    "int": "[0-9]+",
    "float": r"[0-9]+(?:\.[0-9]+)?",
    "path": ".*",
    "uuid": "[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}",
}


def verb_in(path: str) -> str:
    """The segment of a path that says what its method says; empty when there is none."""
    for segment in path.split("/"):
        if "{" in segment or "." in segment:
            continue
        words = [word.lower() for word in _WORDS.findall(segment)]
        if not words:
            continue
        if words[0] in VERBS or (len(words) > 1 and words[-1] in ("create", "delete", "update")):
            return segment
        if len(words) == 1 and _GLUED.fullmatch(words[0]):
            return segment
    return ""


def parameters_in(path: str) -> tuple[str, ...]:
    """The names of the parameters of a path, in their order."""
    return tuple(match[1] for match in _PARAMETER.finditer(path))


def shape_of(path: str) -> str:
    """The path with its parameters' names left out: operations of one shape answer the same requests."""
    return _PARAMETER.sub(lambda match: f"{{:{'' if match[2] == 'str' else match[2] or ''}}}", path)


def ends_in_anything(path: str) -> bool:
    """Whether a path is nothing but a parameter that takes slashes: `/{path:path}`."""
    return re.fullmatch(r"/?\{\w+:path\}/?", path) is not None


def takes(pattern: str, path: str) -> bool:
    """Whether a path with parameters answers what `path` is meant for; `path` may have parameters of its own."""
    return _regex_of(pattern).fullmatch(_PARAMETER.sub(_example_of, path)) is not None


def _example_of(match: re.Match[str]) -> str:
    return {"int": "7", "float": "7.5", "uuid": "123e4567-e89b-12d3-a456-426614174000"}.get(match[2] or "", "a~b")


def _regex_of(pattern: str) -> re.Pattern[str]:
    parts: list[str] = []
    end = 0
    for match in _PARAMETER.finditer(pattern):
        parts += [re.escape(pattern[end : match.start()]), f"(?:{_CONVERTERS.get(match[2] or '', '[^/]+')})"]
        end = match.end()
    return re.compile("".join([*parts, re.escape(pattern[end:])]))
