"""The same input gives the same bytes, whatever the order of files, the working directory or the hash seed (P9)."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from robustness.inputs import FIXTURES, applications

from fastapi_guard.analysis import analyse
from fastapi_guard.checks.registry import load_rules
from fastapi_guard.config.settings import Settings

SOME = ("bookshop_async", "recipes_aliases", "todo_jwt", "two_services")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Several applications below one root."""
    root = tmp_path_factory.mktemp("tree")
    for name in SOME:
        shutil.copytree(FIXTURES / "apps" / name, root / name)
    (root / "pyproject.toml").write_text("[tool.fastapi-guard]\n")
    return root


def printed(root: Path, *arguments: str, below: str = ".", seed: str = "0") -> bytes:
    command = [sys.executable, "-m", "fastapi_guard", *arguments, "--root", str(root), "--output-format", "json"]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(command, cwd=root / below, env=environment, capture_output=True)
    assert done.returncode < 2, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", [("check", "--profile", "strict"), ("routes",)], ids=lambda command: command[0])
def test_hash_seed_and_working_directory_change_nothing(command: tuple[str, ...], tree: Path) -> None:
    first = printed(tree, *command)

    assert len(first) > 1_000
    assert printed(tree, *command, seed="1") == first
    assert printed(tree, *command, seed="2", below="todo_jwt/routers") == first
    assert printed(tree, *command, seed="3", below="..") == first


@pytest.mark.parametrize("name", SOME)
def test_the_order_of_files_changes_nothing(name: str) -> None:
    rules, settings = load_rules(), Settings(profile="strict")
    texts = applications()[name]
    expected = analyse(texts, settings, rules)
    paths = sorted(texts)
    for seed in range(3):
        random.Random(seed).shuffle(paths)

        actual = analyse({path: texts[path] for path in paths}, settings, rules)

        assert (actual.diagnostics, actual.problems) == (expected.diagnostics, expected.problems)
