"""`docs/configuration.md` names every setting, with its default and an example that is accepted."""

import json
import re
from dataclasses import asdict, fields
from enum import IntEnum
from pathlib import Path

import pytest

from fastapi_guard.checks.registry import load_rules
from fastapi_guard.config.document import read_document
from fastapi_guard.config.load import POLICIES, load_settings
from fastapi_guard.config.settings import Policy, Settings

PAGE = (Path(__file__).parents[2] / "docs/configuration.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^### ([a-z-]+)\n\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
RENAMED = {"rule-options": "rules", "policy": ""}
"""Fields of `Settings` whose key has another name, or that are written as keys of their own."""


def keys() -> set[str]:
    """Every key that a configuration may hold at its top."""
    own = {field.name.replace("_", "-") for field in fields(Settings)}
    policies = {field.name.replace("_", "-") for field in fields(Policy)}
    return {RENAMED.get(key, key) for key in own | policies} - {""}


def defaults() -> dict[str, object]:
    """The defaults that can be written in one word."""
    values = {**asdict(Settings()), **asdict(Policy())}
    simple = {key.replace("_", "-"): value for key, value in values.items()}
    shown = {
        key: value.name.lower() if isinstance(value, IntEnum) else value
        for key, value in simple.items()
        if isinstance(value, str | bool | IntEnum)
    }
    return {key: shown[key] for key in shown if key in SECTIONS}


def test_every_key_has_a_section() -> None:
    assert keys() == set(SECTIONS)


@pytest.mark.parametrize(("key", "default"), defaults().items())
def test_the_default_is_the_one_of_the_code(key: str, default: object) -> None:
    assert f"by default `{json.dumps(default)}`" in " ".join(SECTIONS[key].split())


@pytest.mark.parametrize("key", SECTIONS)
def test_the_example_is_accepted(key: str, tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", SECTIONS[key], re.DOTALL)
    file = tmp_path / "fastapi-guard.toml"
    file.write_text(example)

    assert load_settings(read_document(file, file.name), load_rules()) != Settings()


@pytest.mark.parametrize(("key", "choices"), POLICIES.items())
def test_the_choices_are_those_of_the_code(key: str, choices: tuple[str, ...]) -> None:
    assert all(f'`"{choice}"`' in SECTIONS[key] for choice in choices)


@pytest.mark.parametrize("table", ["layers", "auth"])
def test_the_tables_name_every_key_and_default(table: str) -> None:
    for key, value in asdict(getattr(Settings(), table)).items():
        (row,) = [line for line in SECTIONS[table].splitlines() if line.startswith(f"| `{key}` |")]
        assert all(f"`{glob}`" in row for glob in value)
