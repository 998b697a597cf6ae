"""Everything that a rule may import, beside the node types of LibCST."""

from fastapi_guard.facts.origins import Origin, origin_of
from fastapi_guard.facts.returns import literal_kind, returns_of
from fastapi_guard.facts.sql import SQL_WORDS, SqlCall, is_migration, is_test, sql_call
from fastapi_guard.facts.unit import Unit
from fastapi_guard.facts.walk import walk
from fastapi_guard.finding import Finding, OperationPlace, Proof, Related
from fastapi_guard.location import Location
from fastapi_guard.project.model import (
    Application,
    Authentication,
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
    "Dependant",
    "Directive",
    "Finding",
    "Function",
    "Guard",
    "IncludeContext",
    "Location",
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
    "is_migration",
    "is_test",
    "literal_kind",
    "origin_of",
    "returns_of",
    "rule",
    "sql_call",
    "walk",
]
