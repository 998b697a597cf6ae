"""HTTP errors as code writes them: `HTTPException(...)` with its status and its words, and handlers that catch them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

import libcst as cst

from fastapi_guard.facts.unit import Unit
from fastapi_guard.facts.walk import children, walk

HTTP_EXCEPTIONS = frozenset(
    {
        "fastapi.HTTPException",
        "fastapi.exceptions.HTTPException",
        "starlette.exceptions.HTTPException",
    }
)

CATCH_ALL = frozenset({"builtins.BaseException", "builtins.Exception"})

_CONSTANT = re.compile(r"HTTP_(\d{3})_\w+")
READING = re.compile(
    r"^to_|_to_|^from_|decode|fromisoformat|^loads$|model_validate|^validate|_validat|pars(?:e|ing)|strptime|unhexlify|^json$|^body$|^form$|^get$|receive|split|strip|decompress"
)
"""Names of calls whose failure is the fault of what they were given."""

_WORD_BREAKS = re.compile(r"[^\w]+|_+")


@dataclass(frozen=True, slots=True, eq=False)
class HttpError:
    """An `HTTPException(...)` that is built, or an exception of the project that is answered like one."""

    call: cst.BaseExpression
    status: int | None
    """None where it is no constant."""
    detail: cst.BaseExpression | None
    words: str
    """What the detail says, in lower case, with single spaces; of constants their names."""


def http_error(node: cst.CSTNode | None, unit: Unit) -> HttpError | None:
    """The HTTP error that an expression builds; None when it builds none."""
    if not isinstance(node, cst.Call) or unit.resolve(node) not in HTTP_EXCEPTIONS:
        return None
    status = argument(node, "status_code", 0)
    detail = argument(node, "detail", 1)
    return HttpError(node, status_of(status, unit), detail, words_of(detail))


def known_error(node: cst.CSTNode | None, unit: Unit) -> HttpError | None:
    """The HTTP error that an expression builds or names, the project's own exception classes included."""
    built = http_error(node, unit)
    if built is not None or not isinstance(node, (cst.Call, cst.Name, cst.Attribute)):
        return built
    error = unit.error_class(node)
    if error is None:
        return None
    if not isinstance(node, cst.Call):
        return HttpError(node, error.status, None, f"{error.is_called}. {error.says}")
    status = error.status or status_of(argument(node, "status_code", 0), unit)
    texts = words_of(node)
    return HttpError(node, status, node, f"{error.is_called}. {texts or error.says}")


def argument(call: cst.Call, name: str, position: int | None) -> cst.BaseExpression | None:
    """The argument of a call that stands under a keyword or at a position."""
    for index, given in enumerate(call.args):
        if given.star:
            continue
        if given.keyword is not None and given.keyword.value == name:
            return given.value
        if given.keyword is None and index == position:
            return given.value
    return None


def status_of(node: cst.BaseExpression | None, unit: Unit) -> int | None:
    """The HTTP status that an expression is, when it is a number or a known constant."""
    if isinstance(node, cst.Integer):
        value = node.evaluated_value
        return value if 100 <= value < 600 else None
    if isinstance(node, cst.Attribute) and node.attr.value == "value":
        return status_of(node.value, unit)
    resolved = unit.resolve(node) if isinstance(node, (cst.Name, cst.Attribute)) else None
    if resolved is None:
        return None
    module, _, name = resolved.rpartition(".")
    if module == "http.HTTPStatus":
        return int(HTTPStatus[name]) if name in HTTPStatus.__members__ else None
    constant = _CONSTANT.fullmatch(name)  # projects hand Starlette's module on: `from shop.compat import status`
    return int(constant[1]) if constant and module.rpartition(".")[2] == "status" else None


def words_of(node: cst.BaseExpression | None) -> str:
    """What the texts and the names of constants below a node say, in lower case."""
    found: list[str] = []
    for inner in walk(node) if node is not None else ():
        if isinstance(inner, cst.SimpleString):
            value = inner.evaluated_value
            found.append(value if isinstance(value, str) else "")
        elif isinstance(inner, cst.FormattedStringText):
            found.append(inner.value)
        elif isinstance(inner, cst.Name) and inner.value.isupper():
            found.append(_WORD_BREAKS.sub(" ", inner.value))
    return " ".join(" ".join(found).lower().split())


def caught_by(handler: cst.ExceptHandler, unit: Unit) -> tuple[str | None, ...]:
    """The dotted names of what an `except` catches; None for a class that is unknown."""
    if handler.type is None:
        return ("builtins.BaseException",)
    if isinstance(handler.type, (cst.Tuple, cst.List)):
        return tuple(unit.resolve(element.value) for element in handler.type.elements)
    return (unit.resolve(handler.type),)


