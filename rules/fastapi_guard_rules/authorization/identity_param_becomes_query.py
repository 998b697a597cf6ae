"""FG205 identity-param-becomes-query."""

import ast
import re
from collections.abc import Iterator

from fastapi_guard.api import ERROR, MEDIUM, Dependant, Finding, Location, PathOperation, Project, Related, rule

IDENTITIES = frozenset({"user_id", "current_user", "current_user_id", "username", "user_email", "account_id"})
ROLES = frozenset({"role", "roles", "is_admin", "is_superuser", "user_role", "is_staff", "permissions"})
PLAIN = re.compile(r"(?:Optional\[)?(?:str|int|bool|UUID|uuid\.UUID|list\[str\]|UUID4)\]?(?:\s*\|\s*None)?")
IDENTITY_NAMES = re.compile(
    r"(?:^|_)(?:current|auth\w*|login|logged|identity|principal|session_user|get_user|require_user|active_user)"
)


@rule("FG205", severity=ERROR, confidence=MEDIUM)
def identity_param_becomes_query(operation: PathOperation, project: Project) -> Iterator[Finding]:
    """A dependency that says who calls takes the answer as a plain parameter: FastAPI reads it from the query string."""
    for root in operation.dependencies:
        for node in root.walk():
            for parameter in _plain_parameters(node, operation.path):
                if parameter.arg in ROLES or (parameter.arg in IDENTITIES and _says_who_calls(node, operation)):
                    yield _finding(operation, node, parameter)


def _finding(operation: PathOperation, node: Dependant, parameter: ast.arg) -> Finding:
    assert node.location is not None
    name = node.name.rpartition(".")[2]
    location = Location(
        node.location.path,
        parameter.lineno,
        parameter.col_offset + 1,
        parameter.end_lineno or parameter.lineno,
        (parameter.end_col_offset or parameter.col_offset) + 1,
    )
    return Finding(
        location,
        f"`{name}` takes `{parameter.arg}` as a plain parameter, so that whoever calls sends it: `?{parameter.arg}=…`",
        operations=operation.places,
        related=(Related(node.declared_at, "depended on here"),) if node.declared_at else (),
        help="Take it from a dependency that verifies a credential, or from one that reads it from the path.",
        symbol=node.name,
    )


def _plain_parameters(node: Dependant, path: str) -> Iterator[ast.arg]:
    """Parameters that FastAPI fills from the query string."""
    function = node.function
    if (
        function is None
        or any(child.walk() and child.scheme for child in node.walk())
        or _makes_a_function(function.definition)
    ):
        return
    injected = {child.parameter for child in node.children}
    spec = function.definition.args
    defaults = dict(zip([each.arg for each in spec.args[::-1]], spec.defaults[::-1], strict=False))
    for parameter in (*spec.args, *spec.kwonlyargs):
        default = defaults.get(parameter.arg)
        is_plain = parameter.annotation is None or PLAIN.fullmatch(ast.unparse(parameter.annotation))
        if (
            is_plain
            and parameter.arg not in injected
            and f"{{{parameter.arg}" not in path
            and (default is None or isinstance(default, ast.Constant))
        ):
            yield parameter


def _makes_a_function(definition: ast.AST) -> bool:
    """A factory whose result was meant to be depended on is another fault."""
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node is not definition
        for node in ast.walk(definition)
    )


def _says_who_calls(node: Dependant, operation: PathOperation) -> bool:
    name = node.name.rpartition(".")[2].lower()
    return IDENTITY_NAMES.search(name) is not None and not any(
        child.children or child.scheme for child in node.children
    )
