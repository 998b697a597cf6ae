"""Without what a text can hold no secret: for the prefilter, which looks at code that is not parsed."""

import re

_OPENS = (
    "jwt",
    "signing",
    "encryption",
    "fernet",
    "csrf",
    "api",
    "access",
    "private",
    "auth",
    "account",
    "admin",
    "master",
)
_PROVES = ("api", "auth", "access", "bot", "bearer", "slack", "github", "admin", "service", "master")


def _after(words: tuple[str, ...], noun: str) -> str:
    """A pattern of `noun` behind one of the words; it begins with the noun, which is found sooner than many words."""
    behind = "|".join(f"(?<={word}{mark}{noun})" for word in words for mark in ("_", ""))
    return f"{noun}(?:{behind})"


_NAME = (
    rf"(?:secret(?:_?(?:key|token))?|{_after(_OPENS, 'key')}|{_after(_PROVES, 'token')}|password|passwd|pwd|passphrase)"
)
_GAP = r"(?:[\s(\\]|#[^\n]*\n)*"
_CALL = r"(?:(?:\w+|[\w.]+\.(?:secretstr|secretbytes|field))\s*\((?:[^\"')]|\)\s*,)*)?"
"""`Field(min_length=8, default=`, under any name that it is imported by."""
_TARGET = r"(?:[^\"'#:\n]*(?:\[[\"'][^\"'\n]*[\"']\]\s*)?=)?"
"""`settings.key =`, `environ["KEY"] =`."""
_LITERAL = rf"{_TARGET}{_GAP}{_CALL}[rbuf]*[\"']"
"""`"..."`, also in brackets, behind a further target, and as what the call of a class is given."""
_GOES_ON = r"\s*[)\],|]"
"""How no statement begins."""
_ANNOTATED = rf"(?:[^\"'#:\n]|lambda[^\"'#:\n]*:|#[^\n]*\n|\n(?={_GOES_ON})|(?<=[(\[,=|\\])\s*\n(?!{_GOES_ON}))*[\"']"
"""An annotation and a literal, with no other statement between them; each line break can be found in one way only."""

GIVEN_A_SECRET = re.compile(
    rf"{_NAME}(?:[\"']?\s*=(?!=){_LITERAL}|[\"']\s*:{_LITERAL}|\s*:{_ANNOTATED})", re.IGNORECASE
)
"""Stands wherever a name of a secret is given a literal text: as a variable, keyword, field or key."""

SECRET_ENDINGS = re.compile(r"(?:secret|key|token|password|passwd|pwd|passphrase)\b", re.IGNORECASE)
"""Stands wherever a secret is named."""

SECRET_LOOKS = (
    re.compile(r"://[^\s:/@{}<>]*:[^\s/@{}<>$*]+@"),
    *("sk-", "sk_live_", "rk_live_", "AKIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "xoxb-", "xoxp-", "AIza"),
    *("PRIVATE KEY", "glpat-", "SG."),
)  # fmt: skip
"""One of them stands in every text that is a secret by its look."""
