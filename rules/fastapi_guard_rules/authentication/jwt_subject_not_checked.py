"""FG157 jwt-subject-not-checked."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    WARNING,
    Finding,
    Project,
    TokenReader,
    Unit,
    definitions_of,
    is_decode,
    is_test,
    mentions,
    rule,
    walk,
)

SUBJECTS = frozenset({"email", "id", "sub", "uid", "user", "user_id", "username"})


@rule("FG157", severity=WARNING, words=["jwt"])
def jwt_subject_not_checked(looked_at: Project | cst.Call, around: Project | Unit) -> Iterator[Finding]:
    """Who a token speaks of is taken from it, and nobody asks whether it says so, or of which kind of user."""
    if isinstance(looked_at, Project):
        for reader in looked_at.token_readers:
            yield _of_kinds(reader)
    elif isinstance(around, Unit):
        yield from _of_claim(looked_at, around)


def _of_kinds(reader: TokenReader) -> Finding:
    listed = " or ".join(f"`{name}`" for name in reader.others)
    return Finding(
        reader.location,
        f"a token of {listed} with the same subject passes for one of `{reader.table}`: one key signs both",
        help="Put the kind of user into a claim and compare it, or sign each kind with a key of its own.",
        symbol=reader.function,
    )


def _of_claim(call: cst.Call, unit: Unit) -> Iterator[Finding]:
    function = unit.enclosing_function(call)
    claim = _claim(call, unit)
    if function is None or not claim or is_test(unit.path):
        return
    holder = unit.parent(call)
    wrapped = unit.parent(holder) if isinstance(holder, cst.Arg) else None
    if isinstance(wrapped, cst.Call) and unit.resolve(wrapped) == "builtins.str":
        name = _assigned(unit.parent(wrapped))
        if not name or not _is_compared_with_none(function, name):
            return
        message = f"`str(...)` makes a missing `{claim}` the text `None`, so the check of `{name}` never fails"
    elif unit.is_dependency(function) or unit.is_endpoint(function):
        name = _assigned(holder)
        if not (isinstance(holder, cst.Return) or (name and _is_only_returned(function, name))):
            return
        message = f"a token without `{claim}` passes `{function.name.value}`, which then gives None for the user"
    else:
        return
    yield Finding(
        unit.location(call),
        message,
        help=f"Raise 401 when `{claim}` is missing.",
        symbol=unit.symbol(function),
    )


def _claim(call: cst.Call, unit: Unit) -> str:
    """The claim about the user that `payload.get(...)` asks for, when the payload is that of a token."""
    func = call.func
    if not isinstance(func, cst.Attribute) or func.attr.value != "get" or len(call.args) != 1:
        return ""
    key = call.args[0].value
    claim = key.evaluated_value if isinstance(key, cst.SimpleString) else None
    payload = func.value
    values = definitions_of(payload, unit) if isinstance(payload, cst.Name) else [payload]
    is_payload = any(is_decode(value, unit) for value in values)
    return claim if isinstance(claim, str) and claim in SUBJECTS and is_payload else ""


def _assigned(holder: cst.CSTNode | None) -> str:
    target = holder.targets[0].target if isinstance(holder, cst.Assign) else None
    target = holder.target if isinstance(holder, cst.AnnAssign) else target
    return target.value if isinstance(target, cst.Name) else ""


def _is_compared_with_none(function: cst.FunctionDef, name: str) -> bool:
    return any(
        isinstance(node, cst.Comparison)
        and isinstance(node.left, cst.Name)
        and node.left.value == name
        and mentions(node, "None")
        for node in walk(function.body)
    )


def _is_only_returned(function: cst.FunctionDef, name: str) -> bool:
    """Whether the function gives the value back as it is, without a condition and without handing it to anything."""
    returned = False
    for node in walk(function.body):
        if isinstance(node, (cst.If, cst.IfExp, cst.While, cst.Assert)) and mentions(node.test, name):
            return False
        if isinstance(node, (cst.BooleanOperation, cst.Comparison)) and mentions(node, name):
            return False
        if isinstance(node, cst.Call) and any(mentions(given.value, name) for given in node.args):
            return False
        returned = returned or (isinstance(node, cst.Return) and mentions(node.value, name))
    return returned
