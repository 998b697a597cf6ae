"""FG631 hardcoded-secret."""

import re
from collections.abc import Iterator

import libcst as cst

from fastapi_guard.api import (
    ERROR,
    GIVEN_A_SECRET,
    SECRET_LOOKS,
    Finding,
    Unit,
    enclosing_class,
    is_for_tests,
    is_secret_name,
    is_secret_value,
    is_settings_class,
    literal_in,
    password_in_url,
    rule,
    token_in,
)

EXAMPLE = re.compile(r"(?:^|_)(?:examples?|schema_extra)(?:_|$)", re.IGNORECASE)

HELP = "Read it from the environment, without a default; whoever has read the code knows it, so change it as well."


@rule("FG631", severity=ERROR, words=(GIVEN_A_SECRET, *SECRET_LOOKS), tests=False)
def hardcoded_secret(
    node: cst.Assign | cst.AnnAssign | cst.Arg | cst.DictElement | cst.SimpleString, unit: Unit
) -> Iterator[Finding]:
    """A secret stands in the code."""
    if isinstance(node, cst.SimpleString):
        what = _by_its_look(node, unit)
        if what:
            yield _finding(node, what, unit)
        return
    name, value = _named(node)
    text = literal_in(value, unit) if value is not None else None
    if value is None or text is None or token_in(text) or not is_secret_name(name) or not is_secret_value(name, text):
        return
    holder = enclosing_class(node, unit)
    if holder is not None and (is_settings_class(holder, unit) or _is_enumeration(holder, unit)):
        return
    if _is_example(node, unit) or (holder is not None and is_for_tests(holder)):
        return
    yield _finding(value, f"`{name}` is a secret that stands in the code", unit)


def _finding(node: cst.CSTNode, what: str, unit: Unit) -> Finding:
    function = unit.enclosing_function(node)
    return Finding(
        unit.location(node),
        f"{what}: whoever reads the code can use it",
        help=HELP,
        symbol=unit.symbol(function) if function else "",
    )


def _by_its_look(node: cst.SimpleString, unit: Unit) -> str:
    text = node.evaluated_value
    if not isinstance(text, str) or isinstance(unit.parent(node), (cst.Expr, cst.Comparison, cst.ComparisonTarget)):
        return ""
    holder = enclosing_class(node, unit)
    if _is_example(node, unit) or (holder is not None and is_for_tests(holder)):
        return ""
    if token_in(text):
        return "a key that a service has given out stands in the code"
    host = password_in_url(text)
    return f"the password for `{host}` stands in the code" if host else ""


def _named(node: cst.Assign | cst.AnnAssign | cst.Arg | cst.DictElement) -> tuple[str, cst.BaseExpression | None]:
    """The name that a value is given, and the value."""
    if isinstance(node, cst.Arg):
        return (node.keyword.value if node.keyword else ""), node.value
    if isinstance(node, cst.DictElement):
        is_text = isinstance(node.key, cst.SimpleString) and isinstance(node.key.evaluated_value, str)
        return (str(node.key.evaluated_value) if is_text and isinstance(node.key, cst.SimpleString) else ""), node.value
    target: cst.BaseExpression = node.targets[0].target if isinstance(node, cst.Assign) else node.target
    if isinstance(target, cst.Attribute):
        return target.attr.value, node.value
    return (target.value if isinstance(target, cst.Name) else ""), node.value


def _is_enumeration(definition: cst.ClassDef, unit: Unit) -> bool:
    return any((unit.resolve(base.value) or "").rpartition(".")[2].endswith("Enum") for base in definition.bases)


def _is_example(node: cst.CSTNode, unit: Unit) -> bool:
    """`Field(examples=["…"])`, `json_schema_extra={…}`, `login_example = Tokens(…)`: documentation."""
    holder = unit.parent(node)
    while holder is not None and not isinstance(holder, (cst.FunctionDef, cst.ClassDef)):
        if isinstance(holder, cst.Arg) and holder.keyword is not None:
            if holder.keyword.value in ("description", "example", "examples", "help", "json_schema_extra", "title"):
                return True
        if isinstance(holder, (cst.Assign, cst.AnnAssign, cst.DictElement)) and EXAMPLE.search(_named(holder)[0]):
            return True
        holder = unit.parent(holder)
    return False
