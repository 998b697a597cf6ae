"""What a text expression is made of: its literal parts and the values that are put between them."""

import re
from collections.abc import Iterator

import libcst as cst

from fastapi_guard.facts.unit import Unit
from fastapi_guard.facts.walk import walk

Part = str | cst.BaseExpression
"""Literal text, or the expression whose value stands in its place."""

TEXT_METHODS = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "replace", "format_map", "encode", "expandtabs"}
)
"""Methods of a text that keep what it says."""

TEXT_FUNCTIONS = frozenset({"textwrap.dedent", "inspect.cleandoc", "builtins.str"})

DEPTH = 6
"""Variables that hold variables are followed so far."""

_PLACEHOLDER = re.compile(
    r"%(?:\((?P<percent_name>\w+)\))?[-#0 +]*\d*(?:\.\d+)?[diouxXeEfFgGcrsa]|\{(?P<brace_name>\w*)[^{}]*\}"
)


def parts_of(node: cst.BaseExpression, unit: Unit, depth: int = DEPTH) -> list[Part]:
    """The parts of a text in their order, with the variables of the enclosing function put in.

    A variable that is assigned several times counts with all that was ever assigned to it before.
    """
    if depth <= 0:
        return [node]
    if isinstance(node, cst.SimpleString):
        return [_literal(node)]
    if isinstance(node, cst.ConcatenatedString):
        return [*parts_of(node.left, unit, depth), *parts_of(node.right, unit, depth)]
    if isinstance(node, cst.FormattedString):
        return list(_parts_of_f_string(node, unit, depth))
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        return [*parts_of(node.left, unit, depth), *parts_of(node.right, unit, depth)]
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Modulo):
        return list(_parts_of_percent(node, unit, depth))
    if isinstance(node, cst.IfExp):
        return [*parts_of(node.body, unit, depth), *parts_of(node.orelse, unit, depth)]
    if isinstance(node, cst.BooleanOperation):
        return [*parts_of(node.left, unit, depth), *parts_of(node.right, unit, depth)]
    if isinstance(node, cst.Await):
        return [node]
    if isinstance(node, cst.Call):
        return _parts_of_call(node, unit, depth)
    if isinstance(node, cst.Name):
        return _parts_of_name(node, unit, depth)
    return [node]


def literal_text(parts: list[Part]) -> str:
    """The text with `?` where a value stands."""
    return "".join(part if isinstance(part, str) else "?" for part in parts)


def values_in(parts: list[Part]) -> list[cst.BaseExpression]:
    """The values that stand between the literal parts."""
    return [part for part in parts if not isinstance(part, str)]


def definitions_of(name: cst.Name, unit: Unit) -> list[cst.BaseExpression]:
    """What the function around `name` assigns to that variable above it, in order; `+=` and `.append` count too."""
    function = unit.enclosing_function(name)
    if function is None:
        return []
    found: list[cst.BaseExpression] = []
    for node in walk(function.body):
        if node is name:
            break
        if isinstance(node, cst.Assign):
            if any(_is_named(target.target, name.value) for target in node.targets):
                if not _is_conditional(node, unit, function):
                    found.clear()
                found.append(node.value)
        elif isinstance(node, (cst.AnnAssign, cst.AugAssign, cst.NamedExpr)) and _is_named(node.target, name.value):
            if node.value is not None:
                found.append(node.value)
        elif isinstance(node, cst.Call) and _adds_to(node, name.value):
            found.extend(argument.value for argument in node.args)
    return [value for value in found if not _holds(value, name)]


def is_only_sometimes_set(name: cst.Name, unit: Unit) -> bool:
    """Whether a variable may still hold what it held at the beginning: a parameter, or nothing."""
    function = unit.enclosing_function(name)
    if function is None:
        return False
    for node in walk(function.body):
        if node is name:
            break
        if isinstance(node, cst.Assign) and any(_is_named(target.target, name.value) for target in node.targets):
            if not _is_conditional(node, unit, function):
                return False
    return True


def _holds(value: cst.CSTNode, name: cst.Name) -> bool:
    """Whether `name` itself stands in what is assigned: `query = query + " LIMIT 1"` on its right side."""
    return any(node is name for node in walk(value))


def _is_conditional(node: cst.CSTNode, unit: Unit, function: cst.FunctionDef) -> bool:
    """Whether the statement may be passed over."""
    holder = unit.parent(node)
    while holder is not None and holder is not function:
        if isinstance(holder, (cst.If, cst.For, cst.While, cst.Try, cst.ExceptHandler, cst.MatchCase, cst.Else)):
            return True
        holder = unit.parent(holder)
    return False


