"""What expressions are: one function for each syntax node."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fastapi_guard.project.evaluator.assignments import set_name
from fastapi_guard.project.evaluator.attributes import attribute
from fastapi_guard.project.evaluator.by_type import ByType
from fastapi_guard.project.evaluator.calls import call, call_function, call_method
from fastapi_guard.project.evaluator.comprehensions import comprehension, dict_comprehension
from fastapi_guard.project.evaluator.definitions import make_function
from fastapi_guard.project.evaluator.dispatch import annotation_value, evaluate
from fastapi_guard.project.evaluator.enums import is_enumeration, member
from fastapi_guard.project.evaluator.iteration import item, iterate
from fastapi_guard.project.evaluator.operators import (
    awaited,
    binary,
    compare,
    concatenate,
    default_truth,
    key_of,
    truth,
)
from fastapi_guard.project.evaluator.signals import AnalysedCodeRaises
from fastapi_guard.project.registration import RouteDecorator, RouterMethod
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.values import (
    FALSE,
    NONE,
    TRUE,
    Alias,
    Class,
    Descriptor,
    External,
    Function,
    Instance,
    Item,
    Literal,
    Mapping,
    Member,
    Operation,
    Place,
    Result,
    Sequence,
    Setting,
    Super,
    TypeForm,
    Unknown,
    Value,
    choice,
    constant,
    options_of,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


def _constant(interpreter: Interpreter, node: ast.Constant, scope: Scope) -> Value:
    return Literal(node.value)


def _name(interpreter: Interpreter, node: ast.Name, scope: Scope) -> Value:
    value = scope.names.get(node.id)
    return interpreter.lookup(scope, node.id) if value is None or isinstance(value, Alias) else value


def _attribute(interpreter: Interpreter, node: ast.Attribute, scope: Scope) -> Value:
    return attribute(interpreter, evaluate(interpreter, node.value, scope), node.attr, Place(scope.module, node))


def _call(interpreter: Interpreter, node: ast.Call, scope: Scope) -> Value:
    if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
        return _super(scope)
    callee = evaluate(interpreter, node.func, scope)
    arguments: list[Value] = []
    keywords: dict[str, Value] = {}
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            spread = iterate(interpreter, evaluate(interpreter, argument.value, scope))
            arguments.extend(spread or [])
        else:
            arguments.append(evaluate(interpreter, argument, scope))
    for keyword in node.keywords:
        value = evaluate(interpreter, keyword.value, scope)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
            continue
        for option in _mappings(value):
            keywords.update({str(key): item for key, item in option.items.items()})
            if not option.is_complete:
                keywords.setdefault("**", Unknown("keyword arguments that are not known"))
        if not _mappings(value):
            keywords.setdefault("**", value)
    return call(interpreter, callee, tuple(arguments), keywords, Place(scope.module, node), scope)


def _mappings(value: Value) -> list[Mapping]:
    return [option for option in options_of(value) if isinstance(option, Mapping)]


def _super(scope: Scope) -> Value:
    holder: Scope | None = scope
    while holder is not None:
        if isinstance(holder.function, Function) and holder.function.owner is not None:
            first = next(iter(_positional(holder.function)), None)
            receiver = holder.names.get(first) if first else None
            if receiver is not None:
                return Super(holder.function.owner, receiver)
        holder = holder.parent
    return Unknown("super() outside of a method")


def _positional(function: Function) -> list[str]:
    arguments = function.definition.args
    return [parameter.arg for parameter in [*arguments.posonlyargs, *arguments.args]]


def _sequence(kind: str) -> Callable[[Interpreter, Any, Scope], Value]:
    def handler(interpreter: Interpreter, node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> Value:
        items: list[Value] = []
        is_complete = True
        for element in node.elts:
            if isinstance(element, ast.Starred):
                spread = iterate(interpreter, evaluate(interpreter, element.value, scope))
                is_complete = is_complete and spread is not None
                items.extend(spread or [])
            else:
                items.append(evaluate(interpreter, element, scope))
        return Sequence(kind, items, is_complete)

    return handler


def _dict(interpreter: Interpreter, node: ast.Dict, scope: Scope) -> Value:
    mapping = Mapping({})
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = evaluate(interpreter, value_node, scope)
        if key_node is None:
            if isinstance(value, Mapping):
                mapping.items.update(value.items)
                mapping.is_complete = mapping.is_complete and value.is_complete
            else:
                mapping.is_complete = False
            continue
        key = evaluate(interpreter, key_node, scope)
        hashable = key_of(key)
        if hashable is None:
            mapping.is_complete = False
        else:
            mapping.items[hashable[0]] = value
    return mapping


def _joined_string(interpreter: Interpreter, node: ast.JoinedStr, scope: Scope) -> Value:
    parts: list[Value] = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            value = evaluate(interpreter, part.value, scope)
            parts.append(value)
        else:
            parts.append(evaluate(interpreter, part, scope))
    return concatenate(parts, Place(scope.module, node))


def _binary(interpreter: Interpreter, node: ast.BinOp, scope: Scope) -> Value:
    left = evaluate(interpreter, node.left, scope)
    right = evaluate(interpreter, node.right, scope)
    return binary(interpreter, node.op, left, right, Place(scope.module, node))


def _boolean(interpreter: Interpreter, node: ast.BoolOp, scope: Scope) -> Value:
    is_and = isinstance(node.op, ast.And)
    last = node.values[-1]
    operands: list[Value] = []
    for operand in node.values:
        value = _attempt(interpreter, operand, scope) if operands else evaluate(interpreter, operand, scope)
        if operand is not last:
            interpreter.note_test(value)
        decided = truth(value)
        if isinstance(value, Setting) and operand is not last and not operands:
            default = truth(value.default)
            if default is is_and:
                rest = ast.copy_location(ast.BoolOp(node.op, node.values[node.values.index(operand) + 1 :]), node)
                other = evaluate(interpreter, rest.values[0] if len(rest.values) == 1 else rest, scope)
                return other if isinstance(other, Setting) else Setting(other, value.name)
            if default is not None:
                return value
        if decided is (not is_and):
            operands.append(value)
            break
        if decided is None or operand is last:
            operands.append(value)
    if len(operands) == 1:
        return operands[0]
    if not operands:
        return TRUE if is_and else FALSE
    is_test = isinstance(operands[-1], Literal) and operands[-1].value is True  # `unknown or path == "/"`
    if (
        not is_and
        and not is_test
        and all(truth(value) is not None or not isinstance(value, (Operation, Unknown)) for value in operands)
    ):
        return choice(operands)
    return Operation("and" if is_and else "or", tuple(operands), Place(scope.module, node))


def _unary(interpreter: Interpreter, node: ast.UnaryOp, scope: Scope) -> Value:
    value = evaluate(interpreter, node.operand, scope)
    if isinstance(node.op, ast.Invert) and isinstance(value, Instance) and value.cls.lookup("__invert__"):
        return call_method(interpreter, value, "__invert__", (), {}, Place(scope.module, node))
    if isinstance(node.op, ast.Not):
        interpreter.note_test(value)
        decided = truth(value)
        if decided is not None:
            return FALSE if decided else TRUE
        return Operation("not", (value,), Place(scope.module, node))
    known = constant(value)
    if isinstance(node.op, ast.USub) and isinstance(known, (int, float)):
        return Literal(-known)
    return Operation(type(node.op).__name__, (value,), Place(scope.module, node))


def _compare(interpreter: Interpreter, node: ast.Compare, scope: Scope) -> Value:
    left = evaluate(interpreter, node.left, scope)
    results: list[Value] = []
    place = Place(scope.module, node)
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = evaluate(interpreter, right_node, scope)
        result = compare(op, left, right, place)
        if interpreter.trace is not None and isinstance(result, Operation):
            interpreter.trace.compares.append(result)
        results.append(result)
        left = right
    if len(results) == 1:
        return results[0]
    decided = [truth(result) for result in results]
    if False in decided:
        return FALSE
    return Operation("and", tuple(results), place) if None in decided else TRUE


def _conditional(interpreter: Interpreter, node: ast.IfExp, scope: Scope) -> Value:
    test = evaluate(interpreter, node.test, scope)
    interpreter.note_test(test)
    decided = truth(test)
    if decided is True:
        return evaluate(interpreter, node.body, scope)
    if decided is False:
        return evaluate(interpreter, node.orelse, scope)
    by_default = default_truth(evaluate(interpreter, node.test, scope))
    branches = [node.body, node.orelse] if by_default is None or by_default[0] else [node.orelse, node.body]
    return choice([_attempt(interpreter, branch, scope) for branch in branches], by_default[1] if by_default else "")


def _attempt(interpreter: Interpreter, node: ast.expr, scope: Scope) -> Value:
    """An operand that may not be evaluated at all: that it raises says nothing about the whole."""
    try:
        return evaluate(interpreter, node, scope)
    except AnalysedCodeRaises:
        return Unknown("an operand that raises", Place(scope.module, node))


def _subscript(interpreter: Interpreter, node: ast.Subscript, scope: Scope) -> Value:
    receiver = evaluate(interpreter, node.value, scope)
    if isinstance(receiver, Class) and is_enumeration(receiver):
        name = constant(evaluate(interpreter, node.slice, scope))
        return (member(interpreter, receiver, name) if isinstance(name, str) else None) or Unknown("some member")
    if isinstance(receiver, Class) and (found := receiver.lookup("__class_getitem__")) is not None:
        return _class_item(interpreter, receiver, found[0], evaluate(interpreter, node.slice, scope))
    if isinstance(receiver, (External, Class, TypeForm)) and not _is_data(receiver):
        elements = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if isinstance(receiver, External) and receiver.name.endswith(".Literal"):
            return TypeForm(receiver, tuple(evaluate(interpreter, element, scope) for element in elements))
        arguments = tuple(_type_argument(interpreter, element, scope) for element in elements)
        if isinstance(receiver, TypeForm) and is_annotated(
            receiver
        ):  # an alias `Annotated[T, Depends(f)]`, parametrised
            return TypeForm(receiver.origin, (arguments[0], *receiver.arguments[1:]))
        return TypeForm(receiver, arguments)
    if isinstance(node.slice, ast.Slice):
        return _slice(interpreter, receiver, node.slice, scope)
    return item(interpreter, receiver, evaluate(interpreter, node.slice, scope))


def _class_item(interpreter: Interpreter, cls: Class, raw: Value, key: Value) -> Value:
    """`Class[key]`, where the class says itself what that is."""
    value = interpreter.settle(raw)
    function = value.function if isinstance(value, Descriptor) else value
    if not isinstance(function, Function):
        return TypeForm(cls, (key,))
    return call_function(interpreter, function, (cls, key), {})


def is_annotated(kind: TypeForm) -> bool:
    """Whether a subscripted type is `Annotated[...]`."""
    return isinstance(kind.origin, External) and kind.origin.name.rpartition(".")[2] == "Annotated"


def _is_data(receiver: Value) -> bool:
    """`os.environ[...]` and the like are looked up, not parametrised."""
    return isinstance(receiver, External) and receiver.name in ("os.environ", "sys.modules")


def _type_argument(interpreter: Interpreter, node: ast.expr, scope: Scope) -> Value:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return annotation_value(interpreter, node, scope)
    if isinstance(node, ast.Starred):
        return evaluate(interpreter, node.value, scope)
    return evaluate(interpreter, node, scope)


def _slice(interpreter: Interpreter, receiver: Value, node: ast.Slice, scope: Scope) -> Value:
    parts = [part for part in (node.lower, node.upper, node.step) if part is not None]
    known_bounds = [constant(evaluate(interpreter, part, scope)) for part in parts]
    if all(isinstance(bound, int) for bound in known_bounds):
        bounds = iter(bound for bound in known_bounds if isinstance(bound, int))
        low, high, step = (None if part is None else next(bounds) for part in (node.lower, node.upper, node.step))
        cut = slice(low, high, step)
        if isinstance(receiver, Sequence):
            return Sequence(receiver.kind, receiver.items[cut], receiver.is_complete)
        known = constant(receiver)
        if isinstance(known, (str, bytes)):
            return Literal(known[cut])
    return Item(receiver, Unknown("a slice"))


def _lambda(interpreter: Interpreter, node: ast.Lambda, scope: Scope) -> Value:
    return make_function(interpreter, node, scope)


def _await(interpreter: Interpreter, node: ast.Await, scope: Scope) -> Value:
    return awaited(evaluate(interpreter, node.value, scope))


def _yield(interpreter: Interpreter, node: ast.Yield | ast.YieldFrom, scope: Scope) -> Value:
    value = NONE if node.value is None else evaluate(interpreter, node.value, scope)
    holder: Scope | None = scope
    while holder is not None and holder.kind != "function":
        holder = holder.parent
    if holder is not None:
        items = iterate(interpreter, value) if isinstance(node, ast.YieldFrom) else [value]
        holder.yielded.extend(items if items is not None else [Unknown("items of a generator")])
    return Unknown("what a generator is sent")


def _named(interpreter: Interpreter, node: ast.NamedExpr, scope: Scope) -> Value:
    value = evaluate(interpreter, node.value, scope)
    set_name(scope, node.target.id, value)
    return value


def _starred(interpreter: Interpreter, node: ast.Starred, scope: Scope) -> Value:
    return evaluate(interpreter, node.value, scope)


def _not_evaluated(interpreter: Interpreter, node: ast.expr, scope: Scope) -> Value:
    return Unknown(f"{type(node).__name__} is not evaluated", Place(scope.module, node))


EXPRESSIONS: ByType[Callable[[Interpreter, Any, Scope], Value]] = ByType(
    {
        object: _not_evaluated,
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Call: _call,
        ast.List: _sequence("list"),
        ast.Tuple: _sequence("tuple"),
        ast.Set: _sequence("set"),
        ast.Dict: _dict,
        ast.JoinedStr: _joined_string,
        ast.BinOp: _binary,
        ast.BoolOp: _boolean,
        ast.UnaryOp: _unary,
        ast.Compare: _compare,
        ast.IfExp: _conditional,
        ast.Subscript: _subscript,
        ast.Lambda: _lambda,
        ast.Await: _await,
        ast.Yield: _yield,
        ast.YieldFrom: _yield,
        ast.NamedExpr: _named,
        ast.ListComp: comprehension("list"),
        ast.SetComp: comprehension("set"),
        ast.GeneratorExp: comprehension("list"),
        ast.DictComp: dict_comprehension,
        ast.Starred: _starred,
    }
)


__all__ = [
    "Member",
    "Result",
    "RouteDecorator",
    "RouterMethod",
    "annotation_value",
    "awaited",
    "evaluate",
    "item",
    "iterate",
    "truth",
]
