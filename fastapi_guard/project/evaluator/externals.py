"""Attributes of library names: constants where they are some that we know."""

from __future__ import annotations

import http
import re
import sys
from collections.abc import Callable

from fastapi_guard.project.evaluator.signatures import KINDS
from fastapi_guard.project.values import External, Literal, Sequence, Value

STATUS_NAME = re.compile(r"(?:HTTP|WS)_(\d{3,4})\w*")


def external_attribute(receiver: External, name: str) -> Value:
    """An attribute of a library name: a constant where it is one that we know."""
    constant_of = CONSTANTS.get(receiver.name)
    known = constant_of(name) if constant_of is not None else None
    return known if known is not None else External(f"{receiver.name}.{name}")


def _status(name: str) -> Value | None:
    found = STATUS_NAME.fullmatch(name)
    return Literal(int(found.group(1))) if found else None


def _http_status(name: str) -> Value | None:
    return Literal(http.HTTPStatus[name].value) if name in http.HTTPStatus.__members__ else None


def _parameter_kind(name: str) -> Value | None:
    return Literal(KINDS[name]) if name in KINDS else None


def _http_method(name: str) -> Value | None:
    return Literal(name) if name.isupper() else None


def _version(name: str) -> Value | None:
    return Sequence("tuple", [Literal(part) for part in sys.version_info[:3]]) if name == "version_info" else None


CONSTANTS: dict[str, Callable[[str], Value | None]] = {
    "fastapi.status": _status,
    "http.HTTPMethod": _http_method,
    "http.HTTPStatus": _http_status,
    "inspect.Parameter": _parameter_kind,
    "starlette.status": _status,
    "sys": _version,
}
"""Modules and classes of libraries whose attributes are constants."""
