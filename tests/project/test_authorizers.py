"""What configuration calls an authorizer checks whose rows are touched."""

import pytest

from fastapi_guard.analysis import analyse
from fastapi_guard.checks.registry import load_rules
from fastapi_guard.config.settings import Auth, Settings

MAIN = """
from acme_policy import guard
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlmodel import Field, Session, SQLModel
import jwt

from app.rows import mine

app = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl="login")


class User(SQLModel, table=True):
    id: int = Field(primary_key=True)


class Task(SQLModel, table=True):
    id: int = Field(primary_key=True)
    user_id: int = Field(foreign_key="user.id")


def get_session() -> Session: ...


def current_user(token: str = Depends(scheme), session: Session = Depends(get_session)) -> User:
    user = session.get(User, jwt.decode(token, "k", algorithms=["HS256"])["sub"])
    if user is None:
        raise HTTPException(401)
    return user


@app.get("/tasks/{task_id}")
def read_task(task_id: int, session: Session = Depends(get_session), user: User = Depends(current_user)):
    task = session.get(Task, task_id)
    ASKED(task)
    return task
"""
ROWS = "def mine(task):\n    print(task)\n"


@pytest.mark.parametrize(("asked", "name"), [("guard", "acme_policy.guard"), ("mine", "app.rows.mine")])
def test_a_configured_authorizer_that_is_given_the_row_limits_it(asked: str, name: str) -> None:
    """`auth.authorizers` names functions of libraries and of the project, whoever they ask who calls."""
    texts = {"app/main.py": MAIN.replace("ASKED", asked), "app/rows.py": ROWS}
    settings = Settings(select=("FG202",))
    told = Settings(select=("FG202",), auth=Auth(authorizers=(name,)))

    assert [found.code for found in analyse(texts, settings, load_rules()).diagnostics] == ["FG202"]
    assert [found.code for found in analyse(texts, told, load_rules()).diagnostics] == []
