"""How an endpoint takes its body when no model does: as a dict or a list, or read from the request by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_guard.location import Location

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

DICTS = frozenset({"Dict", "Mapping", "MutableMapping", "OrderedDict", "dict"})
LISTS = frozenset({"Iterable", "List", "Sequence", "Set", "list", "set"})
ANYTHING = frozenset({"Any", "object"})
NOT_A_BODY = frozenset({"Cookie", "Depends", "File", "Form", "Header", "Path", "Query", "Security"})

PASSING_THROUGH = re.compile(
    r"(?:^|[_/-])(?:web_?hooks?|hooks?|callbacks?|proxy|proxied|forward|relay|passthrough|pass_through|graphql|rpc|json_?rpc|mcp|patch_json|json_patch)(?:$|[_/-])"
)
"""Operations whose body is of somebody else's making."""

SIGNATURE_WORDS = ("compare_digest", "construct_event", "hmac", "signature", "verify_webhook")


@dataclass(frozen=True, slots=True)
class UntypedBody:
    """A body, or a reading of one, that no model describes."""

    name: str
    kind: str
    location: Location


def passes_through(path: str, endpoint_name: str) -> bool:
    """Whether an operation passes its body on, or serves a protocol that says what is in it."""
    return any(PASSING_THROUGH.search(name.lower()) for name in (path, endpoint_name.rpartition(".")[2]))


def untyped_bodies(definition: Definition, path: str, file: str) -> Iterator[UntypedBody]:
    """The parameters of an endpoint under `path`, defined in `file`, that take a body without a model."""
    if isinstance(definition, ast.Lambda):
        return
    arguments = definition.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [*[None] * (len(positional) - len(arguments.defaults)), *arguments.defaults]
    for argument, default in [
        *zip(positional, defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]:
        markers = [_called(default), *_metadata(argument.annotation)]
        if any(marker in NOT_A_BODY for marker in markers) or f"{{{argument.arg}" in path:
            continue
        kind = _open_kind(_bare(argument.annotation), is_body="Body" in markers)
        if kind:
            yield UntypedBody(argument.arg, kind, _location(file, argument))


def raw_body_reads(definition: Definition, file: str) -> Iterator[UntypedBody]:
    """`await request.json()` and `request.form()`, and `request.body()` that is parsed by hand."""
    if isinstance(definition, ast.Lambda):
        return
    requests = {
        argument.arg
        for argument in [*definition.args.posonlyargs, *definition.args.args, *definition.args.kwonlyargs]
        if _name(_bare(argument.annotation)) == "Request"
    }
    nodes = [node for statement in definition.body for node in ast.walk(statement)]
    named = {
        name.lower()
        for node in nodes
        for name in (getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "value", ""))
        if isinstance(name, str)
    }
    if not requests or any(word in name for name in named for word in SIGNATURE_WORDS):
        return
    is_parsed = bool(named & {"loads", "model_validate_json", "parse_raw", "parse_qs"})
    for node in nodes:
        if not (
            isinstance(node, ast.Await)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
        ):
            continue
        receiver, method = node.value.func.value, node.value.func.attr
        if (
            isinstance(receiver, ast.Name)
            and receiver.id in requests
            and (method in ("json", "form") or (method == "body" and is_parsed))
        ):
            yield UntypedBody(f"{receiver.id}.{method}()", "", _location(file, node))


def _location(file: str, node: ast.arg | ast.expr) -> Location:
    return Location(file, node.lineno, node.col_offset + 1, node.end_lineno or 0, (node.end_col_offset or -1) + 1)


def _name(node: ast.expr | None) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _called(node: ast.expr | None) -> str:
    return _name(node.func) if isinstance(node, ast.Call) else ""


def _metadata(annotation: ast.expr | None) -> list[str]:
    if (
        isinstance(annotation, ast.Subscript)
        and _name(annotation.value) == "Annotated"
        and isinstance(annotation.slice, ast.Tuple)
    ):
        return [_called(item) for item in annotation.slice.elts[1:]]
    return []


def _bare(annotation: ast.expr | None) -> ast.expr | None:
    """The type without Annotated, Optional and `| None`."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return _bare(ast.parse(annotation.value, mode="eval").body)
        except SyntaxError:
            return None
    if isinstance(annotation, ast.Subscript) and _name(annotation.value) in ("Annotated", "Optional"):
        inner = annotation.slice
        return _bare(inner.elts[0] if isinstance(inner, ast.Tuple) else inner)
    if isinstance(annotation, ast.BinOp):
        sides = [
            side
            for side in (annotation.left, annotation.right)
            if not (isinstance(side, ast.Constant) and side.value is None)
        ]
        return _bare(sides[0]) if len(sides) == 1 else annotation
    return annotation


def _open_kind(annotation: ast.expr | None, *, is_body: bool) -> str:
    """How a sentence names a type that says nothing of what is in it; empty for one that does."""
    if annotation is None:
        return "anything" if is_body else ""
    if isinstance(annotation, ast.Subscript):
        name = _name(annotation.value)
        inner = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        if name in DICTS:
            return "a dict" if _open_kind(_bare(inner[-1]), is_body=True) else ""
        return "a list" if name in LISTS and _open_kind(_bare(inner[0]), is_body=True) else ""
    name = _name(annotation)
    if name in DICTS:
        return "a dict"
    if name in LISTS:
        return "a list"
    return "anything" if name in ANYTHING and is_body else ""
