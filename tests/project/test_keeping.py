"""A model that is taken over is the model that would have been made."""

import ast
import dataclasses
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from fastapi_guard.analysis import Surroundings, run_analysis
from fastapi_guard.checks.jobs import Means
from fastapi_guard.config.settings import Settings
from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.project.model import Project

APPS = Path(__file__).parents[2] / "fixtures" / "apps"

MAIN = """
from fastapi import FastAPI
from tasks import router

app = FastAPI()
app.include_router(router)
"""
TASKS = """
from fastapi import APIRouter, Depends
from guards import current_user

router = APIRouter(prefix="/tasks")


@router.get("/", dependencies=[Depends(current_user)])
def read_tasks(): ...
"""
GUARDS = """
from fastapi import HTTPException, Request


def current_user(request: Request):
    if "user" not in request.session:
        raise HTTPException(401)
"""
FACTORY = """
from fastapi import FastAPI


def create_app(title: str = "one", admin: bool = False):
    app = FastAPI(title=title)

    if admin:

        @app.get("/admin")
        def admin_page(): ...

    return app
"""
HELPERS = "def helper(rows):\n    return [row for row in rows if row]\n"
FILES = {"main.py": MAIN, "tasks.py": TASKS, "guards.py": GUARDS, "factory.py": FACTORY, "helpers.py": HELPERS}


class Kept(dict[str, bytes]):
    """A shelf that forgets nothing."""

    def get(self, keys: Iterable[str]) -> dict[str, bytes]:  # type: ignore[override]
        return {key: self[key] for key in keys if key in self}

    put = dict.update


def analysed(texts: dict[str, str], shelf: Kept | None, settings: Settings | None = None) -> tuple[Project, bool]:
    done = with_deep_stack(run_analysis, texts, settings or Settings(), (), Surroundings(), means=Means(shelf))
    return done.project, done.counters.is_model_known


def said(value: object) -> object:
    """A model with the places of its syntax trees in their stead: two runs have trees of their own."""
    if isinstance(value, ast.AST):
        return type(value).__name__, getattr(value, "lineno", 0), getattr(value, "col_offset", 0)
    if isinstance(value, (tuple, list)):
        return [said(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [type(value), *(said(getattr(value, field.name)) for field in dataclasses.fields(value))]
    return value


def again(edited: dict[str, str]) -> bool:
    """Whether the model of `FILES` is taken over for other texts; what comes of them is that of a fresh run."""
    shelf = Kept()
    analysed(FILES, shelf)
    project, is_known = analysed(edited, shelf)
    assert said(project) == said(analysed(edited, None)[0])
    return is_known


@pytest.mark.parametrize("app", sorted(path.name for path in APPS.iterdir() if path.is_dir()))
def test_what_is_kept_is_the_model(app: str) -> None:
    texts = {file.relative_to(APPS / app).as_posix(): file.read_text() for file in (APPS / app).rglob("*.py")}
    shelf = Kept()
    made, was_known = analysed(texts, shelf)

    taken, is_known = analysed(texts, shelf)

    assert not was_known
    assert is_known
    assert said(taken) == said(made)


@pytest.mark.parametrize("given", ['b"key"', "...", "1j", '(b"key", "text")', "1e400", '"\\ud800"', f"0x{'f' * 5000}"])
def test_a_middleware_can_be_given_anything(given: str) -> None:
    """Also what is no text and no number, and a number that Python refuses to write down."""
    added = f"\nfrom sessions import Sessions\n\napp.add_middleware(Sessions, key={given})\n"
    texts = {**FILES, "main.py": MAIN + added}

    made, _ = analysed(texts, Kept())

    assert said(made) == said(analysed(texts, None)[0])


def test_what_the_model_has_not_read_may_change() -> None:
    assert again({**FILES, "helpers.py": f"{HELPERS}\n\ndef other():\n    return helper([])\n"})


@pytest.mark.parametrize("path", ["main.py", "tasks.py", "guards.py"])
def test_what_the_model_has_read_may_not(path: str) -> None:
    """Also where it stands is said of every operation."""
    assert not again({**FILES, path: f"# about this file\n{FILES[path]}"})


def test_a_guard_that_rejects_nobody_any_more() -> None:
    assert not again({**FILES, "guards.py": GUARDS.replace("raise HTTPException(401)", "print('who is it?')")})


def test_a_file_that_registers_from_now_on() -> None:
    added = "\n\nfrom main import app\n\n\n@app.get('/helpers')\ndef read_helpers(): ...\n"
    assert not again({**FILES, "helpers.py": HELPERS + added})


def test_a_file_that_calls_a_factory_from_now_on() -> None:
    """It says what the factory is given, which nobody has said before."""
    assert not again(
        {**FILES, "helpers.py": f"from factory import create_app\n\nadmin = create_app(admin=True)\n{HELPERS}"}
    )


def test_a_file_more() -> None:
    assert not again({**FILES, "more.py": HELPERS})


def test_another_configuration() -> None:
    shelf = Kept()
    analysed(FILES, shelf)

    project, is_known = analysed(FILES, shelf, Settings(app="main:app"))

    assert not is_known
    assert {operation.app for operation in project.operations} == {"main:app"}


def test_whatever_is_edited() -> None:
    """One edit after the other, with one shelf: what is taken over is what a fresh run gives."""
    assert sum(taken_after_edits(seed) for seed in range(6)) > 5


def taken_after_edits(seed: int) -> int:
    """How often a model was taken over in a row of edits."""
    chance = random.Random(seed)
    shelf, texts, taken = Kept(), dict(FILES), 0
    for _ in range(12):
        path = chance.choice([*texts, "helpers.py", "helpers.py"])
        lines = texts[path].split("\n")
        at = chance.randrange(len(lines))
        edits = (
            [*lines[:at], f"# {lines[at]}", *lines[at + 1 :]],
            [*lines[:at], "", *lines[at:]],
            [*lines, "def also(rows): ..."],
            [*lines, "from factory import create_app", f"create_app(admin={chance.choice(['True', 'None'])})"],
            [*lines, "from main import app", f"@app.get('/at/{at}')", f"def at_{at}(): ..."],
            [*lines, "def (", *lines],
        )
        texts = {**texts, path: "\n".join(chance.choices(edits, (4, 4, 4, 1, 1, 1))[0])}
        project, is_known = analysed(texts, shelf)
        taken += is_known
        assert said(project) == said(analysed(texts, None)[0])
    return taken


@pytest.mark.parametrize("content", [b"", b"no", b"x\x9c\x01\x02"])
def test_what_is_damaged_is_made_anew(content: bytes) -> None:
    shelf = Kept()
    made, _ = analysed(FILES, shelf)
    shelf.update(dict.fromkeys(shelf, content))

    project, is_known = analysed(FILES, shelf)

    assert not is_known
    assert said(project) == said(made)
