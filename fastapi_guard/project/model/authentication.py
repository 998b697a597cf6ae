"""Who gets through to an operation, and what was meant to stop him."""

from dataclasses import dataclass
from enum import StrEnum

from fastapi_guard.location import Location


class Verdict(StrEnum):
    """Who gets through to an operation without a credential."""

    REQUIRED = "required"
    """A stranger is always rejected."""
    OPTIONAL = "optional"
    """Identity is looked at; its absence is allowed."""
    INEFFECTIVE = "ineffective"
    """Looks like a guard and rejects nobody: a bare scheme, a decode without verification."""
    NONE = "none"
    UNKNOWN = "unknown"
    """Something that could not be resolved might guard it; `Authentication.reason` says what."""


class Via(StrEnum):
    """How a guard or dependency reaches an operation."""

    PARAMETER = "parameter"
    ALIAS = "alias"
    DECORATOR = "decorator"
    ROUTER = "router"
    INCLUDE = "include"
    APP = "app"
    MIDDLEWARE = "middleware"
    WRAPPER = "wrapper"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """An instance of a `fastapi.security` class, or of a subclass of one."""

    name: str
    """Class name as FastAPI would print it: `HTTPBearer`."""
    auto_error: bool | None
    """None where the value could not be resolved."""
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that was found to authenticate an operation."""

    name: str
    location: Location | None
    via: Via
    verdict: Verdict = Verdict.REQUIRED
    """What it does to a stranger, taken alone."""
    rejects_at: Location | None = None
    """Where it raises or answers 401 or 403; None where it does not, or a library does."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Authentication:
    """The verdict on one operation and what it rests on."""

    verdict: Verdict
    schemes: tuple[str, ...] = ()
    by: tuple[Guard, ...] = ()
    reason: str = ""
    """One clause that says why: for `unknown` and `ineffective` what is missing."""
    beside: tuple[Guard, ...] = ()
    """What else looks at identity, and does not decide."""


class WhyDead(StrEnum):
    """Why something that was written as a guard turns nobody away."""

    METADATA = "metadata"
    """It stands in `Annotated[...]` without `Depends`."""
    DEPENDENCIES_PARAMETER = "dependencies parameter"
    """`dependencies=[Depends(...)]` is a parameter of the function, not of its decorator."""
    FACTORY = "factory"
    """`Depends` is given the function that makes the guard."""
    CLASS = "class"
    """`Depends` is given the class whose instances guard."""
    DEFAULT = "default"
    """It is the default of a parameter, without `Depends`."""
    DECORATOR = "decorator"
    """It decorates what the route has already registered."""
    NOT_AWAITED = "not awaited"
    SCOPES = "scopes"
    """`Security(..., scopes=[...])` and nobody reads the scopes."""
    LETS_ALL_PASS = "lets all pass"
    """It runs, is called after a check, and has no way to turn anybody away."""
    CALLED = "called"
    """`Depends` is given what the dependency gave when the module was imported."""


@dataclass(frozen=True, slots=True)
class DeadGuard:
    """Something that was written to guard an operation and never runs."""

    why: WhyDead
    name: str
    """Dotted name of what does not run."""
    location: Location
    """Where it is written: the parameter, the `Depends(...)`, the decorator or the call."""
    taker: str = ""
    """The function that it stands in or above; the scopes that nobody reads."""
    parameter: str = ""
    defined_at: Location | None = None
    guards: bool = False
    """It would reject strangers or look at who calls; others are just not run."""
