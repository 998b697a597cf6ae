"""CPython is the judge of which odd inputs are legal."""

import runpy
from pathlib import Path

import pytest
from oracle.fixture_apps import FIXTURES

BROKEN = FIXTURES / "broken"


def is_legal(source: bytes | str) -> bool:
    try:
        compile(source, "input.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


@pytest.mark.parametrize("file", sorted(BROKEN.glob("legal/*.py")), ids=lambda file: file.stem)
def test_legal_inputs_compile(file: Path) -> None:
    assert is_legal(file.read_bytes())


@pytest.mark.parametrize("file", sorted(BROKEN.glob("refused/*.py")), ids=lambda file: file.stem)
def test_refused_inputs_do_not_compile(file: Path) -> None:
    assert not is_legal(file.read_bytes())


def test_deep_sources_are_legal() -> None:
    """Every shape of deep nesting is legal at a depth of 15."""
    shapes = runpy.run_path(str(BROKEN / "deep_nesting.py"))["SHAPES"]

    assert [shape.__name__ for shape in shapes if not is_legal(shape(15))] == []