def _is_named(target: cst.CSTNode, name: str) -> bool:
    return isinstance(target, cst.Name) and target.value == name


def _adds_to(call: cst.Call, name: str) -> bool:
    return (
        isinstance(call.func, cst.Attribute)
        and _is_named(call.func.value, name)
        and call.func.attr.value in ("append", "extend", "add", "insert")
    )


def _literal(node: cst.SimpleString) -> str:
    value = node.evaluated_value
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _parts_of_f_string(node: cst.FormattedString, unit: Unit, depth: int) -> Iterator[Part]:
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            yield part.value
        elif isinstance(part, cst.FormattedStringExpression):
            yield from parts_of(part.expression, unit, depth - 1)


def _parts_of_percent(node: cst.BinaryOperation, unit: Unit, depth: int) -> Iterator[Part]:
    template = parts_of(node.left, unit, depth)
    if not any(isinstance(part, str) for part in template):
        yield node
        return
    right = node.right
    if isinstance(right, (cst.Tuple, cst.List)):
        values = {str(index): element.value for index, element in enumerate(right.elements)}
    elif isinstance(right, cst.Dict):
        values = {
            _literal(element.key)
            if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString)
            else str(index): element.value
            for index, element in enumerate(right.elements)
        }
    else:
        values = {"0": right}
    yield from _filled(template, values, unit, depth)


def _filled(
    template: list[Part], value_by_key: dict[str, cst.BaseExpression], unit: Unit, depth: int
) -> Iterator[Part]:
    """The template with its placeholders filled by number or by name; what fits none stands at its end."""
    left = dict(value_by_key)
    number = 0
    for part in template:
        if not isinstance(part, str):
            yield part
            continue
        end = 0
        for placeholder in _PLACEHOLDER.finditer(part):
            yield part[end : placeholder.start()]
            end = placeholder.end()
            key = placeholder["percent_name"] or placeholder["brace_name"] or str(number)
            number += 1
            value = left.pop(key, None)
            yield from parts_of(value, unit, depth - 1) if value is not None else ["?"]
        yield part[end:]
    for value in left.values():
        yield from parts_of(value, unit, depth - 1)


def _parts_of_call(node: cst.Call, unit: Unit, depth: int) -> list[Part]:
    arguments = [argument.value for argument in node.args]
    if isinstance(node.func, cst.Attribute):
        method = node.func.attr.value
        receiver = parts_of(node.func.value, unit, depth)
        is_text = any(isinstance(part, str) for part in receiver)
        if method == "format" and is_text:
            given = {
                argument.keyword.value if argument.keyword else str(index): argument.value
                for index, argument in enumerate(node.args)
            }
            return list(_filled(receiver, given, unit, depth))
        if method == "join" and is_text and len(arguments) == 1:
            return [part for item in _items(arguments[0], unit, depth - 1) for part in (" ", *item)]
        if method in TEXT_METHODS and is_text:
            return receiver
    if unit.resolve(node) in TEXT_FUNCTIONS and len(arguments) == 1:
        inner = parts_of(arguments[0], unit, depth)
        return inner if any(isinstance(part, str) for part in inner) else [node]
    return [node]


def _items(node: cst.BaseExpression, unit: Unit, depth: int) -> list[list[Part]]:
    """What a list of texts holds, also one that is filled in steps."""
    if depth <= 0:
        return [[node]]
    if isinstance(node, (cst.List, cst.Tuple, cst.Set)):
        return [parts_of(element.value, unit, depth) for element in node.elements]
    if isinstance(node, (cst.GeneratorExp, cst.ListComp, cst.SetComp)):
        return [parts_of(node.elt, unit, depth)]
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Multiply):
        return _items(node.left, unit, depth)
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        return [*_items(node.left, unit, depth), *_items(node.right, unit, depth)]
    if isinstance(node, cst.SimpleString):
        return [parts_of(node, unit, depth)]
    if isinstance(node, cst.Name):
        definitions = definitions_of(node, unit)
        if definitions:
            return [item for value in definitions for item in _items(value, unit, depth - 1)]
        return [[node]]
    if isinstance(node, cst.FormattedString):
        return [parts_of(node, unit, depth)]
    return [[node]]


def _parts_of_name(node: cst.Name, unit: Unit, depth: int) -> list[Part]:
    """A variable that was given texts stands for them; any other stands for itself."""
    parts = [part for value in definitions_of(node, unit) for part in parts_of(value, unit, depth - 1)]
    return parts if any(isinstance(part, str) for part in parts) else [node]
