"""Whether an operation creates something: a new row of its own, not a trace of something else that it does."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from fastapi_guard.location import Location
from fastapi_guard.project.model import DatabaseAccess, PathOperation

CREATING = re.compile(
    r"^(?:api_|do_|handle_|post_)?(?:(?:add|book|insert|new|sign_?up|signup)(?:$|[_-])|cadastr|creat|crear|criar|enrol|nuev|regist|reserv)"
)
"""Beginnings of the names of endpoints, functions and path segments that create."""

EITHER = re.compile(r"upsert|_or_(?:get|replace|return|update)")
"""What may find something that exists."""

TRACE = re.compile(
    r"audit|log|event|history|activity|notification|outbox|metric|usage|session|token|trace", re.IGNORECASE
)
"""Tables whose rows tell what happened to others."""

ACTION = re.compile(
    r"(?:^|[_/-])(?:accept|activate|approve|archive|assign|auth\w*|bulk_?update|calculate|callback|cancel|change|chat|check\w*|checkout|clear|close|complete\w*"
    r"|confirm|copy_?token|count|deactivate|decline|delete|deposit|disable|dislike|edit|enable|ensure|evaluate|execute|export|favou?rite|find|follow|forgot"
    r"|generate|get_or_create|import|invalidate|invoke|join|leave|like\w*|login|logout|mark|merge|move|notify|pause|pay|ping|predict|preview|process|query|read|recover\w*"
    r"|refresh|refund|reject|remove|reorder|resend|reset|respond|restore|resume|retry|revoke|rotate|run|search|seed|select|set|sign_?in|sign_?out|start|stop|subscribe"
    r"|sync|test|toggle|token|transfer|trigger|unfollow|unlike|unsubscribe|update|upsert|validate|verify|vote|webhooks?|withdraw)(?:$|[_/-])"
)
"""Words of paths and names that say what is done with something that exists."""

NO_CREATION = re.compile(
    r"token|session|hash|engine|client|index|context|message_history|prompt|middleware|header|cookie|task$|event$|log$|url|link|intent"
)
"""Ends of the names of calls that make something else than a row."""

CHANGING = re.compile(r"^(?:change|edit|modify|partial\w*|patch|rename|replace|set|update)(?:_|$)")
"""Beginnings of the names of endpoints that change what exists."""

LATER = re.compile(
    r"async|batch|execution|export|job|poll|process|queue|report|result|run|start|status|sync|task|trigger|wait|work"
)
"""Words of what may still be under way when somebody asks for it."""

READS = frozenset({"get", "select"})


@dataclass(frozen=True, slots=True)
class Creation:
    """What an operation creates and where."""

    table: str
    """Dotted name of the class; empty when it is not known."""
    location: Location
    is_certain: bool
    """The row was seen to be added; otherwise only names say so."""


def creation_of(operation: PathOperation) -> Creation | None:
    """What the operation creates for its client; None when nothing, or when nobody knows."""
    function = operation.endpoint_name.rpartition(".")[2].lower().strip("_")
    is_named_so = CREATING.search(function) is not None
    last = _last_segment(operation.path)
    if EITHER.search(function) or EITHER.search(last) or (ACTION.search(function) and not is_named_so):
        return None
    if ACTION.search(last) and not CREATING.search(last.strip("-_")):
        return None
    if any(access.kind == "upsert" for access in operation.accesses) or _answers_otherwise(operation):
        return None
    if _may_find(operation):
        return None
    inserted = [access for access in operation.accesses if access.kind in ("insert", "save")]
    read = {access.table for access in operation.accesses if access.kind in READS}
    words = f"{operation.path} {function}".lower().replace("-", "").replace("_", "")
    named = [access for access in inserted if _stem(access) and _stem(access) in words]
    if not is_named_so:
        named = [
            access
            for access in named
            if access.table not in read and _stem(access) in last.replace("-", "").replace("_", "")
        ]
        return Creation(named[-1].table, named[-1].location, True) if named else None
    others = [access for access in inserted if not TRACE.search(access.table.rpartition(".")[2])]
    best = max(named, key=lambda access: len(_stem(access)), default=None) or (others[0] if others else None)
    if best is not None:
        return Creation(best.table if best in named else "", best.location, True)
    if inserted:
        return None
    return _kept_in_memory(operation) or _named_creation(operation)


def _may_find(operation: PathOperation) -> bool:
    """Whether the handler is given something that upserts, or returns what it found instead of creating it."""
    endpoint = operation.endpoint
    if endpoint is None or isinstance(endpoint.definition, ast.Lambda):
        return False
    if EITHER.search(ast.unparse(endpoint.definition.args).lower()):
        return True
    inner = [node for statement in endpoint.definition.body for node in ast.walk(statement)]
    tested = {
        name.id
        for node in inner
        if isinstance(node, ast.If)
        for name in ast.walk(node.test)
        if isinstance(name, ast.Name)
    }
    return any(
        isinstance(statement, ast.Return) and isinstance(statement.value, ast.Name) and statement.value.id in tested
        for node in inner
        if isinstance(node, ast.If)
        for statement in node.body
    )


def _stem(access: DatabaseAccess) -> str:
    """What a table is called in paths: `task` for `TaskModel`, `category` as `categor`."""
    name = re.sub(r"^(?:sql|db|orm)|(?:model|table|entity|orm|db)$", "", access.table.rpartition(".")[2].lower())
    return name.removesuffix("s").removesuffix("y")


def _kept_in_memory(operation: PathOperation) -> Creation | None:
    """What the handler puts into a collection of the module: `tasks[task_id] = task`, `tasks.append(task)`."""
    endpoint = operation.endpoint
    if endpoint is None or isinstance(endpoint.definition, ast.Lambda):
        return None
    nodes = list(ast.walk(endpoint.definition))
    own = {node.arg for node in nodes if isinstance(node, ast.arg)}
    own |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in nodes:
        if not isinstance(node, (ast.Assign, ast.Call)):
            continue
        holder: ast.expr | None = None
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            holder = node.targets[0].value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            holder = node.func.value
        if isinstance(holder, ast.Name) and holder.id not in own and not TRACE.search(holder.id):
            place = Location(endpoint.location.path, node.lineno, node.col_offset + 1)
            return Creation("", place, is_certain=True)
    return None


def answers_as_if_created(operation: PathOperation) -> bool:
    """Whether an operation that only reads or changes answers 201 or 202: nothing new is there, nothing is under way."""
    if operation.endpoint is None or operation.methods not in (("GET",), ("PATCH",), ("PUT",)):
        return False
    function = operation.endpoint_name.rpartition(".")[2].lower().strip("_")
    words = f"{function}/{_last_segment(operation.path)}"
    kinds = {access.kind for access in operation.accesses}
    if operation.status_code == 202:
        return operation.methods == ("GET",) and not LATER.search(words) and not _answers_otherwise(operation)
    if operation.status_code != 201 or CREATING.search(function) or EITHER.search(words):
        return False
    is_named_so = CHANGING.search(function) is not None
    return "upsert" not in kinds and (is_named_so or ("insert" not in kinds and operation.methods != ("PUT",)))


def _named_creation(operation: PathOperation) -> Creation | None:
    """A call in the handler that says that it creates, of something that the handler was given or of the project's own."""
    endpoint = operation.endpoint
    if endpoint is None or isinstance(endpoint.definition, ast.Lambda):
        return None
    arguments = endpoint.definition.args
    given = {argument.arg for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]}
    for node in ast.walk(endpoint.definition):
        if isinstance(node, ast.Call) and _says_that_it_creates(node, given):
            return Creation("", Location(endpoint.location.path, node.lineno, node.col_offset + 1), False)
    return None


