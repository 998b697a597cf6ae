"""Text of the analysed tree cannot act on whoever reads a report, in any format."""

import csv
import io
import json
import unicodedata
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from report.sample_result import DEPENDENCIES, GUARDED, MISSING, RESULT, ROUTER, SILENCED, operation

from fastapi_guard.finding import Finding, OperationPlace, Problem, Proof, Related, Suppressed
from fastapi_guard.location import Location
from fastapi_guard.project.model import Application, Project, Unmounted, Unresolved
from fastapi_guard.report.formats import CHECK_FORMATS, ROUTES_FORMATS
from fastapi_guard.report.view import View
from fastapi_guard.scan import ScanResult

VIEW = View(version="1.2.3")
HOSTILE = (
    "\x1b[31mred\x1b]8;;http://evil\x07",
    "\u202egnp.exe\u2066",
    "\ud800lone",
    "caf\udce9.py",
    "a\nb\r::error::owned",
    "%0A::warning::x",
    "]]></failure><script>",
    "<img src=x onerror=alert(1)> & \"quoted\" 'single'",
    "| cell | `code` [link](http://x) @somebody #1 www.example.com https://x.org",
    "``` fence",
    "=cmd|' /C calc'!A0",
    "+1, -1; @SUM(1)",
    "\t=1+1",
    "[bold red]rich[/]",
    "\x00\x7f\x85\u2028\u2029\ufeff\ufffe\uffff",
    "",
)

hostile_text = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec=None, categories=None), max_size=12),
    st.lists(st.sampled_from(HOSTILE), max_size=3).map("".join),
)


def result_with(text: str) -> ScanResult:
    """A result in which `text` stands wherever the analysed tree can put one."""
    place = Location(text, 1, 1, 1, 3)
    finding = Finding(
        place,
        text,
        operations=(OperationPlace(text, text, text, 1, 1), OperationPlace("GET", text, text, 1, 1)),
        related=(Related(place, text),),
        proof=(Proof(text, place, (Proof(text),)),),
        help=text,
        symbol=text,
    )
    diagnostic = replace(MISSING, finding=finding, help=text)
    router = replace(ROUTER, name=text, location=place)
    guard = replace(GUARDED.by[0], name=text, location=place)
    route = operation(
        "GET",
        text,
        1,
        replace(GUARDED, by=(guard,), reason=text),
        app=text,
        router=router,
        endpoint_name=text,
        location=place,
        public_reason=text,
        tags=(text,),
        response_model=text,
        dependencies=(replace(DEPENDENCIES[0], name=text, location=place),),
    )
    project = Project(
        applications=(Application(text, place, router),),
        operations=(route,),
        unmounted=(Unmounted(router, (route,)),),
        unresolved=(Unresolved("include_router", place, text),),
    )
    suppressed = Suppressed(replace(SILENCED, finding=finding), text, place)
    return replace(
        RESULT,
        project=project,
        diagnostics=(diagnostic,),
        suppressed=(suppressed,),
        problems=(Problem("FG001", place, text),),
        files=(text,),
        texts={text: text},
        notes=(text,),
    )


def written(name: str, text: str) -> str:
    result = result_with(text)
    if name.startswith("routes-"):
        return "".join(ROUTES_FORMATS[name.removeprefix("routes-")].write(result, VIEW))
    return "".join(CHECK_FORMATS[name].write(result, VIEW))


ALL = [*CHECK_FORMATS, *(f"routes-{name}" for name in ROUTES_FORMATS)]


@pytest.mark.parametrize("name", ALL)
@given(text=hostile_text)
@settings(max_examples=60, deadline=None)
def test_no_character_of_a_report_acts(name: str, text: str) -> None:
    report = written(name, text)

    assert {c for c in report if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} <= {"\n"}
    assert report.encode("utf-8")


@pytest.mark.parametrize("name", ["concise", "grouped", "github", "full", "routes-table", "routes-csv"])
@given(text=hostile_text)
@settings(max_examples=60, deadline=None)
def test_no_text_adds_a_line_that_it_begins(name: str, text: str) -> None:
    lines = written(name, f"{text}\n::error::owned\n").splitlines()

    assert not [line for line in lines if line.startswith("::error::owned")]


@pytest.mark.parametrize("name", ["json", "sarif", "gitlab", "routes-json"])
@given(text=hostile_text)
@settings(max_examples=60, deadline=None)
def test_json_formats_can_be_parsed_back(name: str, text: str) -> None:
    document = json.loads(written(name, text))

    assert all(value.encode("utf-8") is not None for value in _strings(document))


@given(text=st.text(st.characters(codec="utf-8")))
@settings(max_examples=60, deadline=None)
def test_json_keeps_every_text_that_can_be_encoded(text: str) -> None:
    [finding] = json.loads(written("json", text))["findings"]

    assert (finding["message"], finding["path"], finding["help"]) == (text, text, text)


@given(text=hostile_text)
@settings(max_examples=60, deadline=None)
def test_json_lines_are_one_object_a_line(text: str) -> None:
    records = [json.loads(line) for line in written("json-lines", text).splitlines()]

    assert [record["type"] for record in records] == ["problem", "finding", "summary"]


@given(text=hostile_text)
@settings(max_examples=60, deadline=None)
def test_junit_is_well_formed_and_has_the_elements_that_we_wrote(text: str) -> None:
    root = ElementTree.fromstring(written("junit", text).encode())

    assert [element.tag for element in root.iter()] == [
        "testsuites",
        "testsuite",
        "testcase",
        "error",
        "testcase",
        "failure",
    ]


@given(text=hostile_text)
@settings(max_examples=60, deadline=None)
def test_csv_has_one_row_an_operation_and_no_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO(written("routes-csv", text))))

    assert {len(row) for row in rows} == {16}
    assert len(rows) == 2
    assert not [cell for cell in rows[1] if cell.lstrip().startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("name", ["markdown", "routes-markdown"])
@given(text=hostile_text)
@settings(max_examples=60, deadline=None)
def test_markdown_renders_no_html_link_or_image(name: str, text: str) -> None:
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    kinds = {token.type for block in parser.parse(written(name, text)) for token in [block, *(block.children or ())]}

    assert kinds.isdisjoint({"html_block", "html_inline", "link_open", "image", "fence", "code_block", "em_open"})


@pytest.mark.parametrize("name", ["markdown", "routes-markdown"])
@given(text=hostile_text)
@settings(max_examples=60, deadline=None)
def test_markdown_tables_keep_their_columns(name: str, text: str) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(written(name, text))
    expected = MarkdownIt("gfm-like", {"linkify": False}).parse(written(name, "plain"))

    assert [token.type for token in tokens if token.type.startswith(("t", "h"))] == [
        token.type for token in expected if token.type.startswith(("t", "h"))
    ]


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in _strings(part)]
    if isinstance(value, list):
        return [text for element in value for text in _strings(element)]
    return [value] if isinstance(value, str) else []
