"""What the page of FG703 says is true of Python: a coroutine that nobody awaits counts as true and does nothing."""

import pytest
from harm.page_examples import client_of


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.parametrize(("example", "before", "after"), [(0, "sent", "sent"), (1, "not sent", "sent")])
def test_condition_is_always_true(example: int, before: str, after: str) -> None:
    """The bad example says that a mail was sent before anybody asked for it."""
    client = client_of("FG703", example)
    first = client.get("/mails/ann").json()
    client.post("/mails?address=ann")

    assert (first, client.get("/mails/ann").json()) == (before, after)
