"""Calls that make or read a JSON Web Token with PyJWT or python-jose, and what they are given."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.facts.http_errors import argument, caught_by
from fastapi_guard.facts.strings import definitions_of
from fastapi_guard.facts.unit import Unit
from fastapi_guard.facts.walk import walk

DECODERS = frozenset(
    {"jose.jwt.decode", "jwt.api_jwt.decode", "jwt.api_jwt.decode_complete", "jwt.decode", "jwt.decode_complete"}
)
ENCODERS = frozenset({"jose.jwt.encode", "jwt.api_jwt.encode", "jwt.encode"})
UNVERIFIED = frozenset({"jose.jwt.get_unverified_claims"})
HEADERS = frozenset({"jose.jwt.get_unverified_header", "jose.jwt.get_unverified_headers", "jwt.get_unverified_header"})
TOO_NARROW = frozenset(
    {
        "builtins.AttributeError",
        "builtins.KeyError",
        "builtins.TypeError",
        "builtins.ValueError",
        "jose.ExpiredSignatureError",
        "jose.exceptions.ExpiredSignatureError",
        "jose.exceptions.JWTClaimsError",
        "jose.jwt.ExpiredSignatureError",
        "jose.jwt.JWTClaimsError",
        "jwt.ExpiredSignatureError",
        "jwt.InvalidAudienceError",
        "jwt.InvalidIssuerError",
        "jwt.exceptions.ExpiredSignatureError",
        "jwt.exceptions.InvalidAudienceError",
        "jwt.exceptions.InvalidIssuerError",
        "pydantic.ValidationError",
    }
)
"""Exceptions that a forged or broken token does not raise."""

FALSE_NAMES = frozenset({"False"})


def is_decode(node: cst.CSTNode, unit: Unit) -> bool:
    """Whether a call reads a token and verifies it, unless it is told not to."""
    return isinstance(node, cst.Call) and unit.resolve(node) in DECODERS


def is_jwt_call(node: cst.CSTNode, unit: Unit) -> bool:
    """Whether a call makes or reads a token."""
    return isinstance(node, cst.Call) and unit.resolve(node) in DECODERS | ENCODERS


def jwt_option(call: cst.Call, name: str, unit: Unit) -> cst.BaseExpression | None:
    """What `options={...}` says of `verify_signature`, `verify_exp`, ...; None when nothing, or nothing that is known."""
    options = argument(call, "options", 3)
    for value in _values(options, unit):
        if isinstance(value, cst.Dict):
            for element in value.elements:
                if isinstance(element, cst.DictElement) and _text(element.key) == name:
                    return element.value
        if isinstance(value, cst.Call) and unit.resolve(value) == "builtins.dict":
            return argument(value, name, None)
    return None


def is_false(node: cst.BaseExpression | None) -> bool:
    """Whether an expression is the constant `False`."""
    return isinstance(node, cst.Name) and node.value in FALSE_NAMES


def is_unverified(call: cst.Call, unit: Unit) -> bool:
    """Whether a call gives the claims of a token without looking at its signature."""
    name = unit.resolve(call)
    if name in UNVERIFIED:
        return True
    if name not in DECODERS:
        return False
    return is_false(jwt_option(call, "verify_signature", unit)) or is_false(argument(call, "verify", None))


def has_star(call: cst.Call) -> bool:
    """Whether some arguments of a call cannot be seen."""
    return any(given.star for given in call.args)


def literal_texts(node: cst.BaseExpression | None, unit: Unit) -> list[cst.SimpleString]:
    """The texts that an expression certainly is, through variables of its function."""
    return [value for value in _values(node, unit) if isinstance(value, cst.SimpleString)]


def algorithm_names(node: cst.BaseExpression | None, unit: Unit) -> list[str]:
    """The names of algorithms that an expression spells out."""
    found: list[str] = []
    for value in _values(node, unit):
        if isinstance(value, (cst.List, cst.Tuple, cst.Set)):
            found += [text for element in value.elements if (text := _text(element.value)) is not None]
        elif (text := _text(value)) is not None:
            found.append(text)
    return found


def comes_from_header(node: cst.BaseExpression | None, unit: Unit, depth: int = 4) -> bool:
    """Whether an expression is taken out of the token's own header."""
    if node is None or depth == 0:
        return False
    for inner in walk(node):
        if isinstance(inner, cst.Call) and unit.resolve(inner) in HEADERS:
            return True
        if isinstance(inner, cst.Name) and any(
            comes_from_header(value, unit, depth - 1) for value in definitions_of(inner, unit)
        ):
            return True
    return False


