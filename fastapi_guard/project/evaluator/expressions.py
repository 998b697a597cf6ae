"""What expressions are: one function for each syntax node, and the few operators that paths and tables need."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fastapi_guard.project.evaluator.signals import AnalysedCodeRaises
from fastapi_guard.project.registration import RouteDecorator, Router, RouterMethod
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.values import (
    FALSE,
    NONE,
    TRUE,
    BoundMethod,
    Choice,
    Class,
    Coroutine,
    External,
    Function,
    Generator,
    Instance,
    Item,
    Literal,
    Mapping,
    Member,
    Module,
    Operation,
    Partial,
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
    is_none,
)

if TYPE_CHECKING:
    from fastapi_guard.project.evaluator.interpreter import Interpreter


def evaluate(interpreter: Interpreter, node: ast.expr, scope: Scope) -> Value:
    """What an expression is in a scope; never raises because of the analysed code."""
    interpreter.step()
    handler = EXPRESSIONS.get(type(node))
    if handler is None:
        return Unknown(f"{type(node).__name__} is not evaluated", Place(scope.module, node))
    return handler(interpreter, node, scope)


def _constant(interpreter: Interpreter, node: ast.Constant, scope: Scope) -> Value:
    return Literal(node.value)


def _name(interpreter: Interpreter, node: ast.Name, scope: Scope) -> Value:
    return interpreter.lookup(scope, node.id)


def _attribute(interpreter: Interpreter, node: ast.Attribute, scope: Scope) -> Value:
    from fastapi_guard.project.evaluator.attributes import attribute

    return attribute(interpreter, evaluate(interpreter, node.value, scope), node.attr, Place(scope.module, node))


def _call(interpreter: Interpreter, node: ast.Call, scope: Scope) -> Value:
    from fastapi_guard.project.evaluator.calls import call

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
    from fastapi_guard.project.values import options_of

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


def _joined_string(interpreter: Interpreter, node: ast.JoinedStr, scope: Scope) -> Value:
    parts: list[Value] = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            value = evaluate(interpreter, part.value, scope)
            parts.append(value)
        else:
            parts.append(evaluate(interpreter, part, scope))
    return concatenate(parts, Place(scope.module, node))


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


def _binary(interpreter: Interpreter, node: ast.BinOp, scope: Scope) -> Value:
    left = evaluate(interpreter, node.left, scope)
    right = evaluate(interpreter, node.right, scope)
    return binary(interpreter, node.op, left, right, Place(scope.module, node))


def binary(interpreter: Interpreter, op: ast.operator, left: Value, right: Value, place: Place) -> Value:
    """`left op right`."""
    if isinstance(op, ast.BitOr) and (_is_type(left) or _is_type(right)):
        return TypeForm(External("typing.Union"), (left, right))
    if isinstance(op, ast.BitOr) and isinstance(left, Mapping) and isinstance(right, Mapping):
        return Mapping({**left.items, **right.items}, left.is_complete and right.is_complete)
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
            if isinstance(op, ast.Mult) and isinstance(other, int) and isinstance(one, (str, bytes)) and other * len(one) > 10_000:
                return Unknown("a very long text", place)
            result: Value = Literal(BINARY[type(op)](one, other))
        except (TypeError, ValueError, ArithmeticError):
            return Unknown("an operation that fails", place)
        name = next((side.name for side in (left, right) if isinstance(side, Setting)), "")
        return Setting(result, name) if name else result
    if isinstance(op, ast.Add) and (isinstance(one, str) or isinstance(other, str)):
        return Operation("text", (left, right), place)
    return Operation(type(op).__name__, (left, right), place)


def _printf(template: str, arguments: list[Value], place: Place) -> Value:
    values = [constant(argument) for argument in arguments]
    if any(value is None for value in values):
        return Operation("text", (Literal(template), *arguments), place)
    try:
        return Literal(template % tuple(values))
    except (TypeError, ValueError):
        return Unknown("a format that fails", place)


def _is_type(value: Value) -> bool:
    return isinstance(value, (Class, TypeForm)) or is_none(value) or (isinstance(value, External) and _looks_like_class(value.name))


def _looks_like_class(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last[:1].isupper() or name in ("builtins.str", "builtins.int", "builtins.bool", "builtins.float", "builtins.dict", "builtins.list", "builtins.bytes", "builtins.tuple", "builtins.set", "builtins.object")


def _boolean(interpreter: Interpreter, node: ast.BoolOp, scope: Scope) -> Value:
    is_and = isinstance(node.op, ast.And)
    operands: list[Value] = []
    for operand in node.values:
        value = _attempt(interpreter, operand, scope) if operands else evaluate(interpreter, operand, scope)
        decided = truth(value)
        if isinstance(value, Setting) and operand is not node.values[-1] and not operands:
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
        if decided is None or operand is node.values[-1]:
            operands.append(value)
    if len(operands) == 1:
        return operands[0]
    if not operands:
        return TRUE if is_and else FALSE
    if not is_and and all(truth(value) is not None or not isinstance(value, (Operation, Unknown)) for value in operands):
        return choice(operands)
    return Operation("and" if is_and else "or", tuple(operands), Place(scope.module, node))


def _unary(interpreter: Interpreter, node: ast.UnaryOp, scope: Scope) -> Value:
    value = evaluate(interpreter, node.operand, scope)
    if isinstance(node.op, ast.Not):
        decided = truth(value)
        if decided is not None:
            return FALSE if decided else TRUE
        return Operation("not", (value,), Place(scope.module, node))
    known = constant(value)
    if isinstance(node.op, ast.USub) and isinstance(known, (int, float)):
        return Literal(-known)
    return Operation(type(node.op).__name__, (value,), Place(scope.module, node))


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


def _compare(interpreter: Interpreter, node: ast.Compare, scope: Scope) -> Value:
    left = evaluate(interpreter, node.left, scope)
    results: list[Value] = []
    place = Place(scope.module, node)
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = evaluate(interpreter, right_node, scope)
        results.append(compare(op, left, right, place))
        if interpreter.trace is not None and isinstance(results[-1], Operation):
            interpreter.note("compare", results[-1], place)
        left = right
    if len(results) == 1:
        return results[0]
    if all(truth(result) is True for result in results):
        return TRUE
    if any(truth(result) is False for result in results):
        return FALSE
    return Operation("and", tuple(results), Place(scope.module, node))


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
    one, other_key = _plain(left), _plain(right)
    if one is not None and other_key is not None:
        try:
            return TRUE if function(one[0], other_key[0]) else FALSE
        except TypeError:
            return Unknown("a comparison that fails", place)
    return Operation(name, (left, right), place)


def _plain(value: Value) -> tuple[Any] | None:
    """The Python value of a constant, a complete list or the keys of a complete dict."""
    if isinstance(value, Literal):
        return (value.value,)
    if isinstance(value, Sequence) and value.is_complete:
        items = [_plain(item) for item in value.items]
        if all(item is not None for item in items):
            return (tuple(item[0] for item in items if item is not None),)
    if isinstance(value, Mapping) and value.is_complete:
        return (tuple(value.items),)
    return None


def truth(value: Value) -> bool | None:
    """Whether a value is true; None when it depends on something that is not known, such as a setting."""
    if isinstance(value, Literal):
        return bool(value.value)
    if isinstance(value, (Sequence, Mapping)):
        if value.items:
            return True
        return False if value.is_complete else None
    if isinstance(value, Instance):
        return None if value.is_abstract or value.cls.lookup("__bool__") or value.cls.lookup("__len__") else True
    if isinstance(value, (Function, Class, Router, Module, BoundMethod, Partial, TypeForm)):
        return True
    if isinstance(value, Choice):
        decided = {truth(option) for option in value.options}
        return decided.pop() if len(decided) == 1 else None
    return None


def default_truth(value: Value) -> tuple[bool, str] | None:
    """Whether a value is true when every setting has its default, and the name of a setting that it depends on."""
    names: list[str] = []
    decided = truth(_defaulted(value, names))
    return (decided, names[0]) if decided is not None and names else None


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


def _conditional(interpreter: Interpreter, node: ast.IfExp, scope: Scope) -> Value:
    decided = truth(evaluate(interpreter, node.test, scope))
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
    if isinstance(receiver, (External, Class, TypeForm)) and not _is_data(receiver):
        elements = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if isinstance(receiver, External) and receiver.name.endswith(".Literal"):
            return TypeForm(receiver, tuple(evaluate(interpreter, element, scope) for element in elements))
        return TypeForm(receiver, tuple(_type_argument(interpreter, element, scope) for element in elements))
    if isinstance(node.slice, ast.Slice):
        return _slice(interpreter, receiver, node.slice, scope)
    return item(interpreter, receiver, evaluate(interpreter, node.slice, scope))


def _is_data(receiver: Value) -> bool:
    """`os.environ[...]` and the like are looked up, not parametrised."""
    return isinstance(receiver, External) and receiver.name == "os.environ"


def _type_argument(interpreter: Interpreter, node: ast.expr, scope: Scope) -> Value:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return annotation_value(interpreter, node, scope)
    if isinstance(node, ast.Starred):
        return evaluate(interpreter, node.value, scope)
    return evaluate(interpreter, node, scope)


def annotation_value(interpreter: Interpreter, node: ast.expr, scope: Scope) -> Value:
    """What an annotation means; text is read as the expression that it spells."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            parsed = ast.parse(node.value.strip(), mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return Unknown("an annotation that is not an expression", Place(scope.module, node))
        for child in ast.walk(parsed):
            ast.copy_location(child, node)
        return annotation_value(interpreter, parsed, scope)
    return evaluate(interpreter, node, scope)