def _says_that_it_creates(call: ast.Call, given: set[str]) -> bool:
    func = call.func
    if isinstance(func, ast.Name):
        return "_" in func.id and _creates(func.id)
    if not isinstance(func, ast.Attribute):
        return False
    root: ast.expr = func.value
    while isinstance(root, (ast.Attribute, ast.Call)):
        root = root.func if isinstance(root, ast.Call) else root.value
    is_given = isinstance(root, ast.Name) and root.id in given
    return _creates(func.attr) and (is_given or "_" in func.attr)


def _creates(name: str) -> bool:
    return CREATING.search(name.lower().strip("_")) is not None and NO_CREATION.search(name.lower()) is None


def _last_segment(path: str) -> str:
    """The last part of the path that is no parameter."""
    segments = [segment for segment in path.lower().split("/") if segment and not segment.startswith("{")]
    return segments[-1] if segments else ""


def _answers_otherwise(operation: PathOperation) -> bool:
    """Whether the handler sets the status itself."""
    if operation.endpoint is None:
        return False
    for node in ast.walk(operation.endpoint.definition):
        if isinstance(node, ast.Attribute) and (
            node.attr == "HTTP_201_CREATED" or (node.attr == "status_code" and isinstance(node.ctx, ast.Store))
        ):
            return True
        if (
            isinstance(node, ast.keyword)
            and node.arg == "status_code"
            and isinstance(node.value, ast.Constant)
            and node.value.value == 201
        ):
            return True
    return False
