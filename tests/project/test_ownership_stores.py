"""Whose rows a query touches, in each library and style that stores rows: the limited one is silent, the other is told.

A story is a handler that forgets the user, followed by `# limited` and the same handler that does not.
"""

import pytest

from fastapi_guard.analysis import analyse
from fastapi_guard.checks.registry import load_rules
from fastapi_guard.config.settings import Settings

SETTINGS = Settings(select=("FG201", "FG202", "FG203", "FG204", "FG206"))
RULES = tuple(rule for rule in load_rules() if rule.family == "authorization")

AUTH = """
import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel

app = FastAPI()


class Me(BaseModel):
    id: int
    email: str


def get_me(token: str = Depends(OAuth2PasswordBearer(tokenUrl="login"))) -> Me:
    try:
        claims = jwt.decode(token, os.environ["SECRET"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(status_code=401)
    return Me(id=claims["sub"], email=claims["email"])


User = Annotated[Me, Depends(get_me)]
"""

SQLMODEL = """
from sqlmodel import Field, Session, SQLModel, col, create_engine, delete, select, update


class Trip(SQLModel, table=True):
    id: int = Field(primary_key=True)
    user_id: int
    title: str


def get_session():
    with Session(create_engine("sqlite://")) as session:
        yield session


Db = Annotated[Session, Depends(get_session)]
"""

SQLALCHEMY_2 = """
from sqlalchemy import ForeignKey, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase): ...


class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)


class Trip(Base):
    __tablename__ = "trips"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    title: Mapped[str]
    stops: Mapped[list["Stop"]] = relationship(back_populates="trip")


class Stop(Base):
    __tablename__ = "stops"
    id: Mapped[int] = mapped_column(primary_key=True)
    trip_id: Mapped[int] = mapped_column(ForeignKey("trips.id"))
    trip: Mapped["Trip"] = relationship(back_populates="stops")


make_session = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"))


async def get_session():
    async with make_session() as session:
        yield session


Db = Annotated[AsyncSession, Depends(get_session)]
"""

SQLALCHEMY_1 = """
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, create_engine
from sqlalchemy.ext.declarative import declarative_base
from sqlalchemy.orm import Session, sessionmaker

Base = declarative_base()


class Trip(Base):
    __tablename__ = "trips"
    id = Column(Integer, primary_key=True)
    owner_id = Column(Integer)
    title = Column(String)


metadata = MetaData()
stops = Table("stops", metadata, Column("id", Integer, primary_key=True), Column("user_id", Integer), Column("name", String))
SessionLocal = sessionmaker(bind=create_engine("sqlite://"))


def get_session():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


Db = Annotated[Session, Depends(get_session)]
"""

TORTOISE = """
from tortoise import fields, models


class Person(models.Model):
    id = fields.IntField(pk=True)


class Trip(models.Model):
    id = fields.IntField(pk=True)
    owner = fields.ForeignKeyField("models.Person", related_name="trips")
    title = fields.CharField(max_length=50)
"""

BEANIE = """
from beanie import Document, PydanticObjectId


class Trip(Document):
    user_id: str
    title: str
"""

ODMANTIC = """
from odmantic import AIOEngine, Model, ObjectId

engine = AIOEngine()


class Trip(Model):
    user_id: int
    title: str
"""

MOTOR = """
from bson import ObjectId
from motor.motor_asyncio import AsyncIOMotorClient

client = AsyncIOMotorClient("mongodb://localhost")
db = client.travels
trips = db["trips"]


@app.post("/trips")
async def make(title: str, user: User):
    await trips.insert_one({"title": title, "user_id": user.id})
"""

PYMONGO = """
from bson import ObjectId
from pymongo import MongoClient

client = MongoClient("mongodb://localhost")


def get_db():
    return client["travels"]


@app.post("/trips")
def make(title: str, user: User, db=Depends(get_db)):
    db.trips.insert_one({"title": title, "owner_id": user.id})
"""