def item(interpreter: Interpreter, receiver: Value, key: Value) -> Value:
    """`receiver[key]`."""
    if isinstance(receiver, Choice):
        return choice([item(interpreter, option, key) for option in receiver.options])
    if isinstance(receiver, External) and receiver.name == "os.environ":
        return Setting(Unknown(f"environment variable {constant(key)}"), f"environment variable {constant(key)}")
    if isinstance(receiver, Mapping):
        hashable = key_of(key)
        if hashable is not None and hashable[0] in receiver.items:
            return receiver.items[hashable[0]]
        return choice(list(receiver.items.values())) if receiver.items and hashable is None else Item(receiver, key)
    index = constant(key)
    if isinstance(receiver, Sequence) and isinstance(index, int) and -len(receiver.items) <= index < len(receiver.items):
        return receiver.items[index]
    if interpreter.trace is not None and isinstance(receiver, Member) and receiver.name in KEYED_READS:
        interpreter.note("read", Item(receiver, key), None)
    if isinstance(receiver, Instance) and receiver.cls.lookup("__getitem__"):
        from fastapi_guard.project.evaluator.calls import call_method

        return call_method(interpreter, receiver, "__getitem__", (key,), {}, receiver.place)
    return Item(receiver, key)


KEYED_READS = frozenset({"headers", "cookies", "query_params"})
"""Mappings of a request whose keys tell what is read."""


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
    from fastapi_guard.project.evaluator.statements import make_function

    return make_function(interpreter, node, scope)


