"""Whose rows an operation touches: what limits a query, and what only looks as if it did.

Each case is a handler of one application, or a few files of one; the findings of the family are read from its report.
"""

import pytest

from fastapi_guard.analysis import analyse
from fastapi_guard.checks.registry import load_rules
from fastapi_guard.config.settings import Settings

SETTINGS = Settings(select=("FG2",))
RULES = tuple(rule for rule in load_rules() if rule.family == "authorization")

BASE = """
import os
from typing import Annotated

import bcrypt
import jwt
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from sqlalchemy import Column, ForeignKey, Integer, String, delete, text, update
from sqlalchemy.orm import Session, declarative_base
from sqlmodel import select

Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    role = Column(String)


class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id"))
    title = Column(String)
    views = Column(Integer)


class Note(Base):
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
    task_id = Column(Integer, ForeignKey("tasks.id"))


def get_db() -> Session: ...


def get_current_user(
    db: Session = Depends(get_db), token: str = Depends(OAuth2PasswordBearer(tokenUrl="login"))
) -> User:
    try:
        claims = jwt.decode(token, os.environ["SECRET"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(status_code=401)
    return db.query(User).filter(User.id == claims["sub"]).first()


Db = Annotated[Session, Depends(get_db)]
Me = Annotated[User, Depends(get_current_user)]
app = FastAPI()
"""


def codes(code: str, **files: str) -> list[str]:
    """The codes of the family that an application with this code is given."""
    texts = {f"{name}.py": text for name, text in files.items()} | {"main.py": BASE + code}
    return sorted(diagnostic.code for diagnostic in analyse(texts, SETTINGS, RULES).diagnostics)


