"""How GitHub's runner finds commands in a line of a log, in both of its notations.

The rules are those of `ActionCommand.TryParseV2` and `TryParse` in the repository actions/runner.
"""

from dataclasses import dataclass, field

COMMANDS = frozenset(
    {
        "add-mask",
        "add-matcher",
        "add-path",
        "debug",
        "echo",
        "endgroup",
        "error",
        "group",
        "notice",
        "remove-matcher",
        "save-state",
        "set-env",
        "set-output",
        "stop-commands",
        "warning",
    }
)
_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
_OLD = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))


@dataclass(frozen=True, slots=True)
class Command:
    """What the runner is told to do."""

    name: str
    properties: dict[str, str] = field(default_factory=dict)
    data: str = ""


def commands_in(log: str) -> list[Command]:
    """The commands of a log, whose lines end at any of the breaks that .NET knows."""
    lines = log.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [command for line in lines if (command := _new_notation(line) or _old_notation(line))]


def _new_notation(line: str) -> Command | None:
    """`::name key=value,key=value::data`, behind blanks."""
    line = line.lstrip()
    head, separator, data = line[2:].partition("::")
    if not line.startswith("::") or not separator:
        return None
    name, _, properties = head.partition(" ")
    if name not in COMMANDS:
        return None
    return Command(name, _properties(properties.strip(), ",", _PROPERTY), _unescaped(data, _DATA))


def _old_notation(line: str) -> Command | None:
    """`##[name key=value;key=value]data`, anywhere."""
    _, prefix, rest = line.partition("##[")
    head, bracket, data = rest.partition("]")
    name, _, properties = head.partition(" ")
    if not prefix or not bracket or name not in COMMANDS:
        return None
    return Command(name, _properties(properties, ";", _OLD), _unescaped(data, _OLD))


def _properties(text: str, separator: str, mapping: tuple[tuple[str, str], ...]) -> dict[str, str]:
    pairs = [pair.split("=", 1) for pair in text.split(separator) if pair]
    return {pair[0]: _unescaped(pair[1], mapping) for pair in pairs if len(pair) == 2 and all(pair)}


def _unescaped(text: str, mapping: tuple[tuple[str, str], ...]) -> str:
    for escaped, character in mapping:
        text = text.replace(escaped, character)
    return text