def _await(interpreter: Interpreter, node: ast.Await, scope: Scope) -> Value:
    return awaited(evaluate(interpreter, node.value, scope))


def awaited(value: Value) -> Value:
    """What `await value` gives."""
    if isinstance(value, Coroutine):
        return value.result
    if isinstance(value, Choice):
        return choice([awaited(option) for option in value.options])
    return value


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
    from fastapi_guard.project.evaluator.statements import set_name

    value = evaluate(interpreter, node.value, scope)
    set_name(scope, node.target.id, value)
    return value


def _comprehension(kind: str) -> Callable[[Interpreter, Any, Scope], Value]:
    def handler(interpreter: Interpreter, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> Value:
        items: list[Value] = []
        inner = Scope(scope.module, {}, parent=_comprehension_parent(scope), function=scope.function)
        is_complete = _generate(
            interpreter, node.generators, inner, lambda: items.append(evaluate(interpreter, node.elt, inner)), scope
        )
        return Sequence(kind, items, is_complete)

    return handler


def _comprehension_parent(scope: Scope) -> Scope | None:
    return None if scope.kind == "module" else scope


def _dict_comprehension(interpreter: Interpreter, node: ast.DictComp, scope: Scope) -> Value:
    mapping = Mapping({})
    inner = Scope(scope.module, {}, parent=_comprehension_parent(scope), function=scope.function)

    def add() -> None:
        key = key_of(evaluate(interpreter, node.key, inner))
        value = evaluate(interpreter, node.value, inner)
        if key is None:
            mapping.is_complete = False
        else:
            mapping.items[key[0]] = value

    mapping.is_complete = _generate(interpreter, node.generators, inner, add, scope) and mapping.is_complete
    return mapping


def _generate(
    interpreter: Interpreter, generators: list[ast.comprehension], inner: Scope, emit: Callable[[], None], outer: Scope
) -> bool:
    """Run the loops of a comprehension; False when what they give is not known completely."""
    from fastapi_guard.project.evaluator.statements import MOST_ITERATIONS, bind

    if not generators:
        emit()
        return True
    first, rest = generators[0], generators[1:]
    iterable = evaluate(interpreter, first.iter, inner)
    items = iterate(interpreter, iterable)
    is_complete = items is not None and len(items) <= MOST_ITERATIONS
    for value in items if items is not None and is_complete else [Item(iterable, Unknown("an item of a loop"))]:
        bind(interpreter, first.target, value, inner)
        decided = [truth(evaluate(interpreter, test, inner)) for test in first.ifs]
        if False in decided:
            continue
        is_complete = is_complete and None not in decided
        is_complete = _generate(interpreter, rest, inner, emit, outer) and is_complete
    return is_complete


def iterate(interpreter: Interpreter, value: Value) -> list[Value] | None:
    """The items of an iterable in order, or None when they are not all known."""
    if isinstance(value, Setting):
        value = value.default
    if isinstance(value, Sequence):
        return list(value.items) if value.is_complete else (list(value.items) or None)
    if isinstance(value, Mapping) and value.is_complete:
        return [_from_key(key) for key in value.items]
    if isinstance(value, Generator):
        return list(value.items)
    if isinstance(value, Literal) and isinstance(value.value, (str, bytes)):
        return [Literal(part) for part in value.value]
    if isinstance(value, Choice):
        parts = [iterate(interpreter, option) for option in value.options]
        known = [part for part in parts if part is not None]
        return [member for part in known for member in part] if known else None
    if isinstance(value, Class) and any(base.startswith("enum.") for base in value.external_bases()):
        from fastapi_guard.project.evaluator.attributes import attribute

        return [attribute(interpreter, value, name, None) for name in value.namespace if not name.startswith("_")]
    if isinstance(value, Instance) and value.cls.lookup("__iter__"):
        from fastapi_guard.project.evaluator.calls import call_method

        made = call_method(interpreter, value, "__iter__", (), {}, value.place)
        return iterate(interpreter, made) if made is not value else None
    return None


def _from_key(key: object) -> Value:
    if isinstance(key, Value):
        return key
    if isinstance(key, tuple):
        return Sequence("tuple", [_from_key(part) for part in key])
    return Literal(key)


def _starred(interpreter: Interpreter, node: ast.Starred, scope: Scope) -> Value:
    return evaluate(interpreter, node.value, scope)


EXPRESSIONS: dict[type, Callable[[Interpreter, Any, Scope], Value]] = {
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
    ast.ListComp: _comprehension("list"),
    ast.SetComp: _comprehension("set"),
    ast.GeneratorExp: _comprehension("list"),
    ast.DictComp: _dict_comprehension,
    ast.Starred: _starred,
}

__all__ = ["Member", "Result", "RouteDecorator", "RouterMethod", "annotation_value", "awaited", "evaluate", "item", "iterate", "truth"]
