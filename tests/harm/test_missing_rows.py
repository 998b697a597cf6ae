"""What the page of FG406 says is true of FastAPI and SQLModel: a row that does not exist is 200 with null, or 500."""

import pytest
from harm.page_examples import client_of

pytestmark = pytest.mark.filterwarnings("ignore:This declarative base already contains:sqlalchemy.exc.SAWarning")

ANSWERS = (("/books/7", 200, "null"), ("/books/7/public", 500, ""), ("/books/7/title", 500, ""))


@pytest.mark.parametrize(("path", "status", "body"), ANSWERS, ids=lambda value: str(value))
def test_bad_example_does_not_say_that_there_is_no_row(path: str, status: int, body: str) -> None:
    """Without a model None is the answer; a model and an attribute of None are the server's failure."""
    response = client_of("FG406", 0).get(path)

    assert response.status_code == status
    assert not body or response.text == body


@pytest.mark.parametrize("path", [path for path, _, _ in ANSWERS])
def test_good_example_answers_404(path: str) -> None:
    """The second example of the page says that there is no such row."""
    assert client_of("FG406", 1).get(path).status_code == 404