LIMITED = {
    "in the statement, built in steps": """
@app.get("/tasks")
def read(db: Db, me: Me):
    query = db.query(Task)
    query = query.filter(Task.user_id == me.id)
    return query.order_by(Task.title).all()
""",
    "through a join": """
@app.get("/notes")
def read(db: Db, me: Me):
    return db.query(Note).join(Task).filter(Task.user_id == me.id).all()
""",
    "through a subquery": """
@app.get("/notes")
def read(db: Db, me: Me):
    mine = select(Task.id).where(Task.user_id == me.id)
    return db.execute(select(Note).where(Note.task_id.in_(mine))).scalars().all()
""",
    "by a check after loading": """
@app.get("/tasks/{task_id}")
def read(task_id: int, db: Db, me: Me):
    task = db.get(Task, task_id)
    if task.user_id != me.id:
        raise HTTPException(status_code=404)
    return task
""",
    "by a helper that is named after what it does": """
def is_owner(task, user) -> bool:
    return task.user_id == user.id


@app.get("/tasks/{task_id}")
def read(task_id: int, db: Db, me: Me):
    task = db.get(Task, task_id)
    if not is_owner(task, me):
        raise HTTPException(status_code=404)
    return task
""",
    "by a policy that knows the row": """
class TaskPolicy:
    @classmethod
    def get(cls, task):
        def allows(user) -> bool:
            return user.is_owner_of(task)

        return allows


def authorize(user, allows) -> None:
    if not allows(user):
        raise HTTPException(status_code=403)


@app.get("/tasks/{task_id}")
def read(task_id: int, db: Db, me: Me):
    task = db.get(Task, task_id)
    authorize(me, TaskPolicy.get(task))
    return task
""",
    "by a dependency that receives the same id": """
def own_task_id(task_id: int, db: Db, me: Me) -> int:
    if db.query(Task).filter(Task.id == task_id, Task.user_id == me.id).first() is None:
        raise HTTPException(status_code=404)
    return task_id


@app.delete("/tasks/{task_id}", dependencies=[Depends(own_task_id)])
def remove(task_id: int, db: Db):
    db.execute(delete(Task).where(Task.id == task_id))
""",
    "by a check in the handler of what a dependency loads": """
def get_task(task_id: int, db: Db) -> Task:
    return db.query(Task).filter(Task.id == task_id).one()


@app.get("/tasks/{task_id}")
def read(me: Me, task: Task = Depends(get_task)):
    if task.user_id != me.id:
        raise HTTPException(status_code=404)
    return task
""",
    "by keys that a limited query gave": """
@app.delete("/tasks")
def remove(ids: list[int], db: Db, me: Me):
    mine = db.execute(select(Task.id).where(Task.id.in_(ids), Task.user_id == me.id)).scalars().all()
    db.execute(delete(Task).where(Task.id.in_(mine)))
""",
    "by a parent that was looked up for the user": """
@app.get("/tasks/{task_id}/notes")
def read(task_id: int, db: Db, me: Me):
    task = db.query(Task).filter_by(id=task_id, user_id=me.id).first()
    if task is None:
        raise HTTPException(status_code=404)
    return db.query(Note).filter(Note.task_id == task.id).all()
""",
    "by a user of the path that is compared": """
@app.get("/users/{user_id}/tasks")
def read(user_id: str, db: Db, me: Me):
    if int(user_id) != me.id:
        raise HTTPException(status_code=403)
    return db.query(Task).filter(Task.user_id == user_id).all()
""",
    "by a claim of the token": """
def claims_of(token: str = Depends(OAuth2PasswordBearer(tokenUrl="login"))) -> dict:
    try:
        return jwt.decode(token, os.environ["SECRET"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(status_code=401)


@app.get("/tasks")
def read(db: Db, claims: dict = Depends(claims_of)):
    return db.query(Task).filter(Task.user_id == claims.get("sub")).all()
""",
    "by a service that is made with the user": """
class Tasks:
    def __init__(self, db: Session, user: User) -> None:
        self.db = db
        self.user = user

    def all(self):
        return self.db.query(Task).filter(Task.user_id == self.user.id).all()


def get_tasks(db: Db, me: Me) -> Tasks:
    return Tasks(db, me)


@app.get("/tasks")
def read(tasks: Tasks = Depends(get_tasks)):
    return tasks.all()
""",
    "in SQL text": """
@app.get("/tasks/{task_id}")
def read(task_id: int, db: Db, me: Me):
    sql = text("SELECT title FROM tasks WHERE id = :id AND user_id = :user")
    return db.execute(sql, {"id": task_id, "user": me.id}).fetchone()
""",
    "by a role in the handler": """
@app.get("/tasks")
def read(db: Db, me: Me):
    if me.role == "admin":
        return db.query(Task).all()
    return db.query(Task).filter(Task.user_id == me.id).all()
""",
    "by a role in a dependency": """
def admin(me: Me) -> User:
    if me.role != "admin":
        raise HTTPException(status_code=403)
    return me


@app.delete("/tasks/{task_id}", dependencies=[Depends(admin)])
def remove(task_id: int, db: Db):
    db.delete(db.get(Task, task_id))
""",
    "by a secret that only its owner was told": """
class Share(Base):
    __tablename__ = "shares"
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id"))
    share_token = Column(String)


@app.get("/shares/{token}")
def read(token: str, db: Db, me: Me):
    return db.query(Share).filter(Share.share_token == token).first()
""",
    "as only whether there is a row is asked": """
@app.post("/tasks/{task_id}/notes")
def make(task_id: int, db: Db, me: Me):
    if db.get(Task, task_id) is None:
        raise HTTPException(status_code=404)
    return "made"
""",
    "as it only counts": """
@app.get("/tasks/count")
def count(db: Db, me: Me):
    return db.query(Task).count()


@app.post("/tasks/{task_id}/views")
def view(task_id: int, db: Db, me: Me):
    db.get(Task, task_id).views += 1
""",
    "as a password is set by who knows a token, the old one, or both": """
class Account(Base):
    __tablename__ = "accounts"
    id = Column(Integer, primary_key=True)
    email = Column(String)
    password_hash = Column(String)


class Reset(BaseModel):
    email: str
    code: str
    new_password: str


class Change(BaseModel):
    email: str
    password: str
    new_password: str


def hash_password(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt())


@app.post("/auth/reset-password")
def reset(given: Reset, db: Db):
    account = db.query(Account).filter(Account.email == given.email).first()
    if codes.get(account.id) != given.code:
        raise HTTPException(status_code=400)
    account.password_hash = hash_password(given.new_password)
    db.commit()


@app.post("/auth/expired-password")
def change(given: Change, db: Db):
    account = db.query(Account).filter(Account.email == given.email).first()
    if not bcrypt.checkpw(given.password, account.password_hash):
        raise HTTPException(status_code=400)
    account.password_hash = hash_password(given.new_password)
    db.commit()
""",
    "as it asks for public rows": """
class Page(Base):
    __tablename__ = "pages"
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id"))
    visibility = Column(String)


@app.get("/pages")
def read_all(db: Db, me: Me):
    return db.query(Page).filter(Page.visibility == "everybody").all()


@app.get("/pages/{page_id}")
def read(page_id: int, db: Db, me: Me):
    page = db.get(Page, page_id)
    if page.visibility != "everybody":
        raise HTTPException(status_code=404)
    return page
""",
    "as its key comes from rows that were kept by another": """
@app.post("/tasks/{task_id}/notes")
def change(task_id: int, db: Db, me: Me):
    known = {task.title: task for task in db.query(Task).filter(Task.user_id == me.id).all()}
    for title, task in known.items():
        for note in db.query(Note).filter(Note.task_id == task.id).all():
            note.task_id = task_id
    kept = known.get(str(task_id))
    return db.query(Note).filter(Note.task_id == kept.id).all()
""",
    "as whether a room is free is asked of everybody's bookings": """
class Booking(Base):
    __tablename__ = "bookings"
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id"))
    room_id = Column(Integer)
    day = Column(Integer)


def taken_days(db: Session, room_id: int) -> set[int]:
    return {booking.day for booking in db.query(Booking).filter(Booking.room_id == room_id).all()}


@app.post("/rooms/{room_id}/bookings")
def book(room_id: int, day: int, db: Db, me: Me):
    if day in taken_days(db, room_id):
        raise HTTPException(status_code=409)
    booking = Booking(user_id=me.id, room_id=room_id, day=day)
    db.add(booking)
    db.commit()
    return booking
""",
    "as a superuser sees everything": """
@app.get("/tasks")
def read(db: Db, me: Me):
    query = select(Task)
    if not me.is_superuser:
        query = query.where(Task.user_id == me.id)
    return db.execute(query).scalars().all()
""",
    "in each turn of a loop": """
@app.get("/tasks")
def read(db: Db, me: Me):
    found = []
    for title in ("garden", "kitchen"):
        found += db.query(Task).filter(Task.user_id == me.id, Task.title == title).all()
    return found
""",
    "as everybody may read it": """
@app.get("/public")
def public(db: Db):
    return db.query(Task).all()


@app.get("/tasks")
def read(db: Db, me: Me):
    return db.query(Task).all()
""",
}


