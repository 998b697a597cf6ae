"""What `fastapi-guard routes` says of a folder, and where it differs from FastAPI."""

import functools
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from fastapi_guard.cli.main import program

COMPARED = ("kind", "methods", "path", "file", "line", "status_code", "tags", "dependency_places", "schemes")


@functools.cache
def document(root: Path) -> dict[str, Any]:
    """The `routes` document of everything below the root."""
    result = CliRunner().invoke(program, ["routes", "--output-format", "json", "--root", str(root)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return json.loads(result.stdout)


def routes(root: Path, target: str, source: str = ".") -> list[dict[str, Any]]:
    """The routes of one application, by the module and attribute that its target names."""
    module, _, attribute = target.partition(":")
    file = (Path(source) / module.replace(".", "/")).as_posix() + ".py"
    found = document(root)
    names = {app["name"] for app in found["apps"] if app["path"] == file or app["name"] == target}
    chosen = {name for name in names if name.partition(":")[2].removesuffix("()") == attribute.removesuffix("()")}
    below = [route for route in found["routes"] if source == "." or route["file"].startswith(f"{source}/")]
    return [route for route in below if route["app"] in chosen]


def rows(routes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The routes in the oracle's shape, as far as both sides know them."""
    return [_row(route) for route in routes]


def _row(route: dict[str, Any]) -> dict[str, Any]:
    row = {name: route[name] for name in COMPARED if name != "schemes"}
    row["schemes"] = sorted(set(route["schemes"] if "schemes" in route else route["auth"]["schemes"]))
    row["status_code"] = row["status_code"] or 200
    row["methods"] = sorted(row["methods"])
    row["dependency_places"] = [f"{place['path']}:{place['line']}" for place in row["dependency_places"]]
    if row["kind"] == "mount":  # what is mounted has no endpoint
        row["file"] = row["line"] = None
    return row


def differences(theirs: list[dict[str, Any]], ours: list[dict[str, Any]]) -> list[str]:
    """One line for each row that one side lacks, with what it differs in where the operation is on both sides."""
    theirs, ours = rows(theirs), rows(ours)
    lines = []
    for row in [row for row in theirs if row not in ours]:
        name = f"{'/'.join(row['methods']) or row['kind']} {row['path']}"
        twins = [twin for twin in ours if (twin["methods"], twin["path"]) == (row["methods"], row["path"])]
        if not twins:
            lines.append(f"missing: {name} at {row['file']}:{row['line']}")
        elif len(twins) == 1:
            unlike = [key for key in COMPARED if row[key] != twins[0][key]]
            lines += [f"{name}: {key} is {row[key]!r}, ours {twins[0][key]!r}" for key in unlike]
        else:
            lines.append(f"{name}: {row!r} is none of ours")
    known = {(tuple(row["methods"]), row["path"]) for row in theirs}
    lines += [
        f"invented: {'/'.join(row['methods']) or row['kind']} {row['path']} at {row['file']}:{row['line']}"
        for row in ours
        if (tuple(row["methods"]), row["path"]) not in known
    ]
    if not lines and theirs != ours:
        lines.append(
            f"in another order or number: {[row['path'] for row in ours]}, not {[row['path'] for row in theirs]}"
        )
    return lines
