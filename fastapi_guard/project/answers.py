"""What an operation answers with: the fields of its response model, or of the rows and models that it returns."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from fastapi_guard.knowledge.database import EXECUTES, GETS, SELECTS
from fastapi_guard.knowledge.secret_fields import is_never_for_clients, is_told_once
from fastapi_guard.location import Location
from fastapi_guard.project.authentication import Judge, without_wrappers
from fastapi_guard.project.evaluator.binding import plain_type
from fastapi_guard.project.evaluator.expressions import annotation_value
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.model import SecretField
from fastapi_guard.project.scope import Scope
from fastapi_guard.project.tables import columns_of, is_relationship, is_table
from fastapi_guard.project.values import (
    Choice,
    Class,
    Conditional,
    Coroutine,
    External,
    Instance,
    Item,
    Literal,
    Mapping,
    Member,
    Result,
    Sequence,
    TypeForm,
    Value,
    constant,
)

MODELS = ("pydantic.", "sqlmodel.", "pydantic_settings.")
MOST_NESTED = 6
ROW_METHODS = frozenset(
    {
        "all",
        "fetchall",
        "first",
        "one",
        "one_or_none",
        "scalar",
        "scalar_one",
        "scalar_one_or_none",
        "scalars",
        "unique",
    }
)
"""Methods of results and queries that give the rows themselves."""

PARTIAL = frozenset({"load_only", "only", "values", "values_list", "with_entities", "with_only_columns"})
"""Methods after which a row has some of its columns only."""

NO_TEXT = frozenset(
    {
        "builtins.bool",
        "builtins.float",
        "builtins.int",
        "datetime.date",
        "datetime.datetime",
        "pydantic.SecretBytes",
        "pydantic.SecretStr",
        "pydantic.types.SecretStr",
        "sqlalchemy.Boolean",
        "sqlalchemy.DateTime",
        "sqlalchemy.Integer",
    }
)
"""Types of fields that hold no secret, or are masked in every answer."""

ANYTHING = frozenset({"builtins.dict", "builtins.list", "builtins.object", "typing.Any", "typing.Dict", "typing.List"})
"""Response models that let everything through."""


@dataclass(frozen=True, slots=True)
class ResponseModel:
    """What an operation declares to answer with; `model` is None where it declares nothing."""

    model: Value | None = None
    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    declared_by: Class
    location: Location
    kind: Value | None


@dataclass(slots=True)
class _Walk:
    """One walk through nested models."""

    seen: set[int] = field(default_factory=set)


class AnswerReader:
    """Reads answers; a class because the fields of each model are read once."""

    def __init__(self, interpreter: Interpreter, judge: Judge) -> None:
        self.interpreter = interpreter
        self.judge = judge
        self._known: dict[Class, tuple[_Field, ...]] = {}

    def secrets(self, declared: ResponseModel, endpoint: Value) -> tuple[SecretField, ...]:
        """The fields of an answer that no client may see."""
        found: dict[SecretField, None] = {}
        if declared.model is not None:
            kept = [
                each
                for each in self._of_type(declared.model, (), _Walk())
                if (each.through or each.name not in declared.excluded)
                and (not declared.included or (each.through or (each.name,))[0] in declared.included)
            ]
            found.update(dict.fromkeys(kept))
        if declared.model is None or _is_anything(declared.model):
            returned = self.judge.behaviours.trace_of(without_wrappers(endpoint)).returned
            for cls in dict.fromkeys(returned_classes(returned)) if returned is not None else ():
                found.update(dict.fromkeys(self._of_class(cls, (), _Walk(), is_returned=True)))
        return tuple(found)

    def _of_type(self, kind: Value, through: tuple[str, ...], walk: _Walk) -> Iterator[SecretField]:
        if isinstance(kind, Class):
            yield from self._of_class(kind, through, walk, is_returned=False)
        elif isinstance(kind, TypeForm):
            is_annotated = isinstance(kind.origin, External) and kind.origin.name.endswith(".Annotated")
            yield from self._of_type(kind.origin, through, walk)
            for argument in kind.arguments[:1] if is_annotated else kind.arguments:
                yield from self._of_type(argument, through, walk)
        elif isinstance(kind, Choice):
            for option in kind.options:
                yield from self._of_type(option, through, walk)

    def _of_class(
        self, cls: Class, through: tuple[str, ...], walk: _Walk, *, is_returned: bool
    ) -> Iterator[SecretField]:
        if id(cls) in walk.seen or len(through) > MOST_NESTED or not _is_serialized(cls, is_returned):
            return
        walk.seen.add(id(cls))
        masked = set(_serialized_fields(cls))
        if cls not in self._known:
            self._known[cls] = tuple(self._fields(cls))
        for each in self._known[cls]:
            if each.name in masked or "*" in masked:
                continue
            if (is_never_for_clients(each.name) or is_told_once(each.name)) and _may_be_text(each.kind):
                title = f"{each.declared_by.module.name}.{each.declared_by.name}"
                model = f"{cls.module.name}.{cls.name}"
                yield SecretField(each.name, title, model, each.location, through, is_returned, is_table(cls))
            elif each.kind is not None:
                yield from self._of_type(each.kind, (*through, each.name), walk)

    def _fields(self, cls: Class) -> Iterator[_Field]:
        """The fields that FastAPI writes out, each as the nearest class declares it."""
        for name in columns_of(cls):
            if name.startswith("_") or is_relationship(cls, name):
                continue
            for base in cls.linearized():
                if isinstance(base, Class) and (name in base.annotations or name in base.namespace):
                    made = base.namespace.get(name)
                    if not _is_left_out(made):
                        yield _Field(name, base, _place_in(base, name), self._kind(base, name, made))
                    break

    def _kind(self, base: Class, name: str, made: Value | None) -> Value | None:
        annotation = base.annotations.get(name)
        if annotation is not None:
            kind = annotation_value(self.interpreter, annotation, Scope(base.module, base.module.names, kind="module"))
            if isinstance(kind, TypeForm) and isinstance(kind.origin, External) and kind.origin.name.endswith("Mapped"):
                return kind.arguments[0] if kind.arguments else None
            return kind
        first = made.arguments[0] if isinstance(made, Result) and made.arguments else None
        return first.callee if isinstance(first, Result) else first


def returned_classes(value: Value, depth: int = 0) -> Iterator[Class]:
    """The classes of the rows and models that are returned whole: themselves, in lists, as values of a dict."""
    if depth > MOST_NESTED * 2:
        return
    if isinstance(value, Choice):
        for option in value.options:
            yield from returned_classes(option, depth + 1)
    elif isinstance(value, Coroutine):
        yield from returned_classes(value.result, depth + 1)
    elif isinstance(value, Conditional):
        yield from returned_classes(value.value, depth + 1)
    elif isinstance(value, Mapping):
        for item in value.items.values():
            yield from returned_classes(item, depth + 1)
    elif isinstance(value, Sequence):
        for item in value.items:
            yield from returned_classes(item, depth + 1)
    elif isinstance(value, Instance):
        yield value.cls
    elif isinstance(value, (Item, Result)):
        row = row_class(value)
        if row is not None:
            yield row


def row_class(value: Value) -> Class | None:
    """The table of which a query gives whole rows; None for columns, counts, and what could not be followed."""
    for _ in range(40):
        if isinstance(value, Item):
            value = value.receiver
        elif isinstance(value, Coroutine):
            value = value.result
        elif not (isinstance(value, Result) and isinstance(value.callee, Member)):
            return None
        elif value.callee.name in GETS and value.arguments and isinstance(value.arguments[0], Class):
            return value.arguments[0] if is_table(value.arguments[0]) else None
        elif value.callee.name in EXECUTES and value.arguments and not isinstance(value.arguments[0], Literal):
            return _selected(value.arguments[0])
        elif value.callee.name in ROW_METHODS:
            found = _selected(value.callee.receiver)
            if found is not None:
                return found
            value = value.callee.receiver
        else:
            return None
    return None


def _selected(statement: Value) -> Class | None:
    """The only thing that `select(...)` or `session.query(...)` selects, when that is a table."""
    for _ in range(40):
        if not isinstance(statement, Result):
            return None
        callee = statement.callee
        is_begun = (isinstance(callee, External) and callee.name in SELECTS) or (
            isinstance(callee, Member) and callee.name == "query"
        )
        if is_begun:
            only = statement.arguments[0] if len(statement.arguments) == 1 else None
            return only if isinstance(only, Class) and is_table(only) else None
        if not isinstance(callee, Member) or callee.name in PARTIAL or _loads_part(statement):
            return None
        statement = callee.receiver
    return None


def _loads_part(call: Result) -> bool:
    """`options(load_only(User.name))`, `options(defer(User.password))`."""
    return any(
        isinstance(given, Result)
        and isinstance(given.callee, External)
        and given.callee.name.rpartition(".")[2] in ("load_only", "defer")
        for given in call.arguments
    )


def _is_serialized(cls: Class, is_returned: bool) -> bool:
    """Whether FastAPI writes out the fields of an object: models, dataclasses, and rows that are returned as they are."""
    is_model = any(base.startswith(MODELS) for base in cls.external_bases())
    is_dataclass = any("dataclass" in ast.unparse(decorator) for decorator in cls.definition.decorator_list)
    return is_model or is_dataclass or (is_returned and is_table(cls))


def _serialized_fields(cls: Class) -> Iterator[str]:
    """Fields for which a class has a serializer of its own, `*` for one of the whole model."""
    for base in cls.linearized():
        body = base.definition.body if isinstance(base, Class) else []
        for node in (each for each in body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))):
            if node.name in ("model_dump", "dict"):
                yield "*"
            for decorator in node.decorator_list:
                name = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
                if name.endswith("model_serializer"):
                    yield "*"
                if name.endswith("field_serializer") and isinstance(decorator, ast.Call):
                    yield from (str(given.value) for given in decorator.args if isinstance(given, ast.Constant))


def _is_left_out(made: Value | None) -> bool:
    """`Field(exclude=True)`."""
    return isinstance(made, Result) and constant(made.keywords.get("exclude", Literal(False))) is True


def _may_be_text(kind: Value | None) -> bool:
    if kind is None:
        return True
    plain = plain_type(kind)
    if isinstance(plain, TypeForm):
        return any(isinstance(part, External) and part.name == "builtins.str" for part in plain.arguments)
    return not isinstance(plain, Class) and not (isinstance(plain, External) and plain.name in NO_TEXT)


def _is_anything(model: Value) -> bool:
    if isinstance(model, TypeForm):
        return _is_anything(model.origin) and all(
            not isinstance(argument, (Class, TypeForm)) for argument in model.arguments
        )
    return isinstance(model, External) and model.name in ANYTHING


def _place_in(cls: Class, name: str) -> Location:
    for statement in cls.definition.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return cls.module.location(statement)
    return cls.module.location(cls.definition)


def names_in(value: Value | None) -> tuple[str, ...]:
    """The names in `response_model_exclude={"password"}`."""
    items = value.items if isinstance(value, (Sequence, Mapping)) else ()
    found = (item if isinstance(item, str) else constant(item) if isinstance(item, Value) else None for item in items)
    return tuple(name for name in found if isinstance(name, str))