@pytest.mark.parametrize("code", LIMITED.values(), ids=LIMITED.keys())
def test_a_query_that_is_limited_is_not_reported(code: str) -> None:
    """A query is limited to its user in the statement, around it or after it."""
    assert codes(code) == []


FORGOTTEN = {
    "the owner is set, and not asked for": (
        ["FG204"],
        """
@app.put("/tasks/{task_id}")
def change(task_id: int, title: str, db: Db, me: Me):
    db.execute(update(Task).where(Task.id == task_id).values(title=title, user_id=me.id))
""",
    ),
    "the user of the path is compared, the row loaded by its key": (
        ["FG202"],
        """
@app.get("/users/{user_id}/tasks/{task_id}")
def read(user_id: int, task_id: int, db: Db, me: Me):
    if user_id != me.id:
        raise HTTPException(status_code=403)
    return db.get(Task, task_id)
""",
    ),
    "the comparison is commented out": (
        ["FG202"],
        """
@app.delete("/tasks/{task_id}")
def remove(task_id: int, db: Db, me: Me):
    task = db.query(Task).filter(Task.id == task_id).first()
    # if task.user_id != me.id:
    #     raise HTTPException(status_code=404)
    db.delete(task)
""",
    ),
    "the user is taken and not used": (
        ["FG201"],
        """
@app.get("/tasks")
def read(db: Db, me: Me):
    return db.query(Task).all()
""",
    ),
    "the user is asked for in the decorator only": (
        ["FG204"],
        """
@app.delete("/tasks/{task_id}", dependencies=[Depends(get_current_user)])
def remove(task_id: int, db: Db):
    db.query(Task).filter(Task.id == task_id).delete()
""",
    ),
    "the filter is applied in one mode only": (
        ["FG206"],
        """
from pydantic_settings import BaseSettings


class AppSettings(BaseSettings):
    multi_user: bool = True


settings = AppSettings()


@app.get("/tasks")
def read(db: Db, me: Me):
    query = db.query(Task)
    if settings.multi_user:
        query = query.filter(Task.user_id == me.id)
    return query.all()
""",
    ),
    "the filter is applied when the client asks for it": (
        ["FG206"],
        """
@app.get("/tasks")
def read(db: Db, me: Me, mine: bool = True):
    query = db.query(Task)
    if mine:
        query = query.filter(Task.user_id == me.id)
    return query.all()
""",
    ),
    "the filter is applied to a user that the client may leave out": (
        ["FG206"],
        """
@app.get("/tasks")
def read(db: Db, me: Me, user_id: int | None = None):
    query = select(Task)
    if user_id:
        query = query.where(Task.user_id == user_id)
    return db.execute(query).scalars().all()
""",
    ),
    "a search in a loop that is left, and nobody compares": (
        ["FG203"],
        """
@app.post("/users/{user_id}/tasks/search")
async def read(user_id: int, request: Request, db: Db, me: Me):
    wanted = None
    for word in await request.json():
        if word:
            wanted = word
            break
    if not wanted:
        return []
    return db.query(Task).filter(Task.user_id == user_id, Task.title == wanted).all()
""",
    ),
    "a stranger acts for whoever he says": (
        ["FG203"],
        """
@app.get("/tasks")
def read(db: Db, me: Me):
    return db.query(Task).filter(Task.user_id == me.id).all()


class NewTask(BaseModel):
    user_id: int
    title: str


@app.post("/tasks")
def make(new: NewTask, db: Db):
    task = Task(user_id=new.user_id, title=new.title)
    db.add(task)
    db.commit()
""",
    ),
    "a stranger sets the password of whoever he names": (
        ["FG203"],
        """
class Account(Base):
    __tablename__ = "accounts"
    id = Column(Integer, primary_key=True)
    email = Column(String)
    password_hash = Column(String)


class Reset(BaseModel):
    email: str
    new_password: str


def hash_password(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt())


@app.post("/auth/reset-password")
def reset(given: Reset, db: Db):
    account = db.query(Account).filter(Account.email == given.email).first()
    account.password_hash = hash_password(given.new_password)
    db.commit()
""",
    ),
    "the owner is whoever the client says": (
        ["FG203"],
        """
@app.get("/users/{user_id}/tasks")
def read(user_id: int, db: Db, me: Me):
    return db.query(Task).filter(Task.user_id == user_id).all()
""",
    ),
    "rows of a parent are read by its key": (
        ["FG201"],
        """
@app.get("/tasks/{task_id}/notes")
def read(task_id: int, db: Db, me: Me):
    return db.query(Note).filter(Note.task_id == task_id).all()
""",
    ),
    "ordinary users are let in by the test of the role": (
        ["FG202"],
        """
@app.get("/tasks/{task_id}")
def read(task_id: int, db: Db, me: Me):
    if me.role not in ("user", "admin"):
        raise HTTPException(status_code=403)
    return db.get(Task, task_id)
""",
    ),
    "the text of a statement forgets": (
        ["FG204"],
        """
@app.delete("/tasks/{task_id}")
def remove(task_id: int, db: Db, me: Me):
    db.execute(text("DELETE FROM tasks WHERE id = :id"), {"id": task_id})
""",
    ),
    "a dependency loads the row and nobody looks": (
        ["FG202"],
        """
def get_task(task_id: int, db: Db) -> Task:
    return db.query(Task).filter(Task.id == task_id).one()


@app.get("/tasks/{task_id}")
def read(me: Me, task: Task = Depends(get_task)):
    return task
""",
    ),
}


