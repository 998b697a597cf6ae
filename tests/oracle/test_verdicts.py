"""A stranger is rejected exactly where a marker is absent and our verdict is `required`."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from oracle.effective_routes import Oracle
from oracle.fixture_apps import FixtureApp, fixture_apps
from oracle.strangers import REJECTED, UNDECIDED

APPS = pytest.mark.parametrize("app", fixture_apps(), ids=lambda app: app.name)

STATED = {
    ("blog_optional_auth", "GET", "/api/posts/"): "optional",
    ("blog_optional_auth", "GET", "/api/posts/{number}"): "optional",
    ("recipes_aliases", "GET", "/recipes/{recipe_id}/comments/"): "optional",
    ("greenhouse_switched_auth", "GET", "/climate/temperature"): "unknown",
    ("greenhouse_switched_auth", "POST", "/water/open"): "unknown",
}
"""Verdicts that say more than an answer can: identity is looked at, a setting decides."""


def is_rejected(answer: dict[str, Any]) -> bool | None:
    """Whether both strangers are turned away; None where a body was asked for before anything was decided."""
    if answer["method"] == "WEBSOCKET":
        return not (answer["bare"] or answer["forged"])
    if answer["forged"] == UNDECIDED:
        return None
    return answer["forged"] in REJECTED and answer["bare"] in (*REJECTED, UNDECIDED)


def allowed_verdicts(app: FixtureApp, answer: dict[str, Any]) -> tuple[str, ...]:
    """The verdicts that agree with an answer."""
    stated = STATED.get((app.root.name, answer["method"], answer["path"]))
    if stated:
        return (stated,)
    if is_rejected(answer):
        return ("required",)
    if answer["method"] != "WEBSOCKET" and answer["bare"] in REJECTED:
        return ("ineffective",)
    return ("none", "optional", "ineffective")


@APPS
def test_required_is_what_rejects_strangers(app: FixtureApp, oracle: Oracle) -> None:
    """Without a credential and with a forged one, an operation answers 401 or 403 exactly where we say `required`."""
    from oracle import our_routes

    ours = {
        (method, route["path"]): route["auth"]["verdict"]
        for route in reversed(our_routes.routes(app.root, app.target, app.source))
        for method in (["WEBSOCKET"] if route["kind"] == "websocket" else route["methods"])
    }
    wrong = [
        f"{answer['method']} {answer['path']} answers {answer['bare']} and {answer['forged']}, our verdict: {verdict}"
        for answer in oracle.answers(app.root, app.target, app.source)
        if is_rejected(answer) is not None
        and (verdict := ours.get((answer["method"], answer["path"]), "missing")) not in allowed_verdicts(app, answer)
    ]

    assert wrong == []


@APPS
def test_markers_stand_at_open_operations(app: FixtureApp, oracle: Oracle) -> None:
    """Every operation whose decorator carries FG101 or FG110 lets a stranger in."""
    marked = set(marked_lines(app))
    routes = oracle.routes(app.root, app.target, app.source)
    answers = oracle.answers(app.root, app.target, app.source)
    rejected = {(answer["method"], answer["path"]) for answer in answers if is_rejected(answer)}
    contradicted = [
        route["path"]
        for route in routes
        if (route["file"], (route["line"] or 0) - 1) in marked
        and any((method, route["path"]) in rejected for method in route["methods"] or ["WEBSOCKET"])
    ]

    assert contradicted == []


def marked_lines(app: FixtureApp) -> Iterator[tuple[str, int]]:
    for file in app.root.rglob("*.py"):
        for number, line in enumerate(file.read_text().splitlines(), start=1):
            if re.search(r"# error: .*FG1(01|10)", line):
                yield file.relative_to(app.root).as_posix(), number
