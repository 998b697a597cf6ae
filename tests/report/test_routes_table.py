"""The table of operations fits the terminal, however many and long they are."""

from dataclasses import replace

import pytest
from report.sample_result import EMPTY, GUARDED, operation

from fastapi_guard.location import Location
from fastapi_guard.project.model import Authentication, Dependant, Guard, Project, Verdict, Via
from fastapi_guard.report.ink import width_of
from fastapi_guard.report.routes.table import share, short_guard, write
from fastapi_guard.report.view import View
from fastapi_guard.report.wrap import wrapped

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


def test_a_guard_below_a_guard_is_not_named_beside_it() -> None:
    inner = Dependant("app.deps.get_current_user", Location("app/deps.py", 21), Via.PARAMETER)
    outer = Dependant("app.deps.get_admin", Location("app/deps.py", 40), Via.DECORATOR, (inner,))
    guards = tuple(Guard(node.name, node.location, Via.DECORATOR) for node in (outer, inner))
    guarded = operation("GET", "/x", 2, Authentication(Verdict.REQUIRED, by=guards), dependencies=(outer,))

    assert short_guard(guarded) == "get_admin (decorator)"


def test_a_path_is_broken_between_segments() -> None:
    assert wrapped("/api/v1/connections/{connection_id}/health", 36) == [
        "/api/v1/connections/{connection_id}/",
        "health",
    ]
    assert wrapped("/api/v1/connections/{connection_id}/health", 34)[0] == "/api/v1/connections/"