def payload_keys(node: cst.BaseExpression | None, unit: Unit) -> frozenset[str] | None:
    """The claims that a payload has; None when it may have others."""
    if isinstance(node, cst.Name):
        function = unit.enclosing_function(node)
        values = definitions_of(node, unit)
        if function is None or not values:
            return None
        added = list(_keys_set(function, node.value))
        parts = [payload_keys(value, unit) for value in values if not isinstance(value, cst.Name)]
        if len(parts) < len(values) or any(part is None for part in parts) or None in added:
            return None
        return frozenset(key for part in parts if part for key in part) | {key for key in added if key}
    if isinstance(node, cst.Dict):
        keys = [_text(element.key) if isinstance(element, cst.DictElement) else None for element in node.elements]
        return None if None in keys else frozenset(key for key in keys if key is not None)
    if (
        isinstance(node, cst.Call)
        and unit.resolve(node) == "builtins.dict"
        and all(given.keyword for given in node.args)
    ):
        return frozenset(given.keyword.value for given in node.args if given.keyword)
    return None


def lets_errors_out(call: cst.Call, unit: Unit) -> bool:
    """Whether no `try` around a call, within its function, catches what a forged token raises."""
    child: cst.CSTNode = call
    holder = unit.parent(call)
    while holder is not None and not isinstance(holder, (cst.FunctionDef, cst.Lambda)):
        if isinstance(holder, (cst.Try, cst.TryStar)) and child is holder.body:
            caught = [
                name
                for handler in holder.handlers
                if isinstance(handler, cst.ExceptHandler)
                for name in caught_by(handler, unit)
            ]
            if any(name not in TOO_NARROW for name in caught):
                return False
        if isinstance(holder, cst.With):
            return False
        child, holder = holder, unit.parent(holder)
    return True


def _keys_set(function: cst.FunctionDef, name: str) -> Iterator[str | None]:
    """The keys that `name[...] = value` and `name.update(...)` add; None for those that cannot be told."""
    for node in walk(function.body):
        if (
            isinstance(node, cst.AssignTarget)
            and isinstance(node.target, cst.Subscript)
            and _is(node.target.value, name)
        ):
            index = node.target.slice[0].slice
            yield _text(index.value) if isinstance(index, cst.Index) else None
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and _is(node.func.value, name):
            if node.func.attr.value not in ("update", "setdefault"):
                continue
            for given in node.args:
                if given.keyword is not None:
                    yield given.keyword.value
                elif isinstance(given.value, cst.Dict):
                    for element in given.value.elements:
                        yield _text(element.key) if isinstance(element, cst.DictElement) else None
                else:
                    yield _text(given.value)
        elif isinstance(node, cst.Call) and any(_is(given.value, name) for given in node.args):
            if not (isinstance(node.func, cst.Attribute) and node.func.attr.value == "encode"):
                yield None


def _values(node: cst.BaseExpression | None, unit: Unit) -> list[cst.BaseExpression]:
    if isinstance(node, cst.Name):
        return definitions_of(node, unit) or [node]
    return [node] if node is not None else []


def _is(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _text(node: cst.BaseExpression | None) -> str | None:
    value = node.evaluated_value if isinstance(node, cst.SimpleString) else None
    return value if isinstance(value, str) else None
