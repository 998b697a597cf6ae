"""What an expression of the analysed code can be, as far as it can be known without running it.

`Unknown` is a normal value and carries its reason. Objects with identity (lists, routers, instances) are mutable, as in
Python; everything else is frozen.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi_guard.project.frozen import frozen

if TYPE_CHECKING:
    from fastapi_guard.project.scope import ModuleScope, Scope


@frozen
class Place:
    """A syntax node and the module that it stands in."""

    module: ModuleScope
    node: ast.AST


class Value:
    """Base of all values."""

    __slots__ = ()


@frozen
class Unknown(Value):
    """A value that static reading cannot tell, and why."""

    reason: str
    place: Place | None = None


@frozen
class Literal(Value):
    """A constant: text, number, bool, None, bytes, Ellipsis."""

    value: object


@frozen
class EnumMember(Literal):
    """A member of an enumeration of the project; it is taken for its value wherever a constant is wanted."""

    cls: Class
    name: str


@frozen
class Setting(Value):
    """A value that configuration can change: what it is by default, and what it is called."""

    default: Value
    name: str


@frozen
class Conditional(Value):
    """An item that is there only when a setting is changed from its default."""

    value: Value
    setting: str
    is_undecided: bool = False
    """It depends on a test that could not be decided: it may be there or not."""


@dataclass(slots=True, eq=False)
class Sequence(Value):
    """A list, tuple or set. `is_complete` is False when there may be more items than these."""

    kind: str
    items: list[Value]
    is_complete: bool = True


@dataclass(slots=True, eq=False)
class Mapping(Value):
    """A dict with constant keys. `is_complete` is False when there may be more entries than these."""

    items: dict[object, Value]
    is_complete: bool = True


@frozen
class Module(Value):
    """A module of the project."""

    scope: ModuleScope


@frozen
class Alias(Value):
    """A name imported from a module of the project, looked up when it is used."""

    path: str
    name: str


@frozen
class External(Value):
    """Something that a library or Python itself defines, by its dotted name."""

    name: str


@frozen
class Function(Value):
    """A function, method or lambda of the project, with the scope that it closes over."""

    name: str
    """Qualified within the module: `TaskService.create`."""
    definition: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    """The scope that the `def` stands in."""
    module: ModuleScope
    owner: Class | None = None
    """The class whose body holds the `def`."""
    decorators: tuple[Value, ...] = ()
    """Decorators that could not be followed and are taken to leave the function as it is, innermost first."""
    wraps: Value | None = None
    """What `functools.wraps` was given: the function whose signature this one shows."""
    defaults: dict[str, Value] = field(default_factory=dict)
    attributes: dict[str, Value] = field(default_factory=dict)
    """What the analysed code has set on it: `handler.route = "/x"`."""

    @property
    def is_async(self) -> bool:
        return isinstance(self.definition, ast.AsyncFunctionDef)


@frozen
class BoundMethod(Value):
    """A method together with the object or class that it was looked up on."""

    function: Function
    receiver: Value


@dataclass(slots=True, eq=False)
class Class(Value):
    """A class of the project."""

    name: str
    definition: ast.ClassDef
    scope: Scope
    module: ModuleScope
    bases: list[Value]
    keywords: dict[str, Value]
    namespace: dict[str, Value] = field(default_factory=dict)
    annotations: dict[str, ast.expr] = field(default_factory=dict)
    decorators: list[Value] = field(default_factory=list)
    handled_status: int | None = None
    """For an exception: the status that an exception handler of the application answers for it."""
    members: dict[str, Value] = field(default_factory=dict)
    """Of an enumeration, as far as they were asked for."""
    subclasses: list[Class] = field(default_factory=list)
    """Its direct subclasses in the order of their definition."""
    _lineage: Lineage | None = None
    """Once it was asked for: bases do not change."""

    @property
    def lineage(self) -> Lineage:
        """This class and its bases."""
        if self._lineage is None:
            self._lineage = _lineage_of(self)
        return self._lineage

    def linearized(self) -> tuple[Class | External, ...]:
        """This class and its bases, nearest first (depth first; a base seen twice keeps its last place)."""
        return self.lineage.order

    def lookup(self, name: str) -> tuple[Value, Class] | None:
        """The attribute `name` as a class of the project defines it, and that class."""
        for base in self.lineage.classes:
            if name in base.namespace:
                return base.namespace[name], base
        return None

    def external_bases(self) -> tuple[str, ...]:
        """Dotted names of all library classes among the bases."""
        return self.lineage.external


@dataclass(frozen=True, slots=True)
class Lineage:
    """A class and its bases in the order in which Python asks them."""

    order: tuple[Class | External, ...]
    classes: tuple[Class, ...]
    """Those of the project."""
    external: tuple[str, ...]
    """Dotted names of those of libraries."""


def _lineage_of(cls: Class) -> Lineage:
    order: list[Class | External] = []
    _linearize(cls, order, 0)
    last: dict[int | str, Class | External] = {}
    for base in reversed(order):
        last.setdefault(base.name if isinstance(base, External) else id(base), base)
    kept = tuple(reversed(last.values()))
    return Lineage(
        kept,
        tuple(base for base in kept if isinstance(base, Class)),
        tuple(base.name for base in kept if isinstance(base, External)),
    )


def _linearize(base: Value, into: list[Class | External], depth: int) -> None:
    if isinstance(base, TypeForm):
        base = base.origin
    if isinstance(base, External):
        into.append(base)
    elif isinstance(base, Class) and depth < 40:
        into.append(base)
        for parent in base.bases:
            _linearize(parent, into, depth + 1)
    elif isinstance(base, Choice):
        for option in base.options:
            _linearize(option, into, depth + 1)


@dataclass(slots=True, eq=False)
class Instance(Value):
    """An object of a class of the project."""

    cls: Class
    attributes: dict[str, Value] = field(default_factory=dict)
    place: Place | None = None
    arguments: dict[str, Value] = field(default_factory=dict)
    """Keyword arguments of the call that made it; positional ones under `0`, `1`, ..."""
    is_abstract: bool = False
    """Made from an annotation: nobody knows which instance it is."""
    origin: Value | None = None
    """The dependency that gave it, for a parameter of an endpoint or of another dependency."""
    holder: Value | None = None
    """The object whose attribute it is, for an attribute of an object that nobody knows."""
    is_initialized: bool = False
    """Its `__init__` was run on unknown arguments, because an attribute was asked for."""


@dataclass(slots=True, eq=False)
class Result(Value):
    """What a call gave that could not be followed: the callee is a library's, or unknown."""

    callee: Value
    arguments: tuple[Value, ...]
    keywords: dict[str, Value]
    place: Place | None = None
    attributes: dict[str, Value] = field(default_factory=dict)
    """What the analysed code has set on it."""
    origin: Value | None = None
    """The dependency that gave it, for a parameter of an endpoint or of another dependency."""


