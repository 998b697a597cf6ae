"""Everything that a rule may import, beside the node types of LibCST."""

from fastapi_guard.facts.origins import Origin, origin_of
from fastapi_guard.facts.returns import literal_kind, returns_of
from fastapi_guard.facts.sql import SQL_WORDS, SqlCall, is_migration, is_test, sql_call
from fastapi_guard.facts.unit import Unit
from fastapi_guard.facts.uses import called_names, is_questioned, taken_apart
from fastapi_guard.facts.walk import walk
from fastapi_guard.finding import Finding, OperationPlace, Proof, Related
from fastapi_guard.location import Location
from fastapi_guard.project.grouping import (
    Bypass,
    Cause,
    OpenGroup,
    application_of,
    bypasses,
    is_guarded,
    is_open,
    is_read,
    open_groups,
    routers_of,
)
from fastapi_guard.project.model import (
    Application,
    Authentication,
    DatabaseAccess,
    Dependant,
    Function,
    Guard,
    IncludeContext,
    Parameter,
    PathOperation,
    Project,
    RouterPlace,
    SecurityScheme,
    Unmounted,
    Unresolved,
    Verdict,
    Via,
)
from fastapi_guard.project.public import is_public
from fastapi_guard.project.way import inclusions, near_miss, proof_of, short_name, titles_of
from fastapi_guard.rule import ERROR, HIGH, INFO, LOW, MEDIUM, WARNING, Rule, rule
from fastapi_guard.source.suppressions import Directive, Suppression

__all__ = [
    "ERROR",
    "HIGH",
    "INFO",
    "LOW",
    "MEDIUM",
    "SQL_WORDS",
    "WARNING",
    "Application",
    "Authentication",
    "DatabaseAccess",
    "Bypass",
    "Cause",
    "Dependant",
    "Directive",
    "Finding",
    "Function",
    "Guard",
    "IncludeContext",
    "Location",
    "OpenGroup",
    "OperationPlace",
    "Origin",
    "Parameter",
    "PathOperation",
    "Project",
    "Proof",
    "Related",
    "RouterPlace",
    "Rule",
    "SecurityScheme",
    "SqlCall",
    "Suppression",
    "Unit",
    "Unmounted",
    "Unresolved",
    "Verdict",
    "Via",
    "application_of",
    "bypasses",
    "called_names",
    "inclusions",
    "is_guarded",
    "is_migration",
    "is_open",
    "is_public",
    "is_questioned",
    "is_read",
    "is_test",
    "literal_kind",
    "near_miss",
    "open_groups",
    "origin_of",
    "proof_of",
    "returns_of",
    "routers_of",
    "rule",
    "short_name",
    "sql_call",
    "taken_apart",
    "titles_of",
    "walk",
]
