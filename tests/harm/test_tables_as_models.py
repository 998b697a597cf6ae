"""What the pages of FG503 and FG504 say is true of FastAPI and SQLModel: tables let in, and give out, all of their columns."""

import pytest
from harm.page_examples import client_of

pytestmark = pytest.mark.filterwarnings("ignore:This declarative base already contains:sqlalchemy.exc.SAWarning")


def test_row_is_answered_with_its_hash() -> None:
    """Without a model every column is part of the answer; with one, its fields are."""
    answers = [client_of("FG503", number).get("/people").json()[0] for number in (0, 1)]

    assert [set(answer) for answer in answers] == [{"id", "name", "password_hash"}, {"id", "name"}]


def test_table_as_body_takes_the_owner() -> None:
    """The client sets the owner of the row in the bad example, and not in the good one."""
    body = {"user_id": 7, "text": "short"}
    answers = [client_of("FG504", number).post("/notes", json=body).json() for number in (0, 1)]

    assert [answer["user_id"] for answer in answers] == [7, 1]


def test_table_as_body_is_not_validated() -> None:
    """SQLModel does not ask a table for `max_length`; a model that is no table is refused."""
    body = {"text": "much longer than ten"}

    assert [client_of("FG504", number).post("/notes", json=body).status_code for number in (0, 1)] == [200, 422]
