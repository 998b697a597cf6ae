"""What the robustness tests are made from: the odd inputs, the canaries beside them, the fixture applications."""

import runpy
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

FIXTURES = Path(__file__).parents[2] / "fixtures"
BROKEN = FIXTURES / "broken"
CANARIES = {
    "first_canary.py:5:7: FG101 `GET /first_canary` can be called by anybody: nothing in `app` authenticates",
    "last_canary.py:5:7: FG101 `GET /last_canary` can be called by anybody: nothing in `app` authenticates",
}
"""What is said of the canaries, whatever lies between them."""

PARSES = frozenset({"duplicate_argument", "return_outside_function"})
"""Files that CPython refuses only after it has parsed them: they are analysed."""

Shape = Callable[[int], str]


def lay_canaries(directory: Path) -> None:
    """Put a sound file before and behind whatever else is in the folder."""
    for canary in BROKEN.glob("canaries/*.py"):
        shutil.copy(canary, directory)


def deep_shapes() -> Mapping[str, Shape]:
    """Writers of deeply nested source, by name."""
    return {shape.__name__: shape for shape in runpy.run_path(str(BROKEN / "deep_nesting.py"))["SHAPES"]}


@cache
def applications() -> Mapping[str, Mapping[str, str]]:
    """The files of each fixture application, by path."""
    return {
        folder.name: {
            file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in sorted(folder.rglob("*.py"))
        }
        for folder in sorted(FIXTURES.glob("apps/*"))
        if folder.is_dir()
    }
