"""Everything that has to hold before a change is merged: `python tests/run_all.py`.

Each step is a command that can also be run by itself; all of them run, and the exit code is 1 when any of them fails.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
SCRIPTS = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Step:
    """A command, and the exit code with which it says that all is well."""

    title: str
    command: tuple[str, ...]
    expected: int = 0


def module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)


def own_command(*arguments: str) -> tuple[str, ...]:
    return (str(SCRIPTS / "fastapi-guard"), *arguments)


def steps() -> tuple[Step, ...]:
    """The steps, quick ones first; the tests come last, so that their closing line ends the output."""
    return (
        Step("format", module("ruff", "format", "--check", "--quiet", ".")),
        Step("lint", module("ruff", "check", "--quiet", ".")),
        Step("imports", (str(SCRIPTS / "lint-imports"), "--no-cache")),
        Step("types", module("mypy")),
        Step("generated rule pages", module("fastapi_guard.docs", "--check")),
        Step("own fixtures: a clean application", own_command("check", "--quiet", "fixtures/apps/clean_todo")),
        Step("own fixtures: one with faults", own_command("check", "--quiet", "fixtures/apps/todo_jwt"), expected=1),
        Step("tests", module("pytest")),
    )


def passes(step: Step) -> bool:
    """Run a step; what it prints is shown when it fails, and for the tests as they run."""
    print(f"== {step.title}", flush=True)
    is_last = step.title == "tests"
    done = subprocess.run(
        step.command,
        cwd=REPOSITORY,
        stdout=None if is_last else subprocess.PIPE,
        stderr=None if is_last else subprocess.STDOUT,
        check=False,
    )
    if done.returncode == step.expected:
        return True
    if not is_last:
        sys.stdout.buffer.write(done.stdout)
        print(f"   exit code {done.returncode}, expected {step.expected}: {' '.join(step.command)}", flush=True)
    return False


def main(arguments: Sequence[str]) -> int:
    """Run the steps whose titles hold one of the arguments, or all."""
    chosen = [step for step in steps() if not arguments or any(argument in step.title for argument in arguments)]
    failed = [step.title for step in chosen if not passes(step)]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
