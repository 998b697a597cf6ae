"""The HTTP status that an expression of `ast` certainly is."""

import ast
import re
from http import HTTPStatus

_CONSTANT = re.compile(r"HTTP_([1-5]\d\d)_\w+")


def written_status(node: ast.expr) -> int | None:
    """`404`, `status.HTTP_404_NOT_FOUND`, `HTTPStatus.NOT_FOUND`; None for anything else."""
    if isinstance(node, ast.Constant):
        value = node.value
        return value if isinstance(value, int) and not isinstance(value, bool) and 100 <= value < 600 else None
    if isinstance(node, ast.Attribute) and node.attr == "value":
        return written_status(node.value)
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    constant = _CONSTANT.fullmatch(name)
    if constant:
        return int(constant[1])
    is_http_status = (
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "HTTPStatus"
    )
    return int(HTTPStatus[name]) if is_http_status and name in HTTPStatus.__members__ else None
