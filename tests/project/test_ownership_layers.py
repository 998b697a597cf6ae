"""Whose rows a query touches where it stands in another file than its operation, as teams lay their code out.

A story is the files of an application whose query forgets the user; each of the others is the same one that does not.
"""

import pytest

from fastapi_guard.analysis import analyse
from fastapi_guard.checks.registry import load_rules
from fastapi_guard.config.settings import Settings

SETTINGS = Settings(select=("FG201", "FG202", "FG203", "FG204", "FG206"))
RULES = tuple(rule for rule in load_rules() if rule.family == "authorization")

TABLES = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Clinic(Base):
    __tablename__ = "clinics"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str]


class ClinicMember(Base):
    __tablename__ = "clinic_members"
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinics.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role: Mapped[str]


class Visit(Base):
    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str]


class Bill(Base):
    __tablename__ = "bills"
    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinics.id"))
    amount: Mapped[int]


class Letter(Base):
    __tablename__ = "letters"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]
    text: Mapped[str]
"""

DEPS = """
import os
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from app.tables import User

make_session = async_sessionmaker(create_async_engine("postgresql+asyncpg://db"))


async def get_session():
    async with make_session() as session:
        yield session


Db = Annotated[AsyncSession, Depends(get_session)]


async def get_current_user(db: Db, token: str = Depends(OAuth2PasswordBearer(tokenUrl="login"))) -> User:
    try:
        claims = jwt.decode(token, os.environ["SECRET"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(status_code=401)
    user = await db.get(User, claims["sub"])
    if user is None:
        raise HTTPException(status_code=401)
    return user


Me = Annotated[User, Depends(get_current_user)]
"""

GENERIC = """
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.tables import Visit

Row = TypeVar("Row")


class Repository(Generic[Row]):
    model: type[Row]

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get(self, key: int) -> Row | None:
        return await self.session.get(self.model, key)

    async def list(self, **filters) -> list[Row]:
        query = select(self.model).filter_by(**filters)
        return list((await self.session.execute(query)).scalars().all())

    async def remove(self, row: Row) -> None:
        await self.session.delete(row)


class VisitRepository(Repository[Visit]):
    model = Visit
"""

SERVICE = """
from typing import Annotated

from fastapi import Depends, HTTPException

from app.deps import Db
from app.repositories import VisitRepository


def get_visits(db: Db) -> VisitRepository:
    return VisitRepository(db)


class VisitService:
    def __init__(self, visits: Annotated[VisitRepository, Depends(get_visits)]) -> None:
        self.visits = visits

    async def one(self, visit_id: int, user_id: int):
        visit = await self.visits.get(visit_id)
        if visit is None{check}:
            raise HTTPException(status_code=404)
        return visit

    async def all(self, user_id: int):
        return await self.visits.list({filters})
"""

SERVED = """
from typing import Annotated

from fastapi import Depends, FastAPI

from app.deps import Me
from app.services import VisitService

app = FastAPI()


@app.get("/visits/{visit_id}")
async def read(visit_id: int, me: Me, service: Annotated[VisitService, Depends()]):
    return await service.one(visit_id, me.id)


@app.get("/visits")
async def read_all(me: Me, service: VisitService = Depends(VisitService)):
    return await service.all(user_id=me.id)
"""

UNIT_OF_WORK = """
from app.deps import make_session
from app.repositories import VisitRepository


class UnitOfWork:
    async def __aenter__(self) -> "UnitOfWork":
        self.session = make_session()
        self.visits = VisitRepository(self.session)
        return self

    async def __aexit__(self, *args) -> None:
        await self.session.close()

    async def commit(self) -> None:
        await self.session.commit()
"""

WITH_UNIT = """
from fastapi import FastAPI, HTTPException

from app.deps import Me
from app.unit import UnitOfWork

app = FastAPI()


@app.delete("/visits/{{visit_id}}", status_code=204)
async def remove(visit_id: int, me: Me) -> None:
    async with UnitOfWork() as unit:
        visit = await unit.visits.get(visit_id)
        if visit is None{check}:
            raise HTTPException(status_code=404)
        await unit.visits.remove(visit)
        await unit.commit()
"""

CRUD_FUNCTIONS = """
from sqlalchemy import select

from app.tables import Visit


async def get_visit(db, visit_id: int, owner_id: int):
    query = select(Visit).where(Visit.id == visit_id{owner})
    return (await db.execute(query)).scalar_one_or_none()
"""

WITH_CRUD = """
from fastapi import FastAPI

from app import crud
from app.deps import Db, Me

app = FastAPI()


@app.get("/visits/{visit_id}")
async def read(visit_id: int, db: Db, me: Me):
    return await crud.get_visit(db, visit_id, owner_id=me.id)
"""

MEMBERSHIP = """
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import select

from app.deps import Db, Me
from app.tables import Bill, ClinicMember

app = FastAPI()


async def member_of(clinic_id: int, db: Db, me: Me) -> ClinicMember:
    query = select(ClinicMember).where(ClinicMember.clinic_id == clinic_id, ClinicMember.user_id == me.id)
    member = (await db.execute(query)).scalar_one_or_none()
    if member is None:
        raise HTTPException(status_code=403)
    return member


@app.get("/clinics/{{clinic_id}}/bills/{{bill_id}}", dependencies=[Depends(member_of)])
async def read(clinic_id: int, bill_id: int, db: Db):
    return (await db.execute(select(Bill).where(Bill.id == bill_id{clinic}))).scalar_one_or_none()
"""

MEMBER_CHECK = """
from fastapi import FastAPI, HTTPException
from sqlalchemy import select

from app.deps import Db, Me
from app.tables import Bill, ClinicMember

app = FastAPI()


async def is_member(db, clinic_id: int, user_id: int) -> bool:
    query = select(ClinicMember).where(ClinicMember.clinic_id == clinic_id, ClinicMember.user_id == user_id)
    return (await db.execute(query)).first() is not None


@app.get("/clinics/{{clinic_id}}/bills")
async def read_all(clinic_id: int, db: Db, me: Me):
    if not await is_member(db, clinic_id, me.id):
        raise HTTPException(status_code=403)
    return (await db.execute(select(Bill).where(Bill.clinic_id == clinic_id))).scalars().all()


@app.get("/bills/{{bill_id}}")
async def read(bill_id: int, db: Db, me: Me):
    bill = await db.get(Bill, bill_id)
    {check}
    return bill
"""

TENANT = """
import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import select

from app.deps import Db
from app.tables import Letter

app = FastAPI()


def tenant_of(credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> int:
    try:
        claims = jwt.decode(credentials.credentials, os.environ["SECRET"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(status_code=401)
    return claims["tenant"]


Tenant = Annotated[int, Depends(tenant_of)]


@app.get("/letters")
async def read_all(db: Db, tenant_id: Tenant):
    return (await db.execute(select(Letter).where(Letter.tenant_id == tenant_id))).scalars().all()


@app.get("/letters/{{letter_id}}")
async def read(letter_id: int, db: Db, tenant_id: Tenant):
    return (await db.execute(select(Letter).where(Letter.id == letter_id{tenant}))).scalar_one_or_none()
"""

PERMISSION_CLASS = """
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException

from app.deps import Db, Me
from app.tables import Visit

app = FastAPI()


class VisitPermission:
    def __init__(self, action: str) -> None:
        self.action = action

    async def __call__(self, visit_id: int, db: Db, me: Me) -> Visit:
        visit = await db.get(Visit, visit_id)
        if visit is None{check}:
            raise HTTPException(status_code=404)
        return visit


@app.patch("/visits/{{visit_id}}")
async def change(title: str, db: Db, visit: Annotated[Visit, Depends(VisitPermission("edit"))]):
    visit.title = title
    await db.commit()
"""

ROW_LEVEL = """
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.deps import Db, Me
from app.tables import Visit

app = FastAPI()


async def secured(db: Db, me: Me) -> AsyncSession:
    {switch}
    return db


@app.get("/visits")
async def read_all(db: Annotated[AsyncSession, Depends(secured)]):
    return (await db.execute(select(Visit))).scalars().all()
"""

CRITERIA = """
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import with_loader_criteria

from app.deps import Db, Me
from app.tables import Visit

app = FastAPI()


def secured(db: Db, me: Me) -> AsyncSession:
    {listener}
    return db


@app.get("/visits")
async def read_all(db: Annotated[AsyncSession, Depends(secured)]):
    return (await db.execute(select(Visit))).scalars().all()
"""

WITH_USER = """
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import select

from app.deps import Db, Me
from app.tables import User, Visit

app = FastAPI()


class Visits:
    def __init__(self, db: Db, me: Me) -> None:
        self.db = db
        self.me = me

    def _base(self):
        return select(Visit){owner}

    async def all(self):
        return (await self.db.execute(self._base().order_by(Visit.title))).scalars().all()

    async def one(self, visit_id: int):
        return (await self.db.execute(self._base().where(Visit.id == visit_id))).scalar_one()


@app.get("/visits")
async def read_all(visits: Annotated[Visits, Depends()]):
    return await visits.all()
"""

CACHE = """
from fastapi import FastAPI, HTTPException

from app.deps import Db, Me
from app.tables import Visit

app = FastAPI()
cache: dict[int, Visit] = {{}}


@app.get("/visits/{{visit_id}}")
async def read(visit_id: int, db: Db, me: Me):
    {before}
    visit = await db.get(Visit, visit_id)
    cache[visit_id] = visit
    {after}
    return visit
"""

SIBLINGS = """
from sqlalchemy import select

from app.tables import Visit


async def all_of(db, user_id: int):
    return (await db.execute(select(Visit).where(Visit.user_id == user_id))).scalars().all()


async def one_of(db, visit_id: int, user_id: int):
    return (await db.execute(select(Visit).where(Visit.id == visit_id{owner}))).scalar_one_or_none()
"""

WITH_SIBLINGS = """
from fastapi import FastAPI

from app import queries
from app.deps import Db, Me

app = FastAPI()


@app.get("/visits")
async def read_all(db: Db, me: Me):
    return await queries.all_of(db, me.id)


@app.get("/visits/{visit_id}")
async def read(visit_id: int, db: Db, me: Me):
    return await queries.one_of(db, visit_id, me.id)
"""

OPTIONAL = """
from fastapi import FastAPI
from sqlalchemy import select

from app.deps import Db, Me
from app.tables import Visit

app = FastAPI()


@app.get("/visits")
async def read_all(db: Db, me: Me, mine: bool = False):
    query = select(Visit)
    {condition}
    return (await db.execute(query)).scalars().all()
"""

WITH_CONTEXT = """
from contextvars import ContextVar

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import select

from app.deps import Db, Me
from app.tables import Visit

app = FastAPI()


async def load(db, visit_id: int) -> Visit:
    visit = await db.get(Visit, visit_id)
    if visit is None:
        raise HTTPException(status_code=404)
    return visit


async def load_own(db, visit_id: int, me) -> Visit:
    visit = await load(db, visit_id)
    if visit.user_id != me.id:
        raise HTTPException(status_code=403)
    return visit


@app.get("/visits/{{visit_id}}")
async def read(visit_id: int, db: Db, me: Me):
    return await {loaded}
"""

STORIES = {
    "a generic repository, one row": (
        {"repositories": GENERIC, "services": SERVICE.format(check="", filters="user_id=user_id"), "main": SERVED},
        ["FG202 app/repositories.py"],
        [{"services": SERVICE.format(check=" or visit.user_id != user_id", filters="user_id=user_id")}],
    ),
    "a generic repository, all rows": (
        {
            "repositories": GENERIC,
            "services": SERVICE.format(check=" or visit.user_id != user_id", filters=""),
            "main": SERVED,
        },
        ["FG201 app/repositories.py"],
        [{"services": SERVICE.format(check=" or visit.user_id != user_id", filters="user_id=user_id")}],
    ),
    "a unit of work": (
        {"repositories": GENERIC, "unit": UNIT_OF_WORK, "main": WITH_UNIT.format(check="")},
        ["FG202 app/repositories.py"],
        [{"main": WITH_UNIT.format(check=" or visit.user_id != me.id")}],
    ),
    "functions of a module": (
        {"crud": CRUD_FUNCTIONS.format(owner=""), "main": WITH_CRUD},
        ["FG202 app/crud.py"],
        [{"crud": CRUD_FUNCTIONS.format(owner=", Visit.user_id == owner_id")}],
    ),
    "a membership that a dependency checks": (
        {"main": MEMBERSHIP.format(clinic="")},
        ["FG202 app/main.py"],
        [{"main": MEMBERSHIP.format(clinic=", Bill.clinic_id == clinic_id")}],
    ),
    "a membership that a helper checks": (
        {"main": MEMBER_CHECK.format(check="")},
        ["FG202 app/main.py"],
        [
            {
                "main": MEMBER_CHECK.format(
                    check="if not await is_member(db, bill.clinic_id, me.id): raise HTTPException(status_code=404)"
                )
            }
        ],
    ),
    "a tenant of the token": (
        {"main": TENANT.format(tenant="")},
        ["FG202 app/main.py"],
        [{"main": TENANT.format(tenant=", Letter.tenant_id == tenant_id")}],
    ),
    "a permission class": (
        {"main": PERMISSION_CLASS.format(check="")},
        ["FG202 app/main.py"],
        [{"main": PERMISSION_CLASS.format(check=" or visit.user_id != me.id")}],
    ),
    "row-level security of the session": (
        {"main": ROW_LEVEL.format(switch='await db.execute(text("SELECT 1"))')},
        ["FG201 app/main.py"],
        [
            {"main": ROW_LEVEL.format(switch=switch)}
            for switch in (
                """await db.execute(text("SELECT set_config('app.user_id', :user, true)"), {"user": str(me.id)})""",
                """await db.execute(text("SET LOCAL app.user_id = :user"), {"user": me.id})""",
                """await db.execute(text(f"SET LOCAL app.current_user = '{me.id}'"))""",
            )
        ],
    ),
    "criteria that the session adds": (
        {"main": CRITERIA.format(listener="")},
        ["FG201 app/main.py"],
        [
            {
                "main": CRITERIA.format(
                    listener="""@event.listens_for(db.sync_session, "do_orm_execute")
    def only_own(state):
        state.statement = state.statement.options(with_loader_criteria(Visit, Visit.user_id == me.id))
"""
                )
            }
        ],
    ),
    "a repository made with the user": (
        {"main": WITH_USER.format(owner="")},
        ["FG201 app/main.py"],
        [{"main": WITH_USER.format(owner=".where(Visit.user_id == self.me.id)")}],
    ),
    "a cache before the check": (
        {
            "main": CACHE.format(
                before="if visit_id in cache: return cache[visit_id]",
                after="if visit.user_id != me.id: raise HTTPException(status_code=404)",
            )
        },
        ["FG206 app/main.py"],
        [
            {
                "main": CACHE.format(
                    before="visit = cache.get(visit_id)\n    if visit is not None and visit.user_id == me.id: return visit",
                    after="if visit.user_id != me.id: raise HTTPException(status_code=404)",
                )
            }
        ],
    ),
    "a helper that forgets beside one that does not": (
        {"queries": SIBLINGS.format(owner=""), "main": WITH_SIBLINGS},
        ["FG202 app/queries.py"],
        [{"queries": SIBLINGS.format(owner=", Visit.user_id == user_id")}],
    ),
    "a filter that the client switches off": (
        {"main": OPTIONAL.format(condition="if mine: query = query.where(Visit.user_id == me.id)")},
        ["FG206 app/main.py"],
        [
            {"main": OPTIONAL.format(condition="query = query.where(Visit.user_id == me.id)")},
            {
                "main": OPTIONAL.format(
                    condition='if not (me.role == "admin"): query = query.where(Visit.user_id == me.id)'
                )
            },
        ],
    ),
    "a helper that loads, and one that checks what it loads": (
        {"main": WITH_CONTEXT.format(loaded="load(db, visit_id)")},
        ["FG202 app/main.py"],
        [{"main": WITH_CONTEXT.format(loaded="load_own(db, visit_id, me)")}],
    ),
}


def told(files: dict[str, str]) -> list[str]:
    """The findings of an application: code and file."""
    texts = {"app/__init__.py": "", "app/tables.py": TABLES, "app/deps.py": DEPS}
    texts |= {f"app/{name}.py": text for name, text in files.items()}
    found = analyse(texts, SETTINGS, RULES).diagnostics
    return sorted(f"{diagnostic.code} {diagnostic.location.path}" for diagnostic in found)


@pytest.mark.parametrize(("files", "expected", "changes"), STORIES.values(), ids=STORIES.keys())
def test_a_layer_is_followed(files: dict[str, str], expected: list[str], changes: list[dict[str, str]]) -> None:
    """What forgets the user is told where the query stands; what does not is silent."""
    assert [told(files), *(told(files | change) for change in changes)] == [expected, *([] for _ in changes)]
