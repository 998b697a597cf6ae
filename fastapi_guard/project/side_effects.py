"""What a request that only asks changes all the same: rows, but not the traces that any request may leave."""

from __future__ import annotations

import re

from fastapi_guard.project.creation import ACTION, CREATING, TRACE
from fastapi_guard.project.model import DatabaseAccess, PathOperation

READS = frozenset({"select", "get"})

LINKS = re.compile(
    r"(?:^|[_/-])(?:accept|activate|callback|click|complete|confirm\w*|invit\w*|login|logout|magic\w*|oauth\w*|redirect|reset|return|sso|success|track\w*|unsubscribe"
    r"|validate|verif\w*|webhooks?)(?:$|[_/-])"
)
"""Operations that a link in a mail or the redirect of another service leads to: a browser can only GET them."""

ASKS = re.compile(r"(?:api_)?(?:count|describe|fetch|find|get|list|load|query|read|retrieve|search|show|view)_(?!or_)")
"""How handlers are named that only ask: `get_run` runs nothing."""

TRACES = re.compile(
    r"cache|visit|click|view|hit|stat|counter|snapshot|health|heartbeat|(?:re)?search(?:es)?$|download", re.IGNORECASE
)
"""Tables beside those of `TRACE` whose rows tell that somebody asked."""

TRACE_COLUMNS = re.compile(
    r"(?:^|_)(?:last|latest|seen|viewed?|views?|visits?|visited|count(?:er)?|hits?|clicks?|accessed|read|cached?|refreshed|synced|checked|downloads?|expired?|expires?|updated)(?:_|$)|_at$"
)
"""Columns that tell the same."""


def changes_of(operation: PathOperation) -> tuple[DatabaseAccess, ...]:
    """The accesses that change what the client did not ask to change, in order."""
    name = operation.endpoint_name.rpartition(".")[2].lower()
    if LINKS.search(operation.path.lower()) or LINKS.search(name):
        return ()
    read: set[str] = set()
    found: list[DatabaseAccess] = []
    is_named_so = not ASKS.match(name) and any(
        words.search(part) for part in (name, operation.path.lower()) for words in (ACTION, CREATING)
    )
    is_committed = any(access.kind == "commit" for access in operation.accesses)
    for access in operation.accesses:
        is_meant = access.in_handler or is_named_so  # what is deep below may tidy up, or learn what is new elsewhere
        if is_meant and _is_change(access, read, is_committed):
            found.append(access)
        if access.kind in READS:
            read.add(access.table)
    return tuple(found)


def _is_change(access: DatabaseAccess, read: set[str], is_committed: bool) -> bool:
    table = access.table.rpartition(".")[2]
    if not table or TRACE.search(table) or TRACES.search(table):
        return False
    if access.kind in ("insert", "upsert", "save"):
        return (
            access.table not in read and access.kind == "insert"
        )  # what was looked for before is made when it is missing
    columns = [write.column for write in access.writes if write.column != "*"]
    if columns and all(TRACE_COLUMNS.search(column) for column in columns):
        return False
    if access.kind == "delete":
        return not any(TRACE_COLUMNS.search(column.rpartition(".")[2]) for column in access.compares)
    if access.kind == "update":
        return True
    return access.kind in READS and is_committed and bool(columns) and access.changes
