"""What is true of values by their parts is found however they share parts, hold themselves or are nested."""

from __future__ import annotations

from fastapi_guard.project.descent import descent_reader, sources
from fastapi_guard.project.kinds import CLIENT, CONSTANT, ROW, UNKNOWN, kind_reader
from fastapi_guard.project.parts import MOST_NESTED, MOST_PARTS
from fastapi_guard.project.values import Argument, Choice, External, Item, Literal, Member, Result, Sequence, Value

SENT = Argument("payload", None)
ONE = Literal(1)


def test_kinds_of_shared_parts_are_gathered() -> None:
    read = kind_reader().of
    both = Choice((Member(SENT, "id"), ONE))
    assert read(both) == {CLIENT, CONSTANT}
    assert read(Item(both, ONE)) == {CLIENT, CONSTANT}
    assert read(Literal(2)) == {CONSTANT}


def test_a_list_that_holds_itself_is_made_of_its_other_items() -> None:
    rows = Sequence("list", [SENT])
    rows.items.append(Member(rows, "first"))
    read = kind_reader().of
    assert read(Member(rows, "first")) == {CLIENT}
    assert read(rows) == {CLIENT}


def test_of_too_many_parts_the_rest_is_unknown() -> None:
    assert kind_reader().of(Sequence("list", [Literal(number) for number in range(MOST_PARTS + 1)])) == {
        CONSTANT,
        UNKNOWN,
    }


def test_long_chains_and_deep_values_are_read() -> None:
    value: Value = SENT
    for _ in range(5_000):
        value = Member(value, "next")
    assert kind_reader().of(value) == {CLIENT}
    deep: Value = SENT
    for _ in range(MOST_NESTED * 2):
        deep = Choice((deep, ONE))
    assert kind_reader().of(deep) == {CLIENT, CONSTANT}


def test_what_a_query_gave_is_a_row_whatever_it_was_asked_with() -> None:
    load = Result(External("session.get"), (SENT,), {})
    assert kind_reader({load: ROW}).of(Member(load, "name")) == {ROW}
    assert kind_reader().of(Member(load, "name")) == {CLIENT}


def test_values_come_from_the_loads_that_they_were_taken_of() -> None:
    user, trip = Result(Member(SENT, "first"), (), {}), Result(Member(SENT, "first"), (), {})
    taken_of = descent_reader([user, trip]).of
    assert taken_of(Member(user, "id")) == {user}
    assert taken_of(Choice((Member(user, "id"), Item(trip, ONE)))) == {user, trip}
    assert taken_of(Result(External("builtins.str"), (Member(trip, "id"), user), {})) == {trip}
    assert not taken_of(SENT)
    assert {user, SENT} <= sources(Member(user, "id"))
