"""What the evaluator rests on: tables by type, the layout of parameters, runs that stand for later ones."""

import ast

from fastapi_guard.project.evaluator.by_type import ByType
from fastapi_guard.project.evaluator.layouts import layout_of
from fastapi_guard.project.trace import Event, Trace, Watched
from fastapi_guard.project.values import EnumMember, Literal, Member, Sequence, Value, choice


def test_the_nearest_base_of_a_type_answers() -> None:
    table = ByType({object: "anything", Literal: "a constant"})
    assert [table[kind] for kind in (Literal, EnumMember, Member)] == ["a constant", "a constant", "anything"]


def test_a_layout_tells_what_a_call_can_fill() -> None:
    definition = ast.parse("def f(a, /, b=1, *rest, c, d=2, **more): ...").body[0]
    assert isinstance(definition, ast.FunctionDef)
    layout = layout_of(definition.args)
    assert layout.positional == ("a", "b")
    assert layout.names == {"a", "b", "c", "d"}
    assert (layout.rest, layout.keyword_rest) == ("rest", "more")
    assert [parameter.arg for parameter, default in layout.parameters if default is None] == ["a", "c"]


def test_a_run_that_is_met_again_says_each_thing_once() -> None:
    earlier, later = Trace(), Trace()
    asked, raised = Literal(1), Literal(2)
    first = earlier.so_far()
    earlier.events += [Event("raise", raised, None), Event("raise", raised, None)]
    earlier.tests += [asked, asked]
    known = Watched(Literal(None), (), 0, frozenset({7}), earlier, first, earlier.so_far())
    earlier.tests.append(Literal(3))
    later.repeat(known, ())
    assert [event.value for event in later.events] == [raised]
    assert later.tests == [asked]
    assert later.bodies == {7}


def test_a_choice_holds_what_differs_once() -> None:
    held = Sequence("list", [])
    options: list[Value] = [Literal(1), held, Literal(1), choice([held, Literal(True)])]
    made = choice(options)
    assert [type(option) for option in getattr(made, "options", ())] == [Literal, Sequence, Literal]
