"""What suppression comments say and for which lines they speak."""

import ast

import pytest

from fastapi_guard.source.statements import Lines
from fastapi_guard.source.suppressions import Directive, Suppression, read_suppressions


def read(text: str) -> list[Suppression]:
    return list(read_suppressions("a.py", text, ast.parse(text)))


def lines_of(text: str) -> list[tuple[int, int] | None]:
    return [(s.lines.first, s.lines.last) if s.lines else None for s in read(text)]


def test_the_grammar() -> None:
    """Codes and names stand in brackets, everything after them is the reason."""
    ignore, file_ignore, public = read(
        "x = 1  # fastapi-guard: ignore[FG101, unscoped-query] the team knows [why]\n"
        "# fastapi-guard: file-ignore[FG801] generated\n"
        "# fastapi-guard: public status page\n"
        "y = 1\n"
    )

    assert (ignore.directive, ignore.codes, ignore.reason) == (
        Directive.IGNORE,
        ("FG101", "unscoped-query"),
        "the team knows [why]",
    )
    assert (file_ignore.directive, file_ignore.codes, file_ignore.reason) == (
        Directive.FILE_IGNORE,
        ("FG801",),
        "generated",
    )
    assert (public.directive, public.codes, public.reason) == (Directive.PUBLIC, (), "status page")


def test_noqa_is_honoured_when_it_names_the_code() -> None:
    """Codes of other tools are none of ours; a bare `noqa` and one on a line of its own say nothing."""
    (noqa,) = read("x = 1  # noqa: F401, FG101 probe\ny = 1  # noqa\nz = 1  # noqa: E501\n# noqa: FG101\n")

    assert (noqa.directive, noqa.codes, noqa.reason) == (Directive.NOQA, ("FG101",), "probe")


@pytest.mark.parametrize(
    "comment",
    [
        "# fastapi-guard: ignore",
        "# fastapi-guard: ignore FG101",
        "# fastapi-guard: ignore[]",
        "# fastapi-guard: ignore[FG101,]",
        "# fastapi-guard: ignore[FG101",
        "# fastapi-guard: ignores[FG101] x",
        "# fastapi-guard:",
        "# fastapi-guard ignore[FG101] x",
        "# fastapi_guard: ignore[FG101] x",
        "# FastAPI-Guard: ignore[FG101] x",
        "# fastapi-guard: publicly known",
    ],
)
def test_a_malformed_suppression_silences_nothing(comment: str) -> None:
    """It has no directive, speaks for no line and says what is wrong."""
    (malformed,) = read(f"x = 1  {comment}\n")

    assert (malformed.directive, malformed.lines, bool(malformed.error)) == (None, None, True)
    assert not malformed.speaks_for("a.py", 1)


def test_text_and_prose_are_no_suppressions() -> None:
    """Strings never count, nor does a comment that only speaks of the tool."""
    assert read("x = '# fastapi-guard: ignore[FG101] x'  # checked by fastapi-guard\n") == []


def test_a_suppression_speaks_for_the_signature_that_it_stands_in() -> None:
    """From the first decorator to the colon, wherever in it the comment stands."""
    for position in range(7):
        lines = ["@a", "@b(", "  1)", "def f(", "    x,", ") -> int:", "    # body", "    return x"]
        lines[position if position < 6 else 5] += "  # fastapi-guard: ignore[FG101] x"

        assert lines_of("\n".join(lines) + "\n") == [(1, 6)]


def test_a_suppression_in_a_body_speaks_for_its_statement() -> None:
    """All lines of a simple statement, not those of the function around it."""
    text = "def f():\n    a()\n    b(\n        1,  # fastapi-guard: ignore[FG101] x\n    )\n    c()\n"

    assert lines_of(text) == [(3, 5)]


def test_a_suppression_on_its_own_line_speaks_for_what_follows() -> None:
    """Other comments may stand between; an empty line ends its reach."""
    comment = "# fastapi-guard: ignore[FG101] x\n"

    assert lines_of(f"{comment}# more\n@a\ndef f(): ...\n") == [(3, 4)]
    assert lines_of(f"def f():\n    {comment}    a()\n    b()\n") == [(3, 3)]
    assert lines_of(f"{comment}\ndef f(): ...\n") == [None]
    assert lines_of(f"def f(): ...\n{comment}") == [None]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("if x:  #\n    pass\n", (1, 1)),
        ("try:\n    pass\nexcept (\n    A  #\n):\n    pass\n", (3, 5)),
        ("with a(\n    b  #\n):\n    pass\n", (1, 3)),
        ("match x:\n    case 1:  #\n        pass\n", (2, 2)),
        ("class A(B):  #\n    '''doc'''\n    x = 1\n", (1, 1)),
        ("x = {\n  1: 2,  #\n}\n", (1, 3)),
        ("if x: y()  #\n", (1, 1)),
    ],
)
def test_statements_of_all_kinds(text: str, lines: tuple[int, int]) -> None:
    """Heads of compound statements end at their colon."""
    assert lines_of(text.replace("#", "# fastapi-guard: ignore[FG101] x")) == [lines]


def test_file_ignore_speaks_for_every_line() -> None:
    """Wherever in the file it stands."""
    (suppression,) = read("x = 1\n# fastapi-guard: file-ignore[FG101] x\n")

    assert suppression.speaks_for("a.py", 1)
    assert not suppression.speaks_for("b.py", 1)


def test_the_place_is_that_of_the_directive() -> None:
    """From its `#` to the end of the comment, so that it can be taken out."""
    (suppression,) = read("x = 'é'  # why # fastapi-guard: ignore[FG101] x  \n")

    assert suppression.location.column == 16
    assert suppression.location.end_column == 16 + len("# fastapi-guard: ignore[FG101] x")
    assert suppression.lines == Lines(1, 1)
