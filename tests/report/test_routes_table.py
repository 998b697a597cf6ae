"""The table of operations fits the terminal, however many and long they are."""

from dataclasses import replace

import pytest
from report.sample_result import EMPTY, GUARDED, operation

from fastapi_guard.project.model import Authentication, Project, Verdict
from fastapi_guard.report.ink import width_of
from fastapi_guard.report.routes.table import share, write
from fastapi_guard.report.view import View

OPERATIONS = tuple(
    operation(
        ("GET", "POST", "DELETE")[number % 3],
        f"/api/v1/organisations/{{organisation_id}}/projects/{number}" + "/deeper" * (number % 7),
        number + 2,
        GUARDED if number % 4 else Authentication(Verdict.UNKNOWN, reason="a middleware " + "and more " * (number % 9)),
    )
    for number in range(1000)
)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    result = replace(EMPTY, project=Project(operations=OPERATIONS))
    lines = "".join(write(result, View("1", width=width))).splitlines()

    assert max(map(width_of, lines)) <= width


def test_the_share_counts_what_clients_can_call() -> None:
    assert share(Project(operations=OPERATIONS)) == "750 of 1,000 operations authenticated (75.0 %); 250 unknown"
    assert share(Project()) == "No operations."
