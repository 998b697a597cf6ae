"""Code is passed over for a rule only where the rule finds nothing, however the code is laid out."""

import re
from collections.abc import Iterator

import libcst as cst
import pytest

from fastapi_guard.api import ERROR, Finding, Unit, rule
from fastapi_guard.checks.file_pass import FileJob, do_job, node_rules
from fastapi_guard.checks.prefilter import Prefilter
from fastapi_guard.checks.registry import load_rules
from fastapi_guard.checks.settings import check_settings
from fastapi_guard.config.settings import Settings
from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.facts.names import ModuleNames
from fastapi_guard.rule import Word

SECRETS = [
    'SECRET_KEY: Annotated[\n    str, Field(min_length=3)\n] = "f81c0d5b7a"',
    'SECRET_KEY: (\n    str | None\n) = "f81c0d5b7a"',
    'SECRET_KEY: Union[\n    str\n    | None\n] = "f81c0d5b7a"',
    'SECRET_KEY: Annotated[str, AfterValidator(lambda text: text.strip())] = "f81c0d5b7a"',
    'SECRET_KEY: str = Field(default_factory=lambda: 1, default="f81c0d5b7a")',
    'SECRET_KEY = os.environ["KEY"] = "f81c0d5b7a"',
]
STATEMENTS = [
    r'"UPDATE tasks\nSET done = true"',
    r'"WITH late AS -- those that\n(SELECT 1) SELECT * FROM late"',
    '"""WITH late AS /* those that */ (SELECT 1) SELECT * FROM late"""',
    '"WITH late AS %s SELECT * FROM late" % LATE',
]
ANSWERS = [
    'return (  # the client shows it\n            {"error": str(error)}\n        )',
    'return (\n            # the client shows it\n            {"error": str(error)}\n        )',
]


def found(code: str, text: str, *, whole: bool) -> int:
    """How often a rule finds something in a text."""
    rules = load_rules()
    chosen = node_rules(
        [rule for rule in rules if rule.code == code], check_settings(Settings(profile="strict"), rules), whole=whole
    )
    return len(with_deep_stack(do_job, FileJob("tasks.py", text, "tasks"), chosen).findings)


def is_found(code: str, text: str) -> bool:
    return found(code, text, whole=False) == found(code, text, whole=True) == 1


@pytest.mark.parametrize("given", SECRETS)
def test_secrets(given: str) -> None:
    assert is_found("FG631", f"import os\nfrom pydantic import Field\n\n{given}\n")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_statements(statement: str) -> None:
    assert is_found("FG302", f"def read(session):\n    session.execute({statement})\n")


@pytest.mark.parametrize("answer", ANSWERS)
def test_answers_with_an_error(answer: str) -> None:
    assert is_found(
        "FG601", f"def read():\n    try:\n        load()\n    except Exception as error:\n        {answer}\n"
    )


@pytest.mark.parametrize(
    "taken", ["from jwt import decode", "from jose.jwt import decode", "from jwt import decode as read"]
)
def test_what_is_taken_from_a_module(taken: str) -> None:
    assert is_found("FG153", f"{taken}\n\n\ndef claims(token, key):\n    return {taken.split()[-1]}(token, key)\n")


@pytest.mark.parametrize(
    ("word", "text"),
    [
        (re.compile(r"Bearer", re.IGNORECASE), 'scheme = "BEARER"'),
        (re.compile(r"\bBearer\b", re.IGNORECASE), 'scheme = "bearer"'),
        (re.compile(r"\\Bearer", re.IGNORECASE), r'scheme = "\bearer"'),
        (re.compile(r"\x42earer", re.IGNORECASE), 'scheme = "Bearer"'),
        (re.compile(r"bearer\S", re.IGNORECASE), 'scheme = "Bearer"'),
    ],
)
def test_a_pattern_that_ignores_case(word: Word, text: str) -> None:
    """However the pattern itself is written."""

    @rule("FG999", severity=ERROR, words=[word])
    def any_rule(node: cst.Call, unit: Unit) -> Iterator[Finding]:
        yield from ()

    assert Prefilter([any_rule], ModuleNames({})).in_statement(text, served=False) == [any_rule]
