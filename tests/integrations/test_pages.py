"""Every page of an integration, followed literally in an empty directory.

The `sh` blocks of a page run one after the other in one shell; a `text` block behind one is what it prints.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.projects import write_project

from fastapi_guard.repository import URL

pytestmark = pytest.mark.integration

REPOSITORY = Path(__file__).parents[2]
PAGES = ["pre-commit", "github", "flake8", "editors", "third-party-rules", "shell-completion"]
FAULTY = """from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/a")
def a():
    return HTTPException(404)


@app.get("/b")
def b():
    text = "é😀"; return HTTPException(404)
"""


def blocks(page: str, language: str) -> list[str]:
    text = (REPOSITORY / f"docs/{page}.md").read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def steps(page: str) -> Iterator[tuple[str, str | None]]:
    """Commands and what they print, where the page says it."""
    text = (REPOSITORY / f"docs/{page}.md").read_text("utf-8")
    for found in re.finditer(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", text, re.MULTILINE | re.DOTALL):
        yield found[1], found[2]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A machine on which this checkout is released: as a distribution, and as a tag of the repository."""
    folder = tmp_path_factory.mktemp("machine")
    offline = ["--no-deps", "--no-build-isolation", "-q", "-w", str(folder / "wheels")]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *offline, str(REPOSITORY)], check=True)
    subprocess.run(["git", "clone", "-q", str(REPOSITORY), str(folder / "clone")], check=True)
    subprocess.run(["git", "tag", "v0.1.0"], cwd=folder / "clone", check=True)
    inherited = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    links = f"{os.environ.get('PIP_FIND_LINKS', '')} {folder / 'wheels'}".strip()
    return {
        **inherited,
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{folder / 'clone'}.insteadOf",
        "GIT_CONFIG_VALUE_0": URL,
        "PRE_COMMIT_HOME": str(folder / "pre-commit"),
        "PIP_FIND_LINKS": links,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_followed_literally(page: str, environment: dict[str, str], tmp_path: Path) -> None:
    scripts = tmp_path / "environment" / "bin"
    venv.create(scripts.parent, with_pip=True)
    (tmp_path / "empty").mkdir()
    script = ["set -e"]
    for number, (commands, _) in enumerate(steps(page)):
        script.append(f"exec > {tmp_path}/out-{number} 2> {tmp_path}/err-{number}\n{commands}")

    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=tmp_path / "empty",
        env={**environment, "PATH": f"{scripts}{os.pathsep}{environment['PATH']}"},
        stdin=subprocess.DEVNULL,
    )

    last = max(tmp_path.glob("err-*"), key=lambda file: int(file.name.partition("-")[2]))
    assert done.returncode == 0, last.read_text()
    for number, (commands, expected) in enumerate(steps(page)):
        if expected is not None:
            printed = (tmp_path / f"out-{number}").read_text()
            assert printed.endswith(expected), commands
    if page == "pre-commit":
        assert (tmp_path / f"out-{number}").read_text() == "refused\n"
        assert "FG101" in (tmp_path / f"err-{number}").read_text()


def report(directory: Path) -> str:
    write_project(directory, {"app/main.py": FAULTY})
    command = ["-m", "fastapi_guard", "check", "--quiet", "--output-format", "concise", "--select", "FG405"]
    return subprocess.run([sys.executable, *command], cwd=directory, capture_output=True, text=True).stdout


@pytest.mark.parametrize("editor", ["nvim", "vim"])
def test_the_errorformat_fills_the_quickfix_list(editor: str, tmp_path: Path) -> None:
    program = shutil.which(editor)
    if program is None:
        pytest.skip(f"{editor} is not installed")
    assert report(tmp_path).count("\n") == 2
    write_project(
        tmp_path,
        {
            "bin/fastapi-guard": f'#!/bin/sh\nexec {sys.executable} -m fastapi_guard "$@" --select FG405\n',
            "settings.vim": blocks("editors", "vim")[0] + "silent make\n"
            "call writefile([json_encode(map(getqflist(), "
            "{_, e -> [bufname(e.bufnr), e.lnum, e.col, e.valid, e.text]}))], 'list.json')\nqall!\n",
            "settings.lua": blocks("editors", "lua")[0],
        },
    )
    (tmp_path / "bin/fastapi-guard").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    headless = ["--headless"] if editor == "nvim" else ["-es", "-N"]

    subprocess.run(
        [program, *headless, "-u", "NONE", "-i", "NONE", "-S", "settings.vim"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )

    entries = json.loads((tmp_path / "list.json").read_text())
    assert [entry[:4] for entry in entries if entry[3]] == [["app/main.py", 8, 5, 1], ["app/main.py", 13, 18, 1]]
    assert [entry[4][:9] for entry in entries if entry[3]] == ["FG405 `a`", "FG405 `b`"]


def test_neovim_takes_the_settings_in_lua(tmp_path: Path) -> None:
    program = shutil.which("nvim")
    if program is None:
        pytest.skip("nvim is not installed")
    lua = blocks("editors", "lua")[0] + "print(vim.o.makeprg .. '|' .. vim.o.errorformat)\n"
    (tmp_path / "init.lua").write_text(lua)

    done = subprocess.run(
        [program, "--headless", "-u", "NONE", "-i", "NONE", "-c", "luafile init.lua", "-c", "qall!"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.stderr == "fastapi-guard check --quiet --output-format concise|%f:%l:%c: %m"


def test_the_problem_matcher_of_vs_code_reads_every_line(tmp_path: Path) -> None:
    """The pattern is JavaScript's, as VS Code runs it."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    task = json.loads(blocks("editors", "json")[0])["tasks"][0]
    pattern = task["problemMatcher"]["pattern"]
    script = """
        const [pattern, text] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
        const fields = ['file', 'line', 'column', 'code'];
        const read = line => { const m = new RegExp(pattern.regexp).exec(line); return fields.map(f => m[pattern[f]]); };
        console.log(JSON.stringify(text.trim().split('\\n').map(read)));
    """

    done = subprocess.run(
        [node, "-e", script], input=json.dumps([pattern, report(tmp_path)]), capture_output=True, text=True
    )

    assert json.loads(done.stdout) == [["app/main.py", "8", "5", "FG405"], ["app/main.py", "13", "18", "FG405"]]
