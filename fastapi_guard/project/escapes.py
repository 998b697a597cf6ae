"""Exceptions of an operation that nobody catches and no exception handler answers: the client gets 500 for them."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from fastapi_guard.facts.nodes import nodes_below, nodes_of
from fastapi_guard.project.authentication import Judge
from fastapi_guard.project.errors import name_words, texts_of
from fastapi_guard.project.evaluator.expressions import evaluate
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.evaluator.signals import AnalysedCodeRaises, OutOfSteps
from fastapi_guard.project.model import Escape, PathOperation
from fastapi_guard.project.parents import ParentReader
from fastapi_guard.project.registration import Router
from fastapi_guard.project.roles import tests_around
from fastapi_guard.project.scope import ModuleScope, Scope
from fastapi_guard.project.sites import located
from fastapi_guard.project.trace import Event
from fastapi_guard.project.values import (
    BoundMethod,
    Choice,
    Class,
    External,
    Function,
    Instance,
    Place,
    Result,
    Sequence,
    Value,
    options_of,
)

TRANSLATING = re.compile(r"catch|error|except|guard|handl|map|suppress|timeout|translat|wrap")
"""Words in names of context managers and decorators that may make another exception of what they see."""

EVERYTHING = frozenset({"builtins.BaseException", "builtins.Exception"})
ANSWERED = ("HTTPException", "WebSocketException", "RequestValidationError", "ValidationError", "DoesNotExist")
"""Library classes that FastAPI, or an exception handler of a library, answers."""

MOST_ESCAPES = 20
STEPS = 2_000


class EscapeReader:
    """Finds what operations let out; a class because it is found once for each place what catches there."""

    def __init__(self, interpreter: Interpreter, judge: Judge, parents: ParentReader) -> None:
        self.interpreter = interpreter
        self.judge = judge
        self._parents = parents
        self._caught: dict[tuple[int | str, ast.AST], bool] = {}
        self._known_answered: dict[int | str, bool] = {}
        self._answered = [value for handled, _ in interpreter.exception_handlers for value in options_of(handled)]

    def of(self, operation: PathOperation, endpoint: Value, chain: tuple[Router, ...]) -> tuple[Escape, ...]:
        """What can come out of the handler and of what it calls, each class once."""
        if operation.kind != "http" or any(map(self._may_answer, chain)) or _translates(operation):
            return ()
        found: dict[str, Escape] = {}
        for event in self.judge.behaviours.trace_of(endpoint).raised():
            if len(found) >= MOST_ESCAPES:
                break
            for value in options_of(event.value):
                escape = self._of_event(event, value)
                if escape is not None:
                    found.setdefault(escape.name + (escape.says if "." not in escape.name else ""), escape)
        return tuple(found.values())

    def _may_answer(self, application: Router) -> bool:
        """Whether handlers or middlewares of an application may answer exceptions in a way that cannot be told."""
        if "exception_handlers" in application.options:
            return True
        return any(_catches(middleware.target) for middleware in application.middlewares)

    def _of_event(self, event: Event, value: Value) -> Escape | None:
        place = event.place
        cls = value.cls if isinstance(value, Instance) else value.callee if isinstance(value, Result) else value
        if place is None or not isinstance(cls, (Class, External)):
            return None
        key = cls.name if isinstance(cls, External) else id(cls)
        if key not in self._known_answered:
            self._known_answered[key] = self._is_answered(cls)
        if self._known_answered[key] or any(self._catches(key, cls, site) for site in (place, *event.sites)):
            return None
        name = f"{cls.module.name}.{cls.name}" if isinstance(cls, Class) else cls.name
        tests = [ast.unparse(test) for test, _ in tests_around(place)]
        given = value.arguments.values() if isinstance(value, Instance) else getattr(value, "arguments", ())
        texts = [text for each in given for text in texts_of(each)]
        if isinstance(cls, Class) and not texts:
            texts = [
                text for each in ("detail", "message") if (found := cls.lookup(each)) for text in texts_of(found[0])
            ]
        return Escape(
            name,
            f"{name_words(name)}. {' '.join(texts)}".lower(),
            place.module.location(place.node),
            located(event.sites),
            tests[-1] if tests else "",
            _names_given(event.sites[0].node if event.sites else place.node),
        )

    def _is_answered(self, cls: Class | External) -> bool:
        """Whether it is an HTTP exception, or has a handler; of classes of libraries only Python's own are judged."""
        names = [cls.name] if isinstance(cls, External) else cls.external_bases()
        if any(name.endswith(ANSWERED) for name in names) or any(not name.startswith("builtins.") for name in names):
            return True
        order: tuple[Class | External, ...] = cls.linearized() if isinstance(cls, Class) else (cls,)
        if isinstance(cls, Class) and not names:
            return True  # its bases are not known
        return any(_is_one_of(handled, order) for handled in self._answered)

    def _catches(self, key: int | str, cls: Class | External, place: Place) -> bool:
        known = self._caught.get((key, place.node))
        if known is None:
            known = self._caught[key, place.node] = self._is_caught(cls, place)
        return known

    def _is_caught(self, cls: Class | External, place: Place) -> bool:
        """Whether something around a node, within its function, catches the exception or may make another one of it."""
        child = place.node
        for holder in self._parents.above(place):
            if isinstance(holder, ast.Try) and child in holder.body:
                if any(self._takes(handler, cls, place.module) for handler in holder.handlers):
                    return True
            elif isinstance(holder, (ast.With, ast.AsyncWith)):
                if any(TRANSLATING.search(ast.unparse(item.context_expr).lower()) for item in holder.items):
                    return True
            elif isinstance(holder, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return any(TRANSLATING.search(ast.unparse(each).lower()) for each in holder.decorator_list)
            elif isinstance(holder, ast.Lambda):
                return True  # whoever calls it may catch
            child = holder
        return False

    def _takes(self, handler: ast.ExceptHandler, cls: Class | External, module: ModuleScope) -> bool:
        """Whether an `except` catches a class and does not pass it on."""
        if handler.type is None:
            return True
        interpreter = self.interpreter
        left, interpreter.steps_left = interpreter.steps_left, STEPS
        try:
            value = evaluate(interpreter, handler.type, Scope(module, module.names, None, "module"))
        except (AnalysedCodeRaises, OutOfSteps, RecursionError):
            return True
        finally:
            interpreter.steps_left = left
        order: tuple[Class | External, ...] = cls.linearized() if isinstance(cls, Class) else (cls,)
        caught = value.items if isinstance(value, Sequence) else [value]
        if not any(_is_one_of(interpreter.settle(each), order) for each in caught):
            return False
        return not (len(handler.body) and _raises_again(handler.body[-1]))


def _is_one_of(caught: Value, order: tuple[Class | External, ...]) -> bool:
    """Whether an `except` or a handler for `caught` answers for a class with these bases; what is unknown may."""
    if isinstance(caught, Choice):
        return any(_is_one_of(option, order) for option in caught.options)
    if isinstance(caught, Class):
        return any(caught is base for base in order)
    if isinstance(caught, External):
        bases = {base.name for base in order if isinstance(base, External)}
        return caught.name in EVERYTHING or caught.name in bases
    return not isinstance(caught, (Function, Instance))


def _names_given(node: ast.AST) -> frozenset[str]:
    """The variables in the arguments of a call."""
    given = [*node.args, *(keyword.value for keyword in node.keywords)] if isinstance(node, ast.Call) else []
    return frozenset(inner.id for each in given for inner in nodes_below(each) if isinstance(inner, ast.Name))


def _raises_again(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Raise) and statement.exc is None


def _catches(target: Value) -> bool:
    """Whether the code of a middleware has an `except`."""
    definition: ast.AST | None = None
    if isinstance(target, (Class, Function)):
        definition = target.definition
    elif isinstance(target, BoundMethod):
        definition = target.function.definition
    return definition is not None and _tries(definition)


def _translates(operation: PathOperation) -> bool:
    """Whether decorators of the handler may catch."""
    return any(_tries(wrapper.definition) for wrapper in operation.wrappers)


@lru_cache(maxsize=4_096)
def _tries(definition: ast.AST) -> bool:
    return any(isinstance(node, ast.Try) for node in nodes_of(definition))
