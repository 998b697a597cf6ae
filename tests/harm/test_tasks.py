"""What the page of FG743 says is true of FastAPI: when the session of a request is closed, and when tasks run."""

import fastapi
import pytest
from harm.page_examples import client_of

VERSION = tuple(int(part) for part in fastapi.__version__.split(".")[:2])


def test_session_is_closed_while_an_asyncio_task_runs() -> None:
    """The dependency is left when the request is done; the task goes on with a closed session."""
    with client_of("FG743", 0) as client:
        client.post("/report")

        assert client.get("/order").json() == ["session closed", "task done"]


@pytest.mark.skipif(VERSION < (0, 118), reason="FastAPI 0.106 to 0.117 closes the session first")
def test_session_stays_open_until_background_tasks_are_done() -> None:
    """Since FastAPI 0.118 the session, and its connection, is kept for the slowest task."""
    with client_of("FG743", 0) as client:
        client.post("/later")

        assert client.get("/order").json() == ["task done", "session closed"]
