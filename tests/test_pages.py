"""How a rule's page is read and compared with the analysis."""

from pathlib import Path

import pytest

from fastapi_guard.analysis import analyse
from fastapi_guard.checks.registry import load_rules
from fastapi_guard.docs import differences, generated, write
from fastapi_guard.pages import read_page, run_page, split_markers
from fastapi_guard.rule import Rule

RULES = load_rules()
FG405 = next(rule for rule in RULES if rule.code == "FG405")

BAD = """\
from fastapi import FastAPI, HTTPException
app = FastAPI()
@app.get("/a")
def a():
    return HTTPException(404)  # error: FG405
"""

PAGE = f"""\
# FG405 return-httpexception

What it is,
in two lines.

## Why

## Examples

```python
{BAD}```

```python
x = 1
```

## When to ignore it

## References
"""


def mismatches(page: Path, text: str) -> list[tuple[int, str]]:
    """What is wrong with a page of FG405 that has this text."""
    page.write_text(text)

    def function(*_: object) -> None: ...

    function.__code__ = function.__code__.replace(co_filename=str(page.with_suffix(".py")))
    twin = Rule(FG405.code, FG405.name, FG405.severity, FG405.confidence, FG405.profile, (), function)  # type: ignore[arg-type]
    return [(mismatch.line, mismatch.message) for mismatch in run_page(twin, RULES, analyse)]


def test_a_page_has_a_title_a_summary_and_sections() -> None:
    """Headings within code are code."""
    page = read_page(PAGE.replace("x = 1", "## no heading"))

    assert (page.title, page.summary) == ("FG405 return-httpexception", "What it is, in two lines.")
    assert page.sections == ("Why", "Examples", "When to ignore it", "References")


def test_consecutive_titled_blocks_are_one_project() -> None:
    """A block without a title, a heading or a title that is taken begins another."""
    block = '```python title="{}"\nx = 1\n```\n\nProse.\n\n'
    text = "".join(block.format(path) for path in ["a.py", "b/c.py", "a.py"]) + "## Next\n\n" + block.format("d.py")

    examples = read_page(text + "```python\ny = 1\n```\n").examples

    assert [list(example.texts) for example in examples] == [["a.py", "b/c.py"], ["a.py"], ["d.py"], ["main.py"]]


def test_configuration_belongs_to_the_next_example() -> None:
    """The block after the next one has none."""
    examples = read_page("```toml\nselect = []\n```\n\n```python\nx\n```\n\n```python\ny\n```\n").examples

    assert [example.configuration for example in examples] == ["select = []\n", ""]


def test_markers_are_no_part_of_the_source() -> None:
    """Several codes stand in one marker; other comments stay."""
    text, marked = split_markers("x = 1  # why  # error: FG101, FG405\ny = 2  # error: none\n")

    assert text == "x = 1  # why\ny = 2  # error: none\n"
    assert marked == {(1, "FG101"), (1, "FG405")}


def test_a_page_that_is_right(tmp_path: Path) -> None:
    """Markers and findings agree."""
    assert mismatches(tmp_path / "page.md", PAGE) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("return HTTPException(404)", "raise HTTPException(404)", (15, "FG405 is not found in main.py")),
        ("x = 1\n", BAD.replace("  # error: FG405", ""), (23, "FG405 has no marker in main.py: `a` returns")),
        ("x = 1\n", "x = (\n", (19, "FG001 has no marker in main.py")),
        ("## Why\n", "", (1, "the sections are Examples, ")),
        ("# FG405 ", "# FG404 ", (1, "the title is `FG404 return-httpexception` instead of")),
        ("What it is,\nin two lines.\n\n", "", (1, "there is no summary")),
        ("```python\nx = 1", "```toml\nselect = 1\n```\n```python\nx = 1", (21, "its configuration is refused")),
        ("```python\nx = 1\n```", "", (1, "no example is free of errors")),
    ],
)
def test_a_page_that_is_wrong(tmp_path: Path, old: str, new: str, expected: tuple[int, str]) -> None:
    """A mismatch names the line of the page and what is wrong there."""
    found = mismatches(tmp_path / "page.md", PAGE.replace(old, new, 1))

    assert [(line, message[: len(expected[1])]) for line, message in found][:1] == [expected]


def test_generated_files_are_brought_up_to_date(tmp_path: Path) -> None:
    """Missing and stray files are named, and mended by writing."""
    files = generated(RULES)
    (tmp_path / "docs/rules").mkdir(parents=True)
    (tmp_path / "docs/rules/stray.md").write_text("gone")

    assert differences(tmp_path, files) == tuple(sorted([*files, "docs/rules/stray.md"]))

    write(tmp_path, files)

    assert differences(tmp_path, files) == ()
    assert not (tmp_path / "docs/rules/stray.md").exists()
