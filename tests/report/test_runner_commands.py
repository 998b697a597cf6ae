"""GitHub's runner reads our annotations as we meant them, and finds no command in any other report."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from report.runner_commands import Command, commands_in
from report.sample_result import MISSING, RESULT
from report.test_inert import ALL, hostile_text, written

from fastapi_guard.report.check.github import write
from fastapi_guard.report.inert import visible, visible_character
from fastapi_guard.report.view import View

orders = st.sampled_from(
    (
        "::error::owned",
        "  ::add-mask::a",
        "##[add-matcher]evil.json",
        "x ##[add-mask]a",
        "###[debug]x",
        "a ::warning::b",
    )
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("::error::x", [Command("error", {}, "x")]),
        ("\t ::error file=a%2Cb,line=1::100%25%0Ax", [Command("error", {"file": "a,b", "line": "1"}, "100%\nx")]),
        ("::unknown::x", []),
        ("x ::error::x", []),
        ("x ##[warning a=1;b=%3B]y%5D", [Command("warning", {"a": "1", "b": ";"}, "y]")]),
        ("##[error", []),
    ],
)
def test_the_runner_finds_commands_in_two_notations(line: str, expected: list[Command]) -> None:
    assert commands_in(line) == expected


@pytest.mark.parametrize("name", [name for name in ALL if name != "github"])
@given(text=st.one_of(orders, st.tuples(hostile_text, orders).map("".join), st.lists(orders).map("".join)))
@example(text="::error::" + "x" * 200 + " ::error::owned")
@settings(max_examples=40, deadline=None)
def test_no_text_of_the_tree_is_a_command(name: str, text: str) -> None:
    assert commands_in(written(name, text)) == []


@given(path=hostile_text, message=hostile_text)
@example(path="::error::x", message="##[add-mask]a")
@settings(max_examples=100, deadline=None)
def test_annotations_are_what_was_found(path: str, message: str) -> None:
    finding = replace(MISSING.finding, location=replace(MISSING.location, path=path), message=message)
    result = replace(RESULT, problems=(), diagnostics=(replace(MISSING, finding=finding, help=""),))

    commands = commands_in("".join(write(result, View("1", git_prefix="backend/"))))

    assert commands == [
        Command(
            "error",
            {
                "title": "FG101 missing-authentication",
                "file": "".join(c if c in "\r\n" else visible_character(c) for c in f"backend/{path}"),
                "line": "5",
                "col": "1",
                "endLine": "5",
                "endColumn": "36",
            },
            visible(message).rstrip(),
        )
    ]
