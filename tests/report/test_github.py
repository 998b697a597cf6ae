"""GitHub drops what is beyond ten annotations of a kind: the tenth says so."""

from dataclasses import replace

from report.sample_result import MISSING, RESULT, UNSCOPED

from fastapi_guard.finding import Confidence, Severity
from fastapi_guard.report.check.github import write
from fastapi_guard.report.view import View


def test_ten_annotations_are_printed_whole() -> None:
    result = replace(RESULT, diagnostics=(MISSING,) * 10, problems=())

    assert len(list(write(result, View("1")))) == 10


def test_of_more_than_ten_the_worst_nine_are_printed_and_the_rest_is_counted() -> None:
    doubtful = replace(MISSING, confidence=Confidence.LOW, code="FG199")
    result = replace(RESULT, diagnostics=(doubtful,) + (MISSING,) * 11 + (UNSCOPED,))

    lines = list(write(result, View("1")))

    assert [line.split(",")[0] for line in lines] == [
        "::error title=FG001",
        *["::error title=FG101 missing-authentication"] * 8,
        "::error title=fastapi-guard::4 more findings of this kind are not shown here\n",
        "::warning title=FG202 unscoped-get-by-id",
    ]


def test_properties_and_data_are_escaped() -> None:
    location = replace(MISSING.location, path="a,b:c%.py")
    finding = replace(MISSING.finding, location=location, message="100%\r\n::error::x")
    result = replace(
        RESULT, problems=(), diagnostics=(replace(MISSING, finding=finding, help="", severity=Severity.INFO),)
    )

    assert list(write(result, View("1", git_prefix="x/"))) == [
        "::notice title=FG101 missing-authentication,file=x/a%2Cb%3Ac%25.py,line=5,col=1,endLine=5,endColumn=36"
        "::100%25\\r\\n::error::x\n"
    ]