PEEWEE = """
from peewee import CharField, ForeignKeyField, Model, SqliteDatabase

database = SqliteDatabase("travels.db")


class Person(Model):
    class Meta:
        database = database


class Trip(Model):
    owner = ForeignKeyField(Person, backref="trips")
    title = CharField()

    class Meta:
        database = database
"""

FASTCRUD = (
    SQLALCHEMY_2
    + """
from fastcrud import FastCRUD

trip_crud = FastCRUD(Trip)
"""
)

SQL = """
import asyncpg
from sqlalchemy import text
from sqlalchemy.orm import Session


def get_session() -> Session: ...


async def get_pool():
    return await asyncpg.create_pool("postgresql://localhost")


Db = Annotated[Session, Depends(get_session)]
Pool = Annotated[asyncpg.Pool, Depends(get_pool)]


@app.post("/trips")
def make(title: str, user: User, db: Db):
    db.execute(text("INSERT INTO trips (title, user_id) VALUES (:title, :user)"), {"title": title, "user": user.id})
"""

STORIES = {
    "SQLModel, list": (SQLMODEL, "FG201", """
@app.get("/trips")
def read(db: Db, user: User) -> list[Trip]:
    return db.exec(select(Trip).order_by(col(Trip.title))).all()
# limited
@app.get("/trips")
def read(db: Db, user: User) -> list[Trip]:
    return db.exec(select(Trip).where(col(Trip.user_id) == user.id).order_by(col(Trip.title))).all()
"""),
    "SQLModel, get": (SQLMODEL, "FG202", """
@app.get("/trips/{trip_id}")
def read(trip_id: int, db: Db, user: User) -> Trip:
    trip = db.get(Trip, trip_id)
    if not trip:
        raise HTTPException(status_code=404)
    return trip
# limited
@app.get("/trips/{trip_id}")
def read(trip_id: int, db: Db, user: User) -> Trip:
    trip = db.get(Trip, trip_id)
    if not trip or trip.user_id != user.id:
        raise HTTPException(status_code=404)
    return trip
"""),
    "SQLModel, delete": (SQLMODEL, "FG204", """
@app.delete("/trips/{trip_id}")
def remove(trip_id: int, db: Db, user: User):
    db.exec(delete(Trip).where(col(Trip.id) == trip_id))
    db.commit()
# limited
@app.delete("/trips/{trip_id}")
def remove(trip_id: int, db: Db, user: User):
    db.exec(delete(Trip).where(col(Trip.id) == trip_id, col(Trip.user_id) == user.id))
    db.commit()
"""),
    "SQLAlchemy 2, select": (SQLALCHEMY_2, "FG202", """
@app.get("/trips/{trip_id}")
async def read(trip_id: int, db: Db, user: User):
    result = await db.execute(select(Trip).where(Trip.id == trip_id))
    return result.scalar_one_or_none()
# limited
@app.get("/trips/{trip_id}")
async def read(trip_id: int, db: Db, user: User):
    result = await db.execute(select(Trip).where(Trip.id == trip_id).where(Trip.user_id == user.id))
    return result.scalar_one_or_none()
"""),
    "SQLAlchemy 2, filter_by": (SQLALCHEMY_2, "FG201", """
@app.get("/trips")
async def read(title: str, db: Db, user: User):
    return (await db.scalars(select(Trip).filter_by(title=title))).all()
# limited
@app.get("/trips")
async def read(title: str, db: Db, user: User):
    return (await db.scalars(select(Trip).filter_by(title=title, user_id=user.id))).all()
"""),
    "SQLAlchemy 2, update": (SQLALCHEMY_2, "FG204", """
@app.patch("/trips/{trip_id}")
async def change(trip_id: int, title: str, db: Db, user: User):
    await db.execute(update(Trip).where(Trip.id == trip_id).values(title=title))
# limited
@app.patch("/trips/{trip_id}")
async def change(trip_id: int, title: str, db: Db, user: User):
    await db.execute(update(Trip).where(Trip.id == trip_id, Trip.user_id == user.id).values(title=title))
"""),
    "SQLAlchemy 2, through the parent": (SQLALCHEMY_2, "FG202", """
@app.get("/stops/{stop_id}")
async def read(stop_id: int, db: Db, user: User):
    return await db.scalar(select(Stop).join(Stop.trip).where(Stop.id == stop_id))
# limited
@app.get("/stops/{stop_id}")
async def read(stop_id: int, db: Db, user: User):
    return await db.scalar(select(Stop).join(Stop.trip).where(Stop.id == stop_id, Trip.user_id == user.id))
# limited
@app.get("/stops/{stop_id}")
async def read(stop_id: int, db: Db, user: User):
    return await db.scalar(select(Stop).where(Stop.id == stop_id, Stop.trip.has(user_id=user.id)))
# limited
@app.get("/stops/{stop_id}")
async def read(stop_id: int, db: Db, user: User):
    mine = select(Trip.id).where(Trip.user_id == user.id).scalar_subquery()
    return await db.scalar(select(Stop).where(Stop.id == stop_id, Stop.trip_id.in_(mine)))
# limited
@app.get("/stops/{stop_id}")
async def read(stop_id: int, db: Db, user: User):
    stop = await db.get(Stop, stop_id)
    trip = await db.get(Trip, stop.trip_id)
    if trip.user_id != user.id:
        raise HTTPException(status_code=404)
    return stop
"""),
    "SQLAlchemy 2, the session taken in the handler": (SQLALCHEMY_2, "FG201", """
@app.get("/trips")
async def read(user: User):
    async with make_session() as session:
        return (await session.execute(select(Trip))).scalars().all()
# limited
@app.get("/trips")
async def read(user: User):
    async with make_session() as session:
        return (await session.execute(select(Trip).where(Trip.user_id == user.id))).scalars().all()
"""),
    "SQLAlchemy 1, query": (SQLALCHEMY_1, "FG202", """
@app.get("/trips/{trip_id}")
def read(trip_id: int, db: Db, user: User):
    return db.query(Trip).filter(Trip.id == trip_id).first()
# limited
@app.get("/trips/{trip_id}")
def read(trip_id: int, db: Db, user: User):
    return db.query(Trip).filter(Trip.id == trip_id, Trip.owner_id == user.id).first()
"""),
    "SQLAlchemy 1, query get": (SQLALCHEMY_1, "FG202", """
@app.put("/trips/{trip_id}")
def change(trip_id: int, title: str, db: Db, user: User):
    trip = db.query(Trip).get(trip_id)
    trip.title = title
    db.commit()
# limited
@app.put("/trips/{trip_id}")
def change(trip_id: int, title: str, db: Db, user: User):
    trip = db.query(Trip).get(trip_id)
    if trip.owner_id != user.id:
        raise HTTPException(status_code=403)
    trip.title = title
    db.commit()
"""),
    "SQLAlchemy 1, query update": (SQLALCHEMY_1, "FG204", """
@app.put("/trips/{trip_id}")
def change(trip_id: int, title: str, db: Db, user: User):
    db.query(Trip).filter_by(id=trip_id).update({"title": title})
    db.commit()
# limited
@app.put("/trips/{trip_id}")
def change(trip_id: int, title: str, db: Db, user: User):
    db.query(Trip).filter_by(id=trip_id, owner_id=user.id).update({"title": title})
    db.commit()
"""),
    "SQLAlchemy 1, imperative table": (SQLALCHEMY_1, "FG201", """
@app.get("/stops")
def read(db: Db, user: User):
    return db.execute(stops.select()).fetchall()
# limited
@app.get("/stops")
def read(db: Db, user: User):
    return db.execute(stops.select().where(stops.c.user_id == user.id)).fetchall()
"""),
    "SQLAlchemy 1, imperative table by key": (SQLALCHEMY_1, "FG204", """
@app.delete("/stops/{stop_id}")
def remove(stop_id: int, db: Db, user: User):
    db.execute(stops.delete().where(stops.c.id == stop_id))
# limited
@app.delete("/stops/{stop_id}")
def remove(stop_id: int, db: Db, user: User):
    db.execute(stops.delete().where(stops.c.id == stop_id, stops.c.user_id == user.id))
"""),
    "Tortoise, get": (TORTOISE, "FG202", """
@app.get("/trips/{trip_id}")
async def read(trip_id: int, user: User):
    return await Trip.get_or_none(id=trip_id)
# limited
@app.get("/trips/{trip_id}")
async def read(trip_id: int, user: User):
    return await Trip.get_or_none(id=trip_id, owner_id=user.id)
# limited
@app.get("/trips/{trip_id}")
async def read(trip_id: int, user: User):
    return await Trip.get_or_none(id=trip_id, owner__id=user.id)
# limited
@app.get("/trips/{trip_id}")
async def read(trip_id: int, user: User):
    return await Trip.filter(owner=user.id).get(id=trip_id)
"""),
    "Tortoise, list": (TORTOISE, "FG201", """
@app.get("/trips")
async def read(user: User):
    return await Trip.all().order_by("title")
# limited
@app.get("/trips")
async def read(user: User):
    return await Trip.filter(owner_id=user.id).order_by("title")
"""),
    "Tortoise, delete": (TORTOISE, "FG204", """
@app.delete("/trips/{trip_id}")
async def remove(trip_id: int, user: User):
    await Trip.filter(id=trip_id).delete()
# limited
@app.delete("/trips/{trip_id}")
async def remove(trip_id: int, user: User):
    await Trip.filter(id=trip_id, owner_id=user.id).delete()
"""),
    "Beanie, get": (BEANIE, "FG202", """
@app.get("/trips/{trip_id}")
async def read(trip_id: PydanticObjectId, user: User):
    return await Trip.get(trip_id)
# limited
@app.get("/trips/{trip_id}")
async def read(trip_id: PydanticObjectId, user: User):
    trip = await Trip.get(trip_id)
    if trip.user_id != user.email:
        raise HTTPException(status_code=404)
    return trip
# limited
@app.get("/trips/{trip_id}")
async def read(trip_id: PydanticObjectId, user: User):
    return await Trip.find_one(Trip.id == trip_id, Trip.user_id == user.email)
# limited
@app.get("/trips/{trip_id}")
async def read(trip_id: PydanticObjectId, user: User):
    return await Trip.find_one({"_id": trip_id, "user_id": user.email})
"""),
    "Beanie, list": (BEANIE, "FG201", """
@app.get("/trips")
async def read(user: User):
    return await Trip.find_all().to_list()
# limited
@app.get("/trips")
async def read(user: User):
    return await Trip.find(Trip.user_id == user.email).to_list()
"""),
    "Beanie, delete": (BEANIE, "FG202", """
@app.delete("/trips/{trip_id}")
async def remove(trip_id: PydanticObjectId, user: User):
    trip = await Trip.get(trip_id)
    await trip.delete()
# limited
@app.delete("/trips/{trip_id}")
async def remove(trip_id: PydanticObjectId, user: User):
    trip = await Trip.get(trip_id)
    if trip.user_id == user.email:
        await trip.delete()
"""),
    "ODMantic": (ODMANTIC, "FG202", """
@app.get("/trips/{trip_id}")
async def read(trip_id: ObjectId, user: User):
    return await engine.find_one(Trip, Trip.id == trip_id)
# limited
@app.get("/trips/{trip_id}")
async def read(trip_id: ObjectId, user: User):
    return await engine.find_one(Trip, Trip.id == trip_id, Trip.user_id == user.id)
"""),
    "ODMantic, list": (ODMANTIC, "FG201", """
@app.get("/trips")
async def read(user: User):
    return await engine.find(Trip)
# limited
@app.get("/trips")
async def read(user: User):
    return await engine.find(Trip, Trip.user_id == user.id)
"""),
    "Motor, one": (MOTOR, "FG202", """
@app.get("/trips/{trip_id}")
async def read(trip_id: str, user: User):
    return await trips.find_one({"_id": ObjectId(trip_id)})
# limited
@app.get("/trips/{trip_id}")
async def read(trip_id: str, user: User):
    return await trips.find_one({"_id": ObjectId(trip_id), "user_id": user.id})
# limited
@app.get("/trips/{trip_id}")
async def read(trip_id: str, user: User):
    trip = await trips.find_one({"_id": ObjectId(trip_id)})
    if trip["user_id"] != user.id:
        raise HTTPException(status_code=404)
    return trip
"""),
    "Motor, list": (MOTOR, "FG201", """
@app.get("/trips")
async def read(user: User):
    return await trips.find().to_list(100)
# limited
@app.get("/trips")
async def read(user: User):
    return await trips.find({"user_id": user.id}).to_list(100)
"""),
    "Motor, delete": (MOTOR, "FG204", """
@app.delete("/trips/{trip_id}")
async def remove(trip_id: str, user: User):
    await trips.delete_one({"_id": ObjectId(trip_id)})
# limited
@app.delete("/trips/{trip_id}")
async def remove(trip_id: str, user: User):
    await trips.delete_one({"_id": ObjectId(trip_id), "user_id": user.id})
"""),
    "Motor, update": (MOTOR, "FG204", """
@app.put("/trips/{trip_id}")
async def change(trip_id: str, title: str, user: User):
    await trips.update_one({"_id": ObjectId(trip_id)}, {"$set": {"title": title, "user_id": user.id}})
# limited
@app.put("/trips/{trip_id}")
async def change(trip_id: str, title: str, user: User):
    await trips.update_one({"_id": ObjectId(trip_id), "user_id": user.id}, {"$set": {"title": title}})
"""),
    "PyMongo, one": (PYMONGO, "FG202", """
@app.get("/trips/{trip_id}")
def read(trip_id: str, user: User, db=Depends(get_db)):
    return db.trips.find_one({"_id": ObjectId(trip_id)})
# limited
@app.get("/trips/{trip_id}")
def read(trip_id: str, user: User, db=Depends(get_db)):
    return db.trips.find_one({"_id": ObjectId(trip_id), "owner_id": user.id})
"""),
    "PyMongo, list": (PYMONGO, "FG201", """
@app.get("/trips")
def read(user: User, db=Depends(get_db)):
    return [trip["title"] for trip in db["trips"].find({})]
# limited
@app.get("/trips")
def read(user: User, db=Depends(get_db)):
    return [trip["title"] for trip in db["trips"].find({"owner_id": user.id})]
"""),
    "Peewee, one": (PEEWEE, "FG202", """
@app.get("/trips/{trip_id}")
def read(trip_id: int, user: User):
    return Trip.get_by_id(trip_id)
# limited
@app.get("/trips/{trip_id}")
def read(trip_id: int, user: User):
    return Trip.get((Trip.id == trip_id) & (Trip.owner == user.id))
# limited
@app.get("/trips/{trip_id}")
def read(trip_id: int, user: User):
    return Trip.get_or_none(Trip.id == trip_id, Trip.owner == user.id)
"""),
    "Peewee, list": (PEEWEE, "FG201", """
@app.get("/trips")
def read(user: User):
    return list(Trip.select())
# limited
@app.get("/trips")
def read(user: User):
    return list(Trip.select().where(Trip.owner == user.id))
"""),
    "Peewee, delete": (PEEWEE, "FG204", """
@app.delete("/trips/{trip_id}")
def remove(trip_id: int, user: User):
    Trip.delete().where(Trip.id == trip_id).execute()
# limited
@app.delete("/trips/{trip_id}")
def remove(trip_id: int, user: User):
    Trip.delete().where(Trip.id == trip_id, Trip.owner == user.id).execute()
"""),
    "Peewee, delete by its key": (PEEWEE, "FG204", """
@app.delete("/trips/{trip_id}")
def remove(trip_id: int, user: User):
    Trip.delete_by_id(trip_id)
# limited
@app.delete("/trips/{trip_id}")
def remove(trip_id: int, user: User):
    trip = Trip.get_by_id(trip_id)
    if trip.owner_id != user.id:
        raise HTTPException(status_code=404)
    trip.delete_instance()
"""),
    "FastCRUD, one": (FASTCRUD, "FG202", """
@app.get("/trips/{trip_id}")
async def read(trip_id: int, db: Db, user: User):
    return await trip_crud.get(db=db, id=trip_id)
# limited
@app.get("/trips/{trip_id}")
async def read(trip_id: int, db: Db, user: User):
    return await trip_crud.get(db=db, id=trip_id, user_id=user.id)
"""),
    "FastCRUD, list": (FASTCRUD, "FG201", """
@app.get("/trips")
async def read(db: Db, user: User):
    return await trip_crud.get_multi(db)
# limited
@app.get("/trips")
async def read(db: Db, user: User):
    return await trip_crud.get_multi(db, user_id=user.id)
"""),
    "FastCRUD, delete": (FASTCRUD, "FG204", """
@app.delete("/trips/{trip_id}")
async def remove(trip_id: int, db: Db, user: User):
    await trip_crud.delete(db=db, id=trip_id)
# limited
@app.delete("/trips/{trip_id}")
async def remove(trip_id: int, db: Db, user: User):
    await trip_crud.delete(db=db, id=trip_id, user_id=user.id)
"""),
    "SQL text, parameters by name": (SQL, "FG202", """
@app.get("/trips/{trip_id}")
def read(trip_id: int, db: Db, user: User):
    return db.execute(text("SELECT * FROM trips WHERE id = :id"), {"id": trip_id}).mappings().first()
# limited
@app.get("/trips/{trip_id}")
def read(trip_id: int, db: Db, user: User):
    rows = db.execute(text("SELECT * FROM trips WHERE id = :id AND user_id = :me"), {"id": trip_id, "me": user.id})
    return rows.mappings().first()
"""),
    "SQL text, parameters by number": (SQL, "FG202", """
@app.get("/trips/{trip_id}")
async def read(trip_id: int, pool: Pool, user: User):
    return await pool.fetchrow("SELECT * FROM trips WHERE id = $1", trip_id)
# limited
@app.get("/trips/{trip_id}")
async def read(trip_id: int, pool: Pool, user: User):
    return await pool.fetchrow("SELECT * FROM trips WHERE id = $1 AND user_id = $2", trip_id, user.id)
"""),
    "SQL text, not parameterised": (SQL, "FG204", """
@app.delete("/trips/{trip_id}")
def remove(trip_id: int, db: Db, user: User):
    db.execute(text(f"DELETE FROM trips WHERE id = {trip_id}"))
# limited
@app.delete("/trips/{trip_id}")
def remove(trip_id: int, db: Db, user: User):
    db.execute(text(f"DELETE FROM trips WHERE id = {trip_id} AND user_id = {user.id}"))
"""),
    "SQL text, the owner set and not asked for": (SQL, "FG204", """
@app.put("/trips/{trip_id}")
def change(trip_id: int, title: str, db: Db, user: User):
    db.execute(
        text("UPDATE trips SET title = :title, user_id = :me WHERE id = :id"),
        {"title": title, "me": user.id, "id": trip_id},
    )
# limited
@app.put("/trips/{trip_id}")
def change(trip_id: int, title: str, db: Db, user: User):
    db.execute(
        text("UPDATE trips SET title = :title WHERE id = :id AND user_id = :me"),
        {"title": title, "me": user.id, "id": trip_id},
    )
"""),
}  # fmt: skip


def told(store: str, code: str) -> list[str]:
    """The codes of the findings of an application with this store and this handler."""
    return sorted(
        diagnostic.code for diagnostic in analyse({"main.py": AUTH + store + code}, SETTINGS, RULES).diagnostics
    )


@pytest.mark.parametrize(("store", "expected", "code"), STORIES.values(), ids=STORIES.keys())
def test_a_store_is_read(store: str, expected: str, code: str) -> None:
    """What forgets the user is one finding, whatever the store; what does not is none."""
    forgets, *limited = code.split("# limited")

    assert [told(store, forgets), *(told(store, each) for each in limited)] == [[expected], *([] for _ in limited)]
