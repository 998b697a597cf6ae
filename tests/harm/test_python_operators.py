"""What the page of FG307 says is true of SQLAlchemy: operators of Python drop conditions without a word."""

import pytest
from harm.page_examples import client_of

pytestmark = pytest.mark.filterwarnings("ignore:This declarative base already contains:sqlalchemy.exc.SAWarning")

TASKS = (("/open", [1, 2], [1]), ("/undated", [], [1]), ("/some", [], [1]), ("/unfinished", [], [1]))
"""The tasks that ann gets from the bad example, and from the good one."""


@pytest.mark.parametrize(("path", "bad", "good"), TASKS)
def test_condition_is_dropped(path: str, bad: list[int], good: list[int]) -> None:
    """`and` shows the task of somebody else; `is`, `in` and `not` show nothing."""
    answers = [client_of("FG307", number).get(f"{path}?owner=ann").json() for number in (0, 1)]

    assert [[task["id"] for task in tasks] for tasks in answers] == [bad, good]
