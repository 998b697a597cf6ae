"""FG874 ai-and-business-mixed."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    MEDIUM,
    MODEL_WORDS,
    WARNING,
    Finding,
    Unit,
    bound_by,
    is_for_types_only,
    is_of_model,
    is_test,
    rule,
)

DATABASES = ("beanie", "mongoengine", "odmantic", "ormar", "peewee", "piccolo", "sqlalchemy", "sqlmodel", "tortoise")
ROOTS = frozenset({"fastapi.FastAPI", "fastapi.applications.FastAPI"})


@rule("FG874", severity=WARNING, confidence=MEDIUM, profile="strict", words=MODEL_WORDS)
def ai_and_business_mixed(statement: cst.Import | cst.ImportFrom, unit: Unit) -> Iterator[Finding]:
    """A module speaks with a language model and with the database."""
    names = unit.surroundings.names.dotted_by_name
    model = next((name for name, dotted in names.items() if is_of_model(dotted) and not _is_own(dotted, unit)), "")
    if model not in list(bound_by(statement)) or unit.enclosing_function(statement) or is_test(unit.path):
        return
    if is_for_types_only(statement, unit) or ROOTS & set(names.values()):
        return
    stored = next((dotted for dotted in names.values() if _is_of_database(dotted)), "")
    if stored:
        yield Finding(
            unit.location(statement),
            f"this module asks a language model through `{names[model]}` and keeps data through `{stored}`: neither can "
            "be tried, tested or replaced without the other",
            help="Keep prompts and calls of models in modules that know no table.",
            symbol=unit.surroundings.module,
        )


def _is_own(dotted: str, unit: Unit) -> bool:
    """Whether a package of the project has the name of a library."""
    package = dotted.partition(".")[0]
    return any(name == package or name.startswith(f"{package}.") for name in unit.surroundings.own_modules)


def _is_of_database(dotted: str) -> bool:
    package, _, rest = dotted.partition(".")
    return package in DATABASES and not rest.startswith("exc")