@frozen
class Member(Value):
    """An attribute of a value whose inside is not known: `request.headers`."""

    receiver: Value
    name: str


@frozen
class Item(Value):
    """An element of a value whose inside is not known: `payload["sub"]`."""

    receiver: Value
    key: Value


@frozen
class Operation(Value):
    """An operator applied to values of which not all are constants: comparisons, `and`, `+`, f-strings."""

    operator: str
    operands: tuple[Value, ...]
    place: Place | None = None


@frozen
class Argument(Value):
    """A parameter whose caller is not known."""

    name: str
    annotation: Value | None
    place: Place | None = None
    origin: Value | None = None
    """The dependency that fills it, for a parameter of an endpoint or of another dependency."""
    holder: Value | None = None
    """The object whose attribute it is, for an attribute of an object that nobody knows."""


@frozen
class Descriptor(Value):
    """A function that a class looks up in its own way."""

    kind: str
    """property, staticmethod, classmethod."""
    function: Value


@frozen
class Partial(Value):
    """`functools.partial(...)`."""

    function: Value
    arguments: tuple[Value, ...]
    keywords: dict[str, Value]


@frozen
class TypeForm(Value):
    """A subscripted type: `list[Task]`, `Annotated[User, Depends(get_user)]`, `Base[Task]`; `X | Y` as `Union`."""

    origin: Value
    arguments: tuple[Value, ...]


@frozen
class Choice(Value):
    """One of several values, depending on something that cannot be told."""

    options: tuple[Value, ...]
    setting: str = ""
    """The setting that decides; the first option is what its default gives."""


@frozen
class Super(Value):
    """`super()` in a method of `owner`."""

    owner: Class
    receiver: Value


@frozen
class Generator(Value):
    """What a generator function of the project yields, in order."""

    items: tuple[Value, ...]


@frozen
class Coroutine(Value):
    """What calling an `async def` gives before it is awaited."""

    result: Value


Arguments = tuple[Value, ...]
Keywords = dict[str, Value]

NONE = Literal(None)
TRUE = Literal(True)
FALSE = Literal(False)

MOST_OPTIONS = 12


def choice(options: list[Value], setting: str = "") -> Value:
    """One value for several: the value itself when they agree, a `Choice` otherwise."""
    kept: list[Value] = []
    for given in options:
        if isinstance(given, Choice):
            setting = setting or given.setting
            kept += [option for option in given.options if not _is_among(option, kept)]
        elif not _is_among(given, kept):
            kept.append(given)
        if len(kept) > MOST_OPTIONS:
            return Unknown("too many possible values")
    return kept[0] if len(kept) == 1 else Choice(tuple(kept), setting)


def _is_among(value: Value, others: list[Value]) -> bool:
    if not isinstance(value, BY_CONTENT):
        return value in others
    return any(is_same(value, other) for other in others)


def is_same(one: Value, other: Value) -> bool:
    """Whether two values are certainly the same."""
    if one is other:
        return True
    if not isinstance(one, BY_CONTENT):
        return False
    if isinstance(one, Literal):
        return isinstance(other, Literal) and _is_same_constant(one, other)
    if isinstance(one, External):
        return isinstance(other, External) and one.name == other.name
    return isinstance(other, Unknown) and one.reason == other.reason


def _is_same_constant(one: Literal, other: Literal) -> bool:
    if isinstance(one, EnumMember) and isinstance(other, EnumMember):
        return one.cls is other.cls and one.name == other.name
    return type(one.value) is type(other.value) and one.value == other.value


BY_CONTENT = (External, Literal, Unknown)
"""Values that are the same when they say the same; all others when they are one object."""


def options_of(value: Value) -> tuple[Value, ...]:
    """All values that this may be."""
    return value.options if isinstance(value, Choice) else (value,)


def constant(value: Value) -> object:
    """The Python constant that a value is (by default), or None; for text and numbers only."""
    if isinstance(value, Setting):
        value = value.default
    return value.value if isinstance(value, Literal) else None


def is_none(value: Value) -> bool:
    return isinstance(value, Literal) and value.value is None


def is_external(value: Value, *names: str) -> bool:
    """Whether a value is one of the named library names."""
    return isinstance(value, External) and value.name in names
