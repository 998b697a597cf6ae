"""FG634 env-var-not-validated."""

from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    ENGINES,
    MEDIUM,
    WARNING,
    Finding,
    Unit,
    argument,
    is_needed,
    is_test,
    is_tested,
    literal_in,
    rule,
)

READS = frozenset({"os.getenv", "os.environ.get"})
TAKES_NONE = (
    "builtins.bool",
    "builtins.float",
    "builtins.int",
    "builtins.print",
    "builtins.str",
    "logging.",
    "openai.",
    "os.",
    "pydantic.",
    *ENGINES,
)
"""Calls that have a use for a variable that is not set, or that fail at once."""


@rule("FG634", severity=WARNING, confidence=MEDIUM, profile="strict", words=["getenv", "environ"])
def env_var_not_validated(call: cst.Call, unit: Unit) -> Iterator[Finding]:
    """A variable of the environment is used as if it were always set."""
    if unit.resolve(call) not in READS or len(call.args) != 1 or is_test(unit.path):
        return
    variable = literal_in(argument(call, "key", 0), unit)
    use = _use(call, unit)
    if variable and use:
        yield Finding(
            unit.location(call),
            f"`{variable}` may be missing from the environment, and {use}: the process starts all the same and fails "
            "later",
            help="Read it where its absence stops the process: a field of `BaseSettings` without a default.",
            symbol=unit.surroundings.module,
        )


def _use(call: cst.Call, unit: Unit) -> str:
    """What becomes of the variable without anybody asking whether it is set; empty where somebody may ask."""
    holder = unit.parent(call)
    is_at_import = unit.enclosing_function(call) is None
    if isinstance(holder, cst.Attribute):
        return "" if is_at_import else f"`.{holder.attr.value}` is asked of it"
    if isinstance(holder, cst.Arg) and not (holder.keyword and holder.keyword.value == "default"):
        taker = unit.parent(holder)
        name = (unit.resolve(taker) or "") if isinstance(taker, cst.Call) else ""
        is_own = name.rpartition(".")[0] in unit.surroundings.own_modules
        is_known = bool(name) and not is_own and not name.startswith(TAKES_NONE)
        return f"`{name.rpartition('.')[2]}` is given it unseen" if is_known and is_at_import else ""
    if isinstance(holder, cst.AnnAssign):
        is_text = unit.resolve(holder.annotation.annotation) == "builtins.str"
        if isinstance(holder.target, cst.Name) and is_text and not is_tested(holder.target.value, unit):
            return f"`{holder.target.value}` is declared to be a text"
        return ""
    if isinstance(holder, cst.Assign) and is_at_import and len(holder.targets) == 1:
        target = holder.targets[0].target
        is_of_module = isinstance(target, cst.Name) and unit.resolve(target) is not None
        if isinstance(target, cst.Name) and is_of_module and not is_tested(target.value, unit):
            return f"`{target.value}` is passed on unseen" if is_needed(target.value, unit) else ""
    return ""
