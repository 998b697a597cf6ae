"""Operators on values: arithmetic on constants, comparisons, and whether a value is true."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fastapi_guard.project.evaluator.by_type import ByType
from fastapi_guard.project.evaluator.files import FilePath, joined
from fastapi_guard.project.registration import Router
from fastapi_guard.project.values import (
    FALSE,
    TRUE,
    BoundMethod,
    Choice,
    Class,
    Coroutine,
    External,
    Function,
    Instance,
    Literal,
    Mapping,
    Module,
    Operation,
    Partial,
    Place,
    Sequence,
    Setting,
    TypeForm,
    Unknown,
    Value,
    choice,
    constant,
    is_none,
    is_same,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


def key_of(value: Value) -> tuple[object] | None:
    """The Python key that a value makes in a dict, wrapped in a tuple; None when it is not known."""
    if isinstance(value, Literal):
        return (value.value,)
    if isinstance(value, Setting):
        return key_of(value.default)
    if isinstance(value, (External, Class, Function, Instance, Router)):
        return (value.name if isinstance(value, External) else value,)
    if isinstance(value, Sequence) and value.kind == "tuple":
        keys = [key_of(item) for item in value.items]
        if all(key is not None for key in keys):
            return (tuple(key[0] for key in keys if key is not None),)
    return None


def concatenate(parts: list[Value], place: Place) -> Value:
    """Text made of parts: a constant when all are, with settings taken by default."""
    texts: list[str] = []
    setting = ""
    for part in parts:
        if isinstance(part, Setting):
            setting = part.name
        known = constant(part)
        if known is None:
            return Operation("text", tuple(parts), place)
        texts.append(str(known))
    text = Literal("".join(texts))
    return Setting(text, setting) if setting else text


BINARY: dict[type, Callable[[Any, Any], object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Mod: operator.mod,
    ast.FloorDiv: operator.floordiv,
    ast.BitOr: operator.or_,
}


def binary(interpreter: Interpreter, op: ast.operator, left: Value, right: Value, place: Place) -> Value:
    """`left op right`."""
    if isinstance(left, Instance) and type(op) in METHODS and left.cls.lookup(METHODS[type(op)]) is not None:
        from fastapi_guard.project.evaluator.calls import call_method

        return call_method(interpreter, left, METHODS[type(op)], (right,), {}, place)
    if isinstance(op, ast.Div) and isinstance(left, FilePath):
        return joined(left, right)
    if isinstance(op, ast.BitOr) and (_is_type(left) or _is_type(right)):
        return TypeForm(External("typing.Union"), (left, right))
    if isinstance(op, ast.BitOr) and isinstance(left, Mapping) and isinstance(right, Mapping):
        return Mapping({**left.items, **right.items}, left.is_complete and right.is_complete)
    if type(op) in SETS and isinstance(left, Sequence) and isinstance(right, Sequence):
        return combine(SETS[type(op)], left, right)
    if isinstance(op, ast.Add) and isinstance(left, Sequence) and isinstance(right, Sequence):
        return Sequence(left.kind, [*left.items, *right.items], left.is_complete and right.is_complete)
    if isinstance(op, ast.Add) and (isinstance(left, Sequence) or isinstance(right, Sequence)):
        known = left if isinstance(left, Sequence) else right
        assert isinstance(known, Sequence)
        return Sequence(known.kind, list(known.items), False)
    if isinstance(op, ast.Mod) and isinstance(constant(left), str):
        arguments = right.items if isinstance(right, Sequence) else [right]
        return _printf(str(constant(left)), list(arguments), place)
    one, other = constant(left), constant(right)
    if one is not None and other is not None and type(op) in BINARY:
        try:
            if (
                isinstance(op, ast.Mult)
                and isinstance(other, int)
                and isinstance(one, (str, bytes))
                and other * len(one) > 10_000
            ):
                return Unknown("a very long text", place)
            result: Value = Literal(BINARY[type(op)](one, other))
        except (TypeError, ValueError, ArithmeticError):
            return Unknown("an operation that fails", place)
        name = next((side.name for side in (left, right) if isinstance(side, Setting)), "")
        return Setting(result, name) if name else result
    if isinstance(op, ast.Add) and (isinstance(one, str) or isinstance(other, str)):
        return Operation("text", (left, right), place)
    return Operation(type(op).__name__, (left, right), place)


METHODS: dict[type, str] = {
    ast.Add: "__add__", ast.BitAnd: "__and__", ast.BitOr: "__or__", ast.Mod: "__mod__", ast.RShift: "__rshift__",
    ast.Sub: "__sub__", ast.Div: "__truediv__",
}  # fmt: skip
"""Operators that a class defines for its objects."""

SETS: dict[type, str] = {
    ast.BitAnd: "intersection", ast.BitOr: "union", ast.BitXor: "symmetric_difference", ast.Sub: "difference",
}  # fmt: skip


def combine(operation: str, one: Sequence, other: Sequence) -> Sequence:
    """A set made of two; complete where it is known of each item whether it is in both."""
    only_one = [item for item in one.items if not _holds(other, item)]
    only_other = [item for item in other.items if not _holds(one, item)]
    both = [item for item in one.items if _holds(other, item)]
    items = {
        "difference": only_one,
        "intersection": both,
        "symmetric_difference": [*only_one, *only_other],
        "union": [*one.items, *only_other],
    }[operation]
    is_complete = one.is_complete and other.is_complete
    return Sequence("set", items, is_complete)


def _holds(sequence: Sequence, item: Value) -> bool:
    return any(is_same(item, other) for other in sequence.items)


def _printf(template: str, arguments: list[Value], place: Place) -> Value:
    values = [constant(argument) for argument in arguments]
    if any(value is None for value in values):
        return Operation("text", (Literal(template), *arguments), place)
    try:
        return Literal(template % tuple(values))
    except (TypeError, ValueError):
        return Unknown("a format that fails", place)


def _is_type(value: Value) -> bool:
    return (
        isinstance(value, (Class, TypeForm))
        or is_none(value)
        or (isinstance(value, External) and _looks_like_class(value.name))
    )


def _looks_like_class(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last[:1].isupper() or name in (
        "builtins.str",
        "builtins.int",
        "builtins.bool",
        "builtins.float",
        "builtins.dict",
        "builtins.list",
        "builtins.bytes",
        "builtins.tuple",
        "builtins.set",
        "builtins.object",
    )


COMPARISONS: dict[type, tuple[str, Callable[[Any, Any], bool]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Is: ("is", operator.is_),
    ast.IsNot: ("is not", operator.is_not),
    ast.In: ("in", lambda one, other: one in other),
    ast.NotIn: ("not in", lambda one, other: one not in other),
}


def compare(op: ast.cmpop, left: Value, right: Value, place: Place) -> Value:
    """`left op right`, decided only where both sides are constants that configuration cannot change."""
    name, function = COMPARISONS[type(op)]
    if isinstance(op, (ast.Is, ast.IsNot)) and (is_none(left) or is_none(right)):
        other = right if is_none(left) else left
        if is_none(other):
            return TRUE if isinstance(op, ast.Is) else FALSE
        is_object = isinstance(other, Instance) and not other.is_abstract  # an annotated parameter may hold None
        if is_object or isinstance(other, (Literal, Function, Class, Sequence, Mapping, Router, BoundMethod, Partial)):
            return FALSE if isinstance(op, ast.Is) else TRUE
        return Operation(name, (left, right), place)
    if isinstance(op, (ast.In, ast.NotIn)) and isinstance(left, OBJECTS) and isinstance(right, Sequence):
        is_in = any(is_same_object(left, item) for item in right.items)
        if is_in or (right.is_complete and all(isinstance(item, (*OBJECTS, Literal)) for item in right.items)):
            return TRUE if is_in is isinstance(op, ast.In) else FALSE
    if isinstance(op, (ast.Is, ast.Eq, ast.IsNot, ast.NotEq)) and isinstance(left, OBJECTS):
        if is_same_object(left, right):
            return TRUE if isinstance(op, (ast.Is, ast.Eq)) else FALSE
        if isinstance(right, (*OBJECTS, Literal)) and not isinstance(left, Instance):
            return FALSE if isinstance(op, (ast.Is, ast.Eq)) else TRUE
    one = _plain(left)
    other_key = _plain(right) if one is not None else None
    if one is not None and other_key is not None:
        try:
            return TRUE if function(one[0], other_key[0]) else FALSE
        except TypeError:
            return Unknown("a comparison that fails", place)
    return Operation(name, (left, right), place)


OBJECTS = (Function, Class, Router, Module, Instance)
"""Values that are compared by what they are."""


def is_same_object(one: Value, other: Value) -> bool:
    """Whether two values certainly are one object; a function with and without its decorators is one."""
    if isinstance(one, Function) and isinstance(other, Function):
        return one.definition is other.definition and one.scope is other.scope
    if isinstance(one, Module) and isinstance(other, Module):
        return one.scope is other.scope
    return one is other


MOST_COMPARED = 2_000
"""How many items a constant may hold, with those inside it, to be compared."""


def _plain(value: Value) -> tuple[Any] | None:
    """The Python value of a constant, a complete list or the keys of a complete dict; lists can hold themselves."""
    if isinstance(value, Literal):
        return (value.value,)
    if not isinstance(value, (Sequence, Mapping)):
        return None
    try:
        return (_plain_value(value, [MOST_COMPARED]),)
    except _NotPlain:
        return None


class _NotPlain(Exception):
    """A value that is not a constant, or is too large a one."""


def _plain_value(value: Value, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0:
        raise _NotPlain
    if isinstance(value, Literal):
        return value.value
    if isinstance(value, Sequence) and value.is_complete:
        return tuple([_plain_value(item, left) for item in value.items])
    if isinstance(value, Mapping) and value.is_complete:
        return tuple(value.items)
    raise _NotPlain


def truth(value: Value) -> bool | None:
    """Whether a value is true; None when it depends on something that is not known, such as a setting."""
    return TRUTHS[type(value)](value)


def _untold(value: Value) -> bool | None:
    return None


def _always(value: Value) -> bool | None:
    return True


def _truth_of_literal(value: Literal) -> bool | None:
    return bool(value.value)


def _truth_of_items(value: Sequence | Mapping) -> bool | None:
    if value.items:
        return True
    return False if value.is_complete else None


def _truth_of_instance(value: Instance) -> bool | None:
    return None if value.is_abstract or value.cls.lookup("__bool__") or value.cls.lookup("__len__") else True


def _truth_of_choice(value: Choice) -> bool | None:
    decided = {truth(option) for option in value.options}
    return decided.pop() if len(decided) == 1 else None


def _truth_of_operation(value: Operation) -> bool | None:
    if value.operator not in ("and", "or"):
        return None
    decisive = value.operator == "or"
    for operand in value.operands:
        if truth(operand) is decisive:
            return decisive
    return None


TRUTHS: ByType[Callable[[Any], bool | None]] = ByType(
    {
        object: _untold,
        BoundMethod: _always,
        Choice: _truth_of_choice,
        Class: _always,
        Function: _always,
        Instance: _truth_of_instance,
        Literal: _truth_of_literal,
        Mapping: _truth_of_items,
        Module: _always,
        Operation: _truth_of_operation,
        Partial: _always,
        Router: _always,
        Sequence: _truth_of_items,
        TypeForm: _always,
    }
)


def default_truth(value: Value) -> tuple[bool, str] | None:
    """Whether a value is true when every setting has its default, and the name of a setting that it depends on."""
    if not _depends_on_setting(value):
        return None
    names: list[str] = []
    decided = truth(_defaulted(value, names))
    return (decided, names[0]) if decided is not None and names else None


def _depends_on_setting(value: Value) -> bool:
    if isinstance(value, Operation):
        return any(map(_depends_on_setting, value.operands))
    return isinstance(value, Setting) or (isinstance(value, Choice) and value.setting != "")


SYMBOLS = {name: op for op, (name, _) in COMPARISONS.items()}


def _defaulted(value: Value, names: list[str]) -> Value:
    if isinstance(value, Setting):
        names.append(value.name)
        return _defaulted(value.default, names)
    if isinstance(value, Choice) and value.setting:
        names.append(value.setting)
        return _defaulted(value.options[0], names)
    if not isinstance(value, Operation):
        return value
    operands = [_defaulted(operand, names) for operand in value.operands]
    if value.operator in SYMBOLS and len(operands) == 2 and value.place is not None:
        return compare(SYMBOLS[value.operator](), operands[0], operands[1], value.place)
    decided = [truth(operand) for operand in operands]
    if value.operator == "not" and decided[0] is not None:
        return FALSE if decided[0] else TRUE
    if value.operator == "bool" and decided[0] is not None:
        return TRUE if decided[0] else FALSE
    if value.operator == "and":
        return FALSE if False in decided else (TRUE if None not in decided else value)
    if value.operator == "or":
        return TRUE if True in decided else (FALSE if None not in decided else value)
    return value


def awaited(value: Value) -> Value:
    """What `await value` gives."""
    if isinstance(value, Coroutine):
        return value.result
    if isinstance(value, Choice):
        return choice([awaited(option) for option in value.options])
    return value
