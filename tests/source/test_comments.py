"""Comments are found where Python finds them, and never in strings."""

import ast
import io
import tokenize
from pathlib import Path

import pytest

from fastapi_guard.source.comments import comments_of

SAMPLES = sorted(Path(ast.__file__).parent.glob("*.py")) + sorted(Path(ast.__file__).parent.glob("test/test_f*.py"))


def texts(source: str) -> list[str]:
    return [comment.text for comment in comments_of(source)]


@pytest.mark.parametrize("path", [p for p in SAMPLES if b"#" in p.read_bytes()][:250:4], ids=lambda path: path.name)
def test_the_standard_library(path: Path) -> None:
    """The comments of real files are those that the standard library's tokenizer finds."""
    with tokenize.open(path) as stream:
        text = stream.read()
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    expected = [(t.start[0], t.start[1] + 1, t.string) for t in tokens if t.type == tokenize.COMMENT]

    assert [(comment.line, comment.column, comment.text) for comment in comments_of(text)] == expected


@pytest.mark.parametrize(
    "source",
    [
        "'# no'",
        '"""\n# no\n"""',
        r"r'\'# no'",
        r"b'\\' '# no'",
        "f'{x}# no'",
        "f'{x!r:#>{width}}# no'",
        "f'{{# no'",
        "f'{a['# no']}# no'",
        'f"{f"{"# no"}"}# no"',
        'rf"\\{x}# no"',
        'f"\\N{NUMBER SIGN}# no"',
        "f'{x:{'{'}}# no'",
        "f'{ {1: 2}[1]:>{3}}# no'",
        "f'''{\n x\n}\n# no'''",
        "t'{x}# no'",
        "'unfinished # no",
    ],
)
def test_strings_hold_no_comments(source: str) -> None:
    """What stands in a string is text, whatever the nesting; the comment after it is found."""
    assert texts(f"{source}\n# yes\n") == ["# yes"]


def test_comments_within_formatted_strings() -> None:
    """Since Python 3.12 the expression of an f-string may hold a comment."""
    assert texts('f"""{\n x  # yes\n}# no"""  # and this\n') == ["# yes", "# and this"]


def test_places() -> None:
    """Columns count code points; a comment is alone when only white space stands before it."""
    comments = list(comments_of("x = '𝒳'  # a\n    # b\n"))

    assert [(c.line, c.column, c.is_alone) for c in comments] == [(1, 10, False), (2, 5, True)]
