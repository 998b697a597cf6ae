"""Everything an analysis needs to know from its user, as plain values with their defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi_guard.facts.layering import ROUTE_LAYERS, SCHEMA_LAYERS
from fastapi_guard.finding import Confidence, Severity
from fastapi_guard.location import Location
from fastapi_guard.source.discovery import DEFAULT_EXCLUDE

OptionValue = bool | int | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PerFileIgnore:
    """Rules that are not reported in the files that a gitignore pattern matches."""

    pattern: str
    selectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublicRoute:
    """A declaration that an operation may be called by anybody."""

    method: str
    """Upper case; `*` stands for every method."""
    path: str
    """The full path, as `routes` prints it."""
    reason: str
    location: Location
    """Where it is declared, so that a dead entry can be reported there."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Which files belong to which layer: globs relative to the root."""

    routes: tuple[str, ...] = ROUTE_LAYERS
    services: tuple[str, ...] = ("**/service.py", "**/services.py", "**/services/**", "**/use_cases/**")
    data: tuple[str, ...] = (
        "**/crud.py",
        "**/crud/**",
        "**/dal/**",
        "**/dao/**",
        "**/repositories/**",
        "**/repository.py",
        "**/repository/**",
    )
    schemas: tuple[str, ...] = SCHEMA_LAYERS


@dataclass(frozen=True, slots=True)
class Auth:
    """Callables and classes of this code base that the analysis cannot judge by itself: dotted names."""

    providers: tuple[str, ...] = ()
    """Dependencies that reject a stranger."""
    authorizers: tuple[str, ...] = ()
    """Callables that check whose rows are touched."""
    middleware: tuple[str, ...] = ()
    """Middlewares that reject a stranger."""


@dataclass(frozen=True, slots=True)
class Policy:
    """House rules on which teams differ."""

    authentication: str = "non-public"
    """`non-public`, or `every-operation`: nothing is public by nature."""
    delete_status: str = "either"
    """`either`, `204` or `200`."""
    validation_status: str = "422"
    """`422`, `400` or `either`."""
    database_in_handlers: str = "layered"
    """`layered`, `forbid` or `allow`."""
    api_prefix: str = ""
    """The prefix that every operation has; empty when there is none."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an analysis needs from its user."""

    select: tuple[str, ...] | None = None
    """Selectors of the rules to run; None for the rules of the profile."""
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[PerFileIgnore, ...] = ()
    profile: str = "default"
    """`default`, or `strict` for the house rules as well."""
    min_severity: Severity = Severity.INFO
    min_confidence: Confidence = Confidence.LOW
    fail_on: Severity = Severity.INFO
    """The least severity that makes the exit code 1."""
    require_reason: bool = True
    """Suppressions and public routes need a reason."""
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    """gitignore patterns, relative to the root."""
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    """Exclude patterns also hold for paths given on the command line."""
    respect_gitignore: bool = True
    src: tuple[str, ...] = ()
    """Folders that imports start from, relative to the root; empty to find them."""
    fastapi_version: tuple[int, ...] = ()
    """Empty to read it from the project's lock file or requirements."""
    app: str = ""
    """`module:attribute` of the only application to analyse; empty for all."""
    public: tuple[PublicRoute, ...] = ()
    router_classes: tuple[str, ...] = ()
    """Dotted names of classes that are routers without inheriting from one that is known."""
    plugins: tuple[str, ...] = ()
    """Packages of the project that hold rules of its own."""
    owner_columns: tuple[str, ...] = ()
    """Columns that say whose row it is, beside the well-known ones."""
    layers: Layers = field(default=Layers())
    auth: Auth = field(default=Auth())
    policy: Policy = field(default=Policy())
    rule_options: Mapping[str, Mapping[str, OptionValue]] = field(default_factory=dict)
    """Keyword arguments of rules, by code."""
