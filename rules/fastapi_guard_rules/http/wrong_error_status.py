"""FG414 wrong-error-status."""

import re
from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    CONFLICT,
    FORBIDDEN,
    INFRASTRUCTURE,
    MEDIUM,
    NOT_FOUND,
    OUT_OF_PLACE,
    WARNING,
    Finding,
    HttpError,
    Unit,
    argument,
    handler_around,
    is_catch_all,
    known_error,
    mentions,
    negated_name,
    only_reads_input,
    rule,
    tests_around,
    walk,
)

PAGING = re.compile(
    r"^(?:limit|offset|skip|page|per_page|page_size|size|page_number|order|order_by|sort|sort_by|cursor)$"
)
LISTS = frozenset({"iterable", "list", "sequence", "tuple"})
SCALARS = frozenset({"bool", "date", "datetime", "float", "int", "str", "UUID"})


@rule("FG414", severity=WARNING, confidence=MEDIUM, profile="strict", words=["HTTPException"])
def wrong_error_status(statement: cst.Raise, unit: Unit) -> Iterator[Finding]:
    """The status of an error contradicts its message, or what it is raised for."""
    error = known_error(statement.exc, unit)
    if error is None or error.status is None:
        return
    function = unit.enclosing_function(statement)
    reason = _contradiction(error, error.status, statement, unit)
    if reason is None:
        return
    name = function.name.value if function else "this module"
    yield Finding(
        unit.location(error.call),
        f"`{name}` answers {error.status}, {reason}",
        symbol=unit.symbol(function) if function else "",
    )


def _contradiction(error: HttpError, status: int, statement: cst.Raise, unit: Unit) -> str | None:
    words = error.words
    is_missing = NOT_FOUND.search(words) is not None and INFRASTRUCTURE.search(words) is None
    if status in OUT_OF_PLACE:
        meaning, meant = OUT_OF_PLACE[status]
        return None if meant.search(words) else f"which tells the client: {meaning}"
    if status >= 500 and is_missing:
        return "the server's fault, for what does not exist (404)"
    if status == 400 and is_missing and _is_addressed(words, statement, unit):
        return "for what the path names and does not exist (404)"
    if status == 404 and _is_an_empty_list(statement, unit):
        return "for a list that is empty (200 and `[]`)"
    if status == 404 and FORBIDDEN.search(words) and not NOT_FOUND.search(words):
        return "and says that it is forbidden (403)"
    if status in (400, 403) and CONFLICT.search(words):
        return "for what contradicts the present state (409)"
    if _blames_the_client(error, status, statement, unit):
        return "the client's fault, for whatever fails"
    return None


def _is_addressed(words: str, statement: cst.Raise, unit: Unit) -> bool:
    """Whether what is missing is what the path of the endpoint names: `/tasks/{task_id}` and "Task not found"."""
    function = unit.enclosing_function(statement)
    if function is None or not unit.is_endpoint(function):
        return False
    subject = NOT_FOUND.split(words)[0].split()[-1:]
    paths = [
        str(node.evaluated_value)
        for decorator in function.decorators
        for node in walk(decorator)
        if isinstance(node, cst.SimpleString) and str(node.evaluated_value).startswith("/")
    ]
    parameters = [name for path in paths for name in re.findall(r"\{(\w+?)(?:_id|_uuid|_slug|_name)?(?::\w+)?\}", path)]
    return bool(subject) and subject[0] in parameters


def _is_an_empty_list(statement: cst.Raise, unit: Unit) -> bool:
    """`if not tasks: raise ...` in a function that gives the list of all, and that nothing addresses."""
    function = unit.enclosing_function(statement)
    test = next(tests_around(statement, unit), None)
    name = negated_name(test)
    if function is None or name is None or not _gives_a_list(function):
        return False
    parameters = [*function.params.params, *function.params.kwonly_params, *function.params.posonly_params]
    asked = [each for each in parameters if not PAGING.search(each.name.value) and not _is_given(each, unit)]
    is_returned = any(isinstance(node, cst.Return) and mentions(node.value, name) for node in walk(function.body))
    return not asked and (is_returned or name.endswith("s")) and "{" not in _written_path(function)


def _gives_a_list(function: cst.FunctionDef) -> bool:
    """It is annotated so, or its decorator has `response_model=list[...]`."""
    types = [function.returns.annotation] if function.returns else []
    for decorator in function.decorators:
        if isinstance(decorator.decorator, cst.Call):
            types += [given for given in [argument(decorator.decorator, "response_model", None)] if given is not None]
    return any(
        isinstance(each, cst.Subscript)
        and isinstance(each.value, (cst.Name, cst.Attribute))
        and (each.value.attr if isinstance(each.value, cst.Attribute) else each.value).value.lower() in LISTS
        for each in types
    )


def _is_given(parameter: cst.Param, unit: Unit) -> bool:
    """Whether somebody else than the client fills it: `self`, a dependency, a session."""
    if parameter.name.value in ("self", "cls", "request", "response", "db", "session", "conn", "connection"):
        return True
    parts = [part for part in (parameter.default, parameter.annotation) if part is not None]
    names = {inner.value for part in parts for inner in walk(part) if isinstance(inner, cst.Name)}
    return bool(names & {"Depends", "Security", "Session", "AsyncSession"}) or (
        parameter.default is None and parameter.annotation is not None and names.isdisjoint(SCALARS)
    )


def _written_path(function: cst.FunctionDef) -> str:
    texts = [
        str(node.evaluated_value)
        for decorator in function.decorators
        for node in walk(decorator)
        if isinstance(node, cst.SimpleString)
    ]
    return " ".join(text for text in texts if text.startswith("/"))


def _blames_the_client(error: HttpError, status: int, statement: cst.Raise, unit: Unit) -> bool:
    """`except Exception as error: raise HTTPException(400, str(error))` around what the server does."""
    handler = handler_around(statement, unit)
    if not 400 <= status < 500 or handler is None or not is_catch_all(handler, unit) or handler.name is None:
        return False
    function = unit.enclosing_function(statement)
    if function is None or unit.is_dependency(function) or not isinstance(handler.name.name, cst.Name):
        return False
    if any(isinstance(inner, cst.If) for inner in walk(handler.body)) or not mentions(
        error.detail, handler.name.name.value
    ):
        return False
    return not only_reads_input(handler, unit)
