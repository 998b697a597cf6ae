"""How Starlette's CORS middleware is called, and which of its options let every origin in."""

import re

CORS_MIDDLEWARES = frozenset(
    {
        "fastapi.middleware.cors.CORSMiddleware",
        "starlette.middleware.cors.CORSMiddleware",
    }
)

_STRANGERS = ("https://a.example", "https://zq9.invalid")
"""Origins that no application means."""


def allows_everybody(origins: object, pattern: object) -> bool:
    """Whether `allow_origins` or `allow_origin_regex` lets every origin in."""
    if (isinstance(origins, tuple) and "*" in origins) or origins == "*":
        return True
    if not isinstance(pattern, str) or len(pattern) > LONGEST_PATTERN:
        return False
    try:
        return all(re.fullmatch(pattern, origin) for origin in _STRANGERS)
    except re.error:
        return False


LONGEST_PATTERN = 200
