"""The comments that silence findings or declare operations public, and the lines that each of them speaks for.

# fastapi-guard: ignore[FG101] reason
# fastapi-guard: file-ignore[FG801, unscoped-query] reason
# fastapi-guard: public reason
# noqa: FG101 reason
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fastapi_guard.location import Location
from fastapi_guard.source.comments import Comment, comments_of
from fastapi_guard.source.statements import Lines, statement_lines


class Directive(StrEnum):
    """What a comment asks for."""

    IGNORE = "ignore"
    FILE_IGNORE = "file-ignore"
    PUBLIC = "public"
    NOQA = "noqa"


@dataclass(frozen=True, slots=True)
class Suppression:
    """A comment that silences findings, or that declares an operation public, or that tries to."""

    directive: Directive | None
    """None when malformed."""
    location: Location
    """The directive itself, to the end of the comment."""
    lines: Lines | None
    """The lines that it speaks for; None for none at all."""
    codes: tuple[str, ...] = ()
    """As written: codes or names."""
    reason: str = ""
    error: str = ""
    """Why it silences nothing, when it is malformed."""
    unknown: tuple[str, ...] = ()
    """The codes that no rule has; known when all rules have run."""
    unused: tuple[str, ...] = ()
    """The codes that silenced nothing; known when all rules have run. `public` for an idle declaration."""

    def speaks_for(self, path: str, line: int) -> bool:
        """Whether a finding or an operation at this place is meant."""
        if path != self.location.path or self.directive is None:
            return False
        return self.directive is Directive.FILE_IGNORE or (self.lines is not None and line in self.lines)


_MARKER = re.compile(r"fastapi[-_]guard|noqa\s*:[^\n]*fg[0-9]")
"""Stands in lower case in every comment that is one of ours: `noqa` with the codes of other linters is theirs."""
_DIRECTIVE = re.compile(r"#\s*fastapi-guard:\s*(?P<rest>.*)")
_ATTEMPT = re.compile(r"#\s*fastapi[-_ ]?guard\s*:?\s*(?:file-?ignore|ignore|public|noqa|disable)\b", re.IGNORECASE)
_BODY = re.compile(
    r"(?P<directive>ignore|file-ignore)\s*\[(?P<codes>[^\[\]]*)\](?P<reason>.*)|(?P<public>public)(?:\s+(?P<why>.*))?"
)
_NOQA = re.compile(r"#\s*noqa\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)(?P<reason>.*)", re.IGNORECASE)
_OWN_CODE = re.compile(r"FG[0-9]{3}")


def mentions_suppressions(text: str) -> bool:
    """Whether a file may hold a suppression; the tree of one that does not need not be made."""
    lower = text.lower()
    return ("noqa" in lower or "guard" in lower) and _MARKER.search(lower) is not None


def read_suppressions(path: str, text: str, tree: ast.Module) -> tuple[Suppression, ...]:
    """Every suppression and public declaration of a file, in order, well-formed or not."""
    if not mentions_suppressions(text):
        return ()
    comments = list(comments_of(text))
    marked = [comment for comment in comments if _MARKER.search(comment.text.lower())]
    if not marked:
        return ()
    statements = sorted(statement_lines(tree, text), key=lambda lines: (lines.first, lines.last))
    alone = {comment.line for comment in comments if comment.is_alone}
    found: list[Suppression] = []
    for comment in marked:
        found.extend(_suppressions_in(path, comment, _lines_for(comment, alone, statements)))
    return tuple(found)


def public_declarations(suppressions: Sequence[Suppression]) -> tuple[Suppression, ...]:
    """The declarations that operations are public; each says for which lines and why."""
    return tuple(suppression for suppression in suppressions if suppression.directive is Directive.PUBLIC)


def _lines_for(comment: Comment, alone: set[int], statements: list[Lines]) -> Lines | None:
    """The lines of the statements that the comment stands in, or of the one below it when it stands alone."""
    line = comment.line
    around = [lines for lines in statements if line in lines]
    if not around and comment.is_alone:
        while line in alone:
            line += 1
        around = [lines for lines in statements if lines.first == line]
    if not around:
        return None
    return Lines(min(lines.first for lines in around), max(lines.last for lines in around))


def _suppressions_in(path: str, comment: Comment, lines: Lines | None) -> Iterator[Suppression]:
    noqa = _NOQA.search(comment.text)
    if noqa and not comment.is_alone:
        codes = tuple(code for code in re.split(r"[,\s]+", noqa["codes"]) if _OWN_CODE.fullmatch(code))
        if codes:
            reason = noqa["reason"].partition("#")[0].strip(" \t-:,")
            yield Suppression(Directive.NOQA, _place(path, comment, noqa.start()), lines, codes, reason)
    directive = _DIRECTIVE.search(comment.text)
    if directive is None:
        attempt = _ATTEMPT.search(comment.text)
        if attempt:
            place = _place(path, comment, attempt.start())
            yield Suppression(None, place, None, error="it does not start with `# fastapi-guard: `")
        return
    place = _place(path, comment, directive.start())
    body = _BODY.fullmatch(directive["rest"].rstrip())
    if body is None:
        yield Suppression(None, place, None, error=_why_malformed(directive["rest"]))
    elif body["public"]:
        yield Suppression(Directive.PUBLIC, place, lines, (), (body["why"] or "").strip())
    else:
        codes = tuple(code.strip() for code in body["codes"].split(","))
        if not all(codes):
            yield Suppression(None, place, None, error="the brackets name no rule, or an empty one")
        else:
            yield Suppression(Directive(body["directive"]), place, lines, codes, body["reason"].strip())


def _why_malformed(rest: str) -> str:
    if not rest.startswith(("ignore", "file-ignore", "public")):
        return f"`{rest.split(None, 1)[0] if rest.split() else ''}` is not `ignore[…]`, `file-ignore[…]` or `public`"
    return "the rules to ignore stand in brackets: `ignore[FG101] reason`"


def _place(path: str, comment: Comment, offset: int) -> Location:
    column = comment.column + offset
    return Location(path, comment.line, column, comment.line, comment.column + len(comment.text.rstrip()))