def is_catch_all(handler: cst.ExceptHandler, unit: Unit) -> bool:
    """Whether it catches every exception: `except:`, `except Exception`."""
    return any(name in CATCH_ALL for name in caught_by(handler, unit))


def walk_own(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Everything below a node that runs with it: not the bodies of functions and classes within it."""
    stack: list[cst.CSTNode] = [node]
    while stack:
        current = stack.pop()
        yield current
        inner = children(current)
        stack.extend(
            child for child in reversed(inner) if not isinstance(child, (cst.FunctionDef, cst.ClassDef, cst.Lambda))
        )


def only_reads_input(handler: cst.ExceptHandler, unit: Unit) -> bool:
    """Whether its `try` does nothing but read what it was given: what fails there is the fault of whoever gave it."""
    block = unit.parent(handler)
    if not isinstance(block, cst.Try):
        return False
    if _only_imports(block.body):
        return True
    calls = [node for node in walk(block.body) if isinstance(node, cst.Call) and not _answers(node)]
    return bool(calls) and all(_reads_input(call, unit) for call in calls)


def _answers(call: cst.Call) -> bool:
    """`RedirectResponse(...)`: it fails for nothing that the server keeps."""
    name = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    return isinstance(name, cst.Name) and name.value.endswith("Response")


def _reads_input(call: cst.Call, unit: Unit) -> bool:
    func = call.func
    name = func.attr.value if isinstance(func, cst.Attribute) else func.value if isinstance(func, cst.Name) else ""
    if READING.search(name.lower()) or (unit.resolve(call) or "").startswith(("builtins.", "uuid.", "datetime.")):
        return True
    if name[:1].isupper() and any(given.star == "**" for given in call.args):
        return True
    holder = unit.parent(call)
    if isinstance(holder, cst.Attribute):
        return READING.search(holder.attr.value.lower()) is not None
    return name[:1].isupper() and isinstance(holder, cst.Assign) and _is_read_later(holder, unit)


def _is_read_later(assignment: cst.Assign, unit: Unit) -> bool:
    """`filter = Filter(text)` and then `filter.validate()`."""
    target = assignment.targets[0].target
    line = unit.parent(assignment)
    block = unit.parent(line) if line is not None else None
    return isinstance(target, cst.Name) and any(
        isinstance(node, cst.Attribute)
        and isinstance(node.value, cst.Name)
        and node.value.value == target.value
        and READING.search(node.attr.value.lower()) is not None
        for node in (walk(block) if block is not None else ())
    )


def _only_imports(block: cst.BaseSuite) -> bool:
    """Whether a block does nothing but import: what fails there is a package that is not installed."""
    return all(
        isinstance(line, cst.SimpleStatementLine)
        and all(isinstance(each, (cst.Import, cst.ImportFrom)) for each in line.body)
        for line in block.body
    )


def handler_around(node: cst.CSTNode, unit: Unit) -> cst.ExceptHandler | None:
    """The innermost `except` whose body holds the node, within its function."""
    holder = unit.parent(node)
    while holder is not None and not isinstance(holder, (cst.FunctionDef, cst.Lambda)):
        if isinstance(holder, cst.ExceptHandler):
            return holder
        holder = unit.parent(holder)
    return None


def mentions(node: cst.CSTNode | None, name: str) -> bool:
    """Whether a variable is read below a node."""
    return node is not None and any(isinstance(inner, cst.Name) and inner.value == name for inner in walk(node))


def tests_around(node: cst.CSTNode, unit: Unit) -> Iterator[cst.BaseExpression]:
    """The conditions under which a statement runs, innermost first, within its function."""
    child, holder = node, unit.parent(node)
    while holder is not None and not isinstance(holder, (cst.FunctionDef, cst.Lambda)):
        if isinstance(holder, (cst.If, cst.While)) and child is not holder.test:
            yield holder.test
        child, holder = holder, unit.parent(holder)


def negated_name(test: cst.BaseExpression | None) -> str | None:
    """The variable that a condition asks to be nothing: `not tasks`, `len(tasks) == 0`, `tasks is None`, `tasks == []`."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return test.expression.value if isinstance(test.expression, cst.Name) else None
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return None
    compared = test.comparisons[0]
    if isinstance(compared.operator, (cst.Equal, cst.Is)) and _is_nothing(compared.comparator):
        left = test.left
        if isinstance(left, cst.Call) and isinstance(left.func, cst.Name) and left.func.value == "len" and left.args:
            left = left.args[0].value
        return left.value if isinstance(left, cst.Name) else None
    return None


def _is_nothing(node: cst.BaseExpression) -> bool:
    return (
        (isinstance(node, cst.Name) and node.value == "None")
        or (isinstance(node, cst.Integer) and node.evaluated_value == 0)
        or (isinstance(node, cst.List) and not node.elements)
    )
