"""JSON as every format writes it: ASCII only, so that no encoding on the way can break it."""

import json
from typing import Any

from fastapi_guard.report.inert import without_surrogates


def dumps(value: Any, *, indent: int | None = 2) -> str:
    """One JSON document; lone surrogates become visible escapes, because readers refuse them."""
    text = json.dumps(_clean(value), indent=indent, ensure_ascii=True)
    return text.replace("##[", "#\\u0023[")  # the same text, and no command for GitHub's runner when it is in a log


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, dict):
        return {_clean(key): _clean(element) for key, element in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(element) for element in value]
    return value
