"""What the pages of the silent bypasses say is true of FastAPI: the bad example lets a stranger in, the good one does not.

The code is that of the pages, so that page and proof are one.
"""

from dataclasses import dataclass, field

import pytest
from fastapi.testclient import TestClient

from fastapi_guard.checks.registry import load_rules
from fastapi_guard.pages import SINGLE_FILE, Example, read_page

PAGE_BY_CODE = {rule.code: rule.page for rule in load_rules()}


@dataclass(frozen=True, slots=True)
class Stranger:
    """A request of somebody who must not get through."""

    code: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    rejected_with: int = 401


STRANGERS = (
    Stranger("FG102", "/reports?user=admin"),
    Stranger("FG103", "/vault"),
    Stranger("FG104", "/payroll?role=guest", rejected_with=403),
    Stranger("FG105", "/balance"),
    Stranger("FG108", "/letters"),
    Stranger("FG109", "/diary"),
    Stranger("FG114", "/orders", headers={"x-token": "token of guest"}, rejected_with=403),
    Stranger("FG116", "/notes"),
)

pytestmark = [
    pytest.mark.parametrize("stranger", STRANGERS, ids=lambda stranger: stranger.code),
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
]


def test_bad_example_lets_a_stranger_in(stranger: Stranger) -> None:
    """The guard that the first example of the page shows never runs: the answer is 200."""
    bad, _ = examples_of(stranger.code)

    assert status_for(stranger, bad) == 200


def test_good_example_turns_the_stranger_away(stranger: Stranger) -> None:
    """The second example of the page answers the same request with 401 or 403."""
    _, good = examples_of(stranger.code)

    assert status_for(stranger, good) == stranger.rejected_with


def examples_of(code: str) -> tuple[Example, Example]:
    """The first two examples of a rule's page."""
    bad, good, *_ = read_page(PAGE_BY_CODE[code].read_text("utf-8")).examples
    assert bad.expected
    assert not good.expected
    return bad, good


def status_for(stranger: Stranger, example: Example) -> int:
    """What the application of an example answers to the stranger."""
    namespace: dict[str, object] = {"__name__": "example"}
    exec(compile(example.texts[SINGLE_FILE], f"<{stranger.code}>", "exec"), namespace)
    with TestClient(namespace["app"]) as client:  # type: ignore[arg-type]
        return int(client.get(stranger.path, headers=stranger.headers).status_code)
