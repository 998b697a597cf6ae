"""Shells are offered commands, options, formats and rules."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SHELLS = [shell for shell in ("bash", "zsh", "fish") if shutil.which(shell)]


def offered(*words: str) -> list[str]:
    """What the program offers for the last word."""
    environment = {
        **os.environ,
        "_FASTAPI_GUARD_COMPLETE": "bash_complete",
        "COMP_WORDS": "\n".join(["fastapi-guard", *words]),
        "COMP_CWORD": str(len(words)),
    }
    command = [sys.executable, "-m", "fastapi_guard"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_commands_options_and_formats_are_offered() -> None:
    assert offered("ch") == ["check"]
    assert offered("check", "--stat") == ["--statistics"]
    assert offered("check", "--output-format", "json") == ["json", "json-lines"]


def test_rules_are_offered_by_code_name_and_family() -> None:
    assert offered("rule", "fg405") == ["FG405"]
    assert offered("check", "--select", "FG101,return-http") == ["FG101,return-httpexception"]
    assert "meta" in offered("check", "--ignore", "m")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_one_that_the_shell_takes(shell: str, tmp_path: Path) -> None:
    environment = {**os.environ, "_FASTAPI_GUARD_COMPLETE": f"{shell}_source"}
    command = [sys.executable, "-m", "fastapi_guard"]
    script = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert "_FASTAPI_GUARD_COMPLETE" in script
    (tmp_path / "script").write_text(script)
    subprocess.run([shell, "-n", str(tmp_path / "script")], check=True)


@pytest.mark.skipif("bash" not in SHELLS, reason="needs bash")
def test_bash_completes_with_it(tmp_path: Path) -> None:
    """The function that the script defines is called as bash calls it."""
    program = tmp_path / "fastapi-guard"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m fastapi_guard "$@"\n')
    program.chmod(0o755)
    script = """
        eval "$(_FASTAPI_GUARD_COMPLETE=bash_source fastapi-guard)"
        complete -p fastapi-guard
        COMP_WORDS=(fastapi-guard rule return-h) COMP_CWORD=2
        _fastapi_guard_completion fastapi-guard
        echo "${COMPREPLY[@]}"
    """
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}

    out = subprocess.check_output(["bash", "-c", script], env=environment, text=True)

    assert out.splitlines() == ["complete -o nosort -F _fastapi_guard_completion fastapi-guard", "return-httpexception"]
