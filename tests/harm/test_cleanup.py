"""What the page of FG305 says is true of FastAPI: a failing request keeps its connection."""

import pytest
from harm.page_examples import client_of


@pytest.mark.parametrize(("example", "in_use"), [(0, 1), (1, 0)])
def test_connection_stays_in_use(example: int, in_use: int) -> None:
    """The exception leaves the dependency at its `yield`; only `finally` gives the connection back."""
    client = client_of("FG305", example)

    assert client.get("/fail").status_code == 404
    assert client.get("/open").json() == in_use
