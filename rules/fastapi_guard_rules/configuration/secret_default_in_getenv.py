"""FG633 secret-default-in-getenv."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    ERROR,
    SECRET_ENDINGS,
    Finding,
    Unit,
    argument,
    enclosing_class,
    is_secret_name,
    is_secret_value,
    is_settings_class,
    is_signing_name,
    literal_in,
    rule,
)

READS = frozenset({"os.getenv", "os.environ.get", "decouple.config", "starlette.config.Config"})


@rule("FG633", severity=ERROR, profile="strict", words=[SECRET_ENDINGS], tests=False)
def secret_default_in_getenv(node: cst.Call | cst.BooleanOperation | cst.AnnAssign, unit: Unit) -> Iterator[Finding]:
    """A secret of the environment has a default that stands in the code."""
    name, default = _setting(node, unit)
    text = literal_in(default, unit) if default is not None else None
    if default is None or not text or not is_secret_name(name):
        return
    if not is_secret_value(name, text) and not (is_signing_name(name) and len(text) > 3):
        return
    function = unit.enclosing_function(node)
    yield Finding(
        unit.location(default),
        f"`{name}` has a default that stands in the code: where it is not set, everybody knows the secret",
        help="Leave the default out: a process without the secret then does not start.",
        symbol=unit.symbol(function) if function else "",
    )


def _setting(
    node: cst.Call | cst.BooleanOperation | cst.AnnAssign, unit: Unit
) -> tuple[str, cst.BaseExpression | None]:
    """The name of a setting, and what it is where nobody sets it."""
    if isinstance(node, cst.AnnAssign):
        holder = enclosing_class(node, unit)
        is_field = holder is not None and is_settings_class(holder, unit) and not holder.name.value.startswith("Test")
        return (node.target.value, node.value) if is_field and isinstance(node.target, cst.Name) else ("", None)
    if isinstance(node, cst.BooleanOperation):
        is_fallback = isinstance(node.operator, cst.Or) and isinstance(node.left, cst.Call)
        return (_read(node.left, unit), node.right) if is_fallback and isinstance(node.left, cst.Call) else ("", None)
    return _read(node, unit), argument(node, "default", 1)


def _read(call: cst.Call, unit: Unit) -> str:
    """The variable that a call reads from the environment; empty for any other call."""
    key = argument(call, "key", 0)
    return (literal_in(key, unit) or "") if unit.resolve(call) in READS else ""
