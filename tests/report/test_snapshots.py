"""What every format prints for one result, whole.

`UPDATE_SNAPSHOTS=1 pytest tests/report` writes them anew: read the difference before accepting it.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from report.sample_result import EMPTY, RESULT

from fastapi_guard.finding import Confidence, Severity
from fastapi_guard.report.footer import footer
from fastapi_guard.report.formats import CHECK_FORMATS, ROUTES_FORMATS
from fastapi_guard.report.view import RuleDescription, View

SNAPSHOTS = Path(__file__).parent / "snapshots"
DESCRIPTION = RuleDescription(
    "FG101",
    "missing-authentication",
    "authentication",
    Severity.ERROR,
    Confidence.HIGH,
    "An operation runs for anybody.",
    "# missing-authentication\n\nAn operation runs for anybody.\n",
)
VIEW = View(
    version="1.2.3", width=80, path_prefix="backend/", git_prefix="services/backend/", rules={"FG101": DESCRIPTION}
)


def compare(name: str, actual: str) -> None:
    file = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(actual, encoding="utf-8", newline="")

    assert file.read_bytes().decode() == actual


@pytest.mark.parametrize("name", CHECK_FORMATS)
def test_check_formats(name: str) -> None:
    compare(f"check-{name}", "".join(CHECK_FORMATS[name].write(RESULT, VIEW)))


@pytest.mark.parametrize("name", CHECK_FORMATS)
def test_check_formats_of_nothing(name: str) -> None:
    compare(f"check-{name}-empty", "".join(CHECK_FORMATS[name].write(EMPTY, VIEW)))


@pytest.mark.parametrize("name", ROUTES_FORMATS)
def test_routes_formats(name: str) -> None:
    compare(f"routes-{name}", "".join(ROUTES_FORMATS[name].write(RESULT, VIEW)))


@pytest.mark.parametrize("name", ROUTES_FORMATS)
def test_routes_formats_of_nothing(name: str) -> None:
    compare(f"routes-{name}-empty", "".join(ROUTES_FORMATS[name].write(EMPTY, VIEW)))


def test_full_in_colour() -> None:
    compare("check-full-colour", "".join(CHECK_FORMATS["full"].write(RESULT, View("1.2.3", color=True, width=60))))


def test_full_without_box_drawing() -> None:
    compare("check-full-ascii", "".join(CHECK_FORMATS["full"].write(RESULT, View("1.2.3", is_unicode=False))))


def test_routes_table_on_a_wide_terminal() -> None:
    compare("routes-table-wide", "".join(ROUTES_FORMATS["table"].write(RESULT, View("1.2.3", width=120))))


def test_the_footer_counts_and_qualifies() -> None:
    assert list(footer(RESULT)) == [
        "Found 3 findings (1 error, 1 warning, 1 info) among 6 operations in 2 files.",
        "1 file could not be analysed.",
        "1 finding suppressed.",
        "note: 1 registration could not be resolved",
    ]


def test_the_footer_of_a_clean_project() -> None:
    clean = replace(RESULT, diagnostics=(), problems=(), suppressed=(), notes=())

    assert list(footer(clean)) == ["All checks passed: 6 operations in 2 files."]


def test_the_footer_of_a_tree_without_fastapi() -> None:
    assert list(footer(EMPTY)) == [
        "No findings among 0 operations in 0 files.",
        "note: no FastAPI application or router was found",
    ]
