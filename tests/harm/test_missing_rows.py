"""What the page of FG406 says is true of FastAPI and SQLModel: a row that does not exist is 200 with null, or 500."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import SQLModel

from fastapi_guard.checks.registry import load_rules
from fastapi_guard.pages import SINGLE_FILE, read_page

pytestmark = pytest.mark.filterwarnings("ignore:This declarative base already contains:sqlalchemy.exc.SAWarning")

PAGE = next(rule.page for rule in load_rules() if rule.code == "FG406")
ANSWERS = (("/books/7", 200, "null"), ("/books/7/public", 500, ""), ("/books/7/title", 500, ""))


@pytest.mark.parametrize(("path", "status", "body"), ANSWERS, ids=lambda value: str(value))
def test_bad_example_does_not_say_that_there_is_no_row(path: str, status: int, body: str) -> None:
    """Without a model None is the answer; a model and an attribute of None are the server's failure."""
    response = client_of(0).get(path)

    assert response.status_code == status
    assert not body or response.text == body


@pytest.mark.parametrize("path", [path for path, _, _ in ANSWERS])
def test_good_example_answers_404(path: str) -> None:
    """The second example of the page says that there is no such row."""
    assert client_of(1).get(path).status_code == 404


def client_of(number: int) -> TestClient:
    """A client of the application of an example of the page."""
    example = read_page(PAGE.read_text("utf-8")).examples[number]
    SQLModel.metadata.clear()
    namespace: dict[str, object] = {"__name__": f"example_{number}"}
    exec(compile(example.texts[SINGLE_FILE], "<FG406>", "exec"), namespace)
    return TestClient(namespace["app"], raise_server_exceptions=False)  # type: ignore[arg-type]
