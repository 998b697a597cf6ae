"""Errors that are raised because a list is empty, or because no row was changed."""

import re

import libcst as cst

from fastapi_guard.facts.http_errors import argument, mentions, negated_name, tests_around
from fastapi_guard.facts.strings import definitions_of
from fastapi_guard.facts.unit import Unit
from fastapi_guard.facts.walk import walk
from fastapi_guard.knowledge.sessions import SESSION_CLASSES

PAGING = re.compile(
    r"^(?:limit|offset|skip|page|per_page|page_size|size|page_number|order|order_by|sort|sort_by|cursor)$"
)
LISTS = frozenset({"iterable", "list", "sequence", "tuple"})
CHANGING = re.compile(
    r"^_*(?:actualiz|aktualisier|archive|atualiz|borrar|change|delete|edit|elimin|exclu|loesch|modif|patch|remove|rename|update|supprim)"
)
"""Beginnings of the names of functions that change or delete a row, in several languages."""

SCALARS = frozenset({"bool", "date", "datetime", "float", "int", "str", "UUID"})


def is_empty_list(statement: cst.Raise, unit: Unit) -> bool:
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


INJECTED = frozenset({"fastapi.Depends", "fastapi.Security", "fastapi.param_functions.Depends"}) | SESSION_CLASSES
"""What stands at a parameter that FastAPI or another function fills."""


def _is_given(parameter: cst.Param, unit: Unit) -> bool:
    """Whether somebody else than the client fills it: `self`, a dependency, a session."""
    if parameter.name.value in ("self", "cls", "request", "response", "db", "session", "conn", "connection"):
        return True
    parts = [part for part in (parameter.default, parameter.annotation) if part is not None]
    nodes = [inner for part in parts for inner in walk(part) if isinstance(inner, (cst.Name, cst.Attribute))]
    names = {inner.value for inner in nodes if isinstance(inner, cst.Name)}
    return not {unit.resolve(inner) for inner in nodes}.isdisjoint(INJECTED) or (
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


def is_row_missing(statement: cst.Raise, unit: Unit) -> bool:
    """`if not task: raise ...` in an endpoint, with `task = update_task(...)`: nothing came back, nothing was changed."""
    function = unit.enclosing_function(statement)
    test = next(tests_around(statement, unit), None)
    name = negated_name(test)
    if function is None or name is None or not unit.is_endpoint(function):
        return False
    variables = [node for node in walk(test) if isinstance(node, cst.Name) and node.value == name] if test else []
    made = [value for variable in variables for value in definitions_of(variable, unit)]
    return bool(made) and all(_changes(value) for value in made)


def _changes(value: cst.BaseExpression) -> bool:
    call = value.expression if isinstance(value, cst.Await) else value
    if not isinstance(call, cst.Call) or not isinstance(call.func, (cst.Name, cst.Attribute)):
        return False
    name = (call.func.attr if isinstance(call.func, cst.Attribute) else call.func).value
    return CHANGING.search(name.lower()) is not None