@pytest.mark.parametrize(("expected", "code"), FORGOTTEN.values(), ids=FORGOTTEN.keys())
def test_a_query_that_forgets_its_user_is_reported_once(expected: list[str], code: str) -> None:
    """A query that anybody who is signed in can aim at somebody else's rows is one finding."""
    assert codes(code) == expected


def test_a_query_in_a_service_is_one_finding_with_all_operations() -> None:
    """The finding stands at the query; operations and the calls on the way are told with it."""
    code = """
from services import find


@app.get("/tasks/{task_id}")
def read(task_id: int, db: Db, me: Me):
    return find(db, Task, task_id)


@app.get("/tasks/{task_id}/title")
def title(task_id: int, db: Db, me: Me):
    return find(db, Task, task_id).title
"""
    texts = {"main.py": BASE + code, "services.py": "def find(db, model, key):\n    return db.get(model, key)\n"}
    found = list(analyse(texts, SETTINGS, RULES).diagnostics)

    assert [(each.location.path, each.location.line) for each in found] == [("services.py", 2)]
    assert [place.path for place in found[0].finding.operations] == ["/tasks/{task_id}", "/tasks/{task_id}/title"]
    assert "`me` never reaches it" in found[0].message
    assert {related.location.path for related in found[0].finding.related} == {"main.py"}
