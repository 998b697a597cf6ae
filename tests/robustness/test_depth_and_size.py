"""Legal Python is analysed however deep or long it is, and what is too deep is said (P4, P13)."""

import time
from pathlib import Path

import pytest
from cli.projects import Shell
from robustness.inputs import CANARIES, Shape, deep_shapes, lay_canaries

CHECK = ("check", "--isolated", "--root", ".", "--output-format", "concise", "--select", "FG101")
SHAPES = deep_shapes()
LIMITS = {"brackets": 195, "comprehensions": 195, "indents": 95, "calls": 900}
"""How deep CPython lets a shape be, and what is enough to see that a chain is followed; 1,000 where nothing is said."""


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_code_as_deep_as_cpython_takes_is_analysed(shape: Shape, shell: Shell) -> None:
    lay_canaries(shell.directory)
    (shell.directory / "deep.py").write_text(shape(LIMITS.get(shape.__name__, 1_000)))

    done = shell(*CHECK)

    assert set(done.out.splitlines()) >= CANARIES
    assert "deep.py:3:7: FG101 `GET /deep`" in done.out
    assert "FG00" not in done.out


@pytest.mark.parametrize("name", ["brackets", "comprehensions", "indents", "lambdas"])
def test_code_that_is_too_deep_is_one_problem(name: str, shell: Shell) -> None:
    lay_canaries(shell.directory)
    (shell.directory / "deep.py").write_text(SHAPES[name](2_000 if name == "indents" else 20_000))

    done = shell(*CHECK)

    assert set(done.out.splitlines()) >= CANARIES
    assert done.out.count("deep.py") == done.out.count("FG001") == 1


def test_fifty_thousand_lines_are_analysed_in_seconds(tmp_path: Path, shell: Shell) -> None:
    operation = '@app.get("/items/{n}")\ndef read_{n}(number: int) -> int:\n    return number + {n}\n\n\n'
    helper = "def helper_{n}(a, b):\n    if a > b:\n        return [x * a for x in range(b)]\n    return a\n\n\n"
    parts = ["from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"]
    parts += [operation.replace("{n}", str(number)) for number in range(200)]
    parts += [helper.replace("{n}", str(number)) for number in range(8_200)]
    (tmp_path / "large.py").write_text("".join(parts))
    started = time.process_time()

    done = shell(*CHECK)

    assert (tmp_path / "large.py").read_text().count("\n") > 50_000
    assert "among 200 operations" in done.err
    assert done.out.count("FG101") == 1
    assert time.process_time() - started < 20
