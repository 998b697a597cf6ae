"""Mutants of fixture applications: each is analysed to the end, without a fault of ours and in bounded time (P16).

`FUZZ_CASES=2000 pytest tests/robustness/test_fuzz.py` tries that many, other ones each time.
"""

import faulthandler
import os
import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from robustness.inputs import applications

from fastapi_guard.analysis import analyse
from fastapi_guard.checks.registry import load_rules
from fastapi_guard.config.settings import Settings
from fastapi_guard.finding import Problem
from fastapi_guard.source.reading import decode

CASES = int(os.environ.get("FUZZ_CASES", "200"))
LIMITS = settings(
    max_examples=CASES,
    derandomize="FUZZ_CASES" not in os.environ,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
SECONDS = 30.0
"""Of processor time for one small application, many times what it takes."""

APPLICATIONS = applications()
TOKEN = re.compile(r"\w+|[^\S\n]+|\n|[^\w\s]")
POOL = sorted({token for texts in APPLICATIONS.values() for text in texts.values() for token in TOKEN.findall(text)})
ODD = (
    "\0",
    "\f",
    "\r",
    "\u2028",
    "é",
    "𝒳",
    "match",
    "lambda",
    "yield",
    "await",
    "async",
    ":=",
    "**",
    "...",
    "f'{",
    "'''",
    "\\",
)

Edit = tuple[str, int, int, str]


@pytest.fixture(autouse=True, scope="module")
def hangs_are_shown() -> Iterator[None]:
    """Ends the process with a traceback when nothing else would end it."""
    faulthandler.dump_traceback_later(600 + CASES, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def edits() -> st.SearchStrategy[list[Edit]]:
    position = st.integers(0, 10_000)
    kinds = st.sampled_from(("delete", "copy", "replace", "swap", "lines"))
    return st.lists(st.tuples(kinds, position, position, st.sampled_from((*POOL, *ODD))), min_size=1, max_size=6)


def mutant(text: str, edits: list[Edit]) -> str:
    """The text after all edits of its tokens."""
    tokens = TOKEN.findall(text)
    for kind, first, second, token in edits:
        if not tokens:
            break
        here, there = first % len(tokens), second % len(tokens)
        if kind == "delete":
            del tokens[here]
        elif kind == "copy":
            tokens.insert(here, tokens[there])
        elif kind == "replace":
            tokens[here] = token
        elif kind == "swap":
            tokens[here], tokens[there] = tokens[there], tokens[here]
        else:
            lines = "".join(tokens).split("\n")
            start = first % len(lines)
            moved = lines[start : start + 1 + second % 8]
            del lines[start : start + len(moved)]
            target = second % (len(lines) + 1)
            tokens = TOKEN.findall("\n".join([*lines[:target], *moved, *lines[target:]]))
    return "".join(tokens)


def survives(texts: dict[str, str]) -> None:
    """Analyse the files: only what is no Python may be a problem, and nothing may be raised."""
    started = time.process_time()
    result = analyse(texts, Settings(profile="strict"), load_rules())
    assert [problem for problem in result.problems if problem.code != "FG001"] == []
    assert time.process_time() - started < SECONDS


@LIMITS
@given(data=st.data())
def test_mutants_of_tokens_are_survived(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(APPLICATIONS)), label="application")
    texts = dict(APPLICATIONS[name])
    path = data.draw(st.sampled_from(sorted(texts)), label="file")
    texts[path] = mutant(texts[path], data.draw(edits(), label="edits"))

    survives(texts)


@settings(LIMITS, max_examples=max(CASES // 4, 1))
@given(data=st.data())
def test_mutants_of_bytes_are_survived(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(APPLICATIONS)), label="application")
    texts = dict(APPLICATIONS[name])
    path = data.draw(st.sampled_from(sorted(texts)), label="file")
    content = bytearray(texts[path].encode())
    for position, byte in data.draw(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8)):
        if content:
            content[position % len(content)] = byte
    source = decode(path, bytes(content))
    if isinstance(source, Problem):
        assert source.code == "FG001"
        del texts[path]
    else:
        texts[path] = source.text

    survives(texts)
