"""FG312 schema-change-in-app."""

import re
from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import WARNING, Finding, Unit, rule

SCRIPT = re.compile(
    r"(?:^|/)(?:scripts?|tools|bin)/|(?:^|/)\w*(?:init|create|recreate|reset|seed|setup|drop|migrate)_\w+\.py$"
)
"""Programs that somebody runs on purpose."""


@rule(
    "FG312",
    severity=WARNING,
    profile="strict",
    words=["create_all", "drop_all", "generate_schemas"],
    tests=False,
    migrations=False,
)
def schema_change_in_app(node: cst.Attribute | cst.Arg, unit: Unit) -> Iterator[Finding]:
    """The application makes or drops tables itself instead of leaving the schema to migrations."""
    if SCRIPT.search(unit.path):
        return
    what = _of_metadata(node) if isinstance(node, cst.Attribute) else _of_tortoise(node, unit)
    if what:
        function = unit.enclosing_function(node)
        yield Finding(
            unit.location(node),
            f"`{what}` changes the schema when the application runs: what it makes is never altered by a later release",
            help="Leave the schema to migrations (Alembic, Aerich) that run before the application starts.",
            symbol=unit.symbol(function) if function else "",
        )


def _of_metadata(node: cst.Attribute) -> str:
    """`Base.metadata.create_all`, called or handed to `run_sync`."""
    owner = node.value
    if node.attr.value not in ("create_all", "drop_all"):
        return ""
    if isinstance(owner, cst.Attribute) and owner.attr.value == "metadata":
        return f"metadata.{node.attr.value}"
    return f"metadata.{node.attr.value}" if isinstance(owner, cst.Name) and owner.value == "metadata" else ""


def _of_tortoise(node: cst.Arg, unit: Unit) -> str:
    """`register_tortoise(app, generate_schemas=True)`."""
    if node.keyword is None or node.keyword.value != "generate_schemas":
        return ""
    call = unit.parent(node)
    is_on = isinstance(node.value, cst.Name) and node.value.value == "True"
    name = (unit.resolve(call) or "") if isinstance(call, cst.Call) else ""
    return "generate_schemas=True" if is_on and name.startswith("tortoise.") else ""
