"""How fast we are beside others: `python tests/benchmarks/compare.py FOLDER [--write docs/performance.md]`.

Gets released applications from PyPI and linters into FOLDER (both once), runs everything side by side in one run, and
prints CPU and wall time as ratios. Trust the ratios, not the seconds.
"""

import argparse
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CORPUS = ("langflow-base==1.13.0", "prefect==3.9.1", "zenml==0.98.0", "mlflow==3.18.0")
PEERS = ("ruff", "bandit", "flake8", "pylint", "semgrep", "fixit")
SEMGREP_RULES = """
rules:
- id: eval
  languages: [python]
  message: eval
  severity: ERROR
  pattern: eval(...)
- id: shell
  languages: [python]
  message: shell
  severity: ERROR
  pattern: subprocess.$F(..., shell=True, ...)
- id: sql
  languages: [python]
  message: sql
  severity: ERROR
  pattern: $C.execute(f"...")
"""
BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"


@dataclass(frozen=True, slots=True)
class Cost:
    """One run of a command."""

    cpu: float
    wall: float
    memory: float
    """Megabytes of the largest process."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the corpus and the other linters are kept")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each command, taken in turn")
    parser.add_argument("--corpus", nargs="*", default=list(CORPUS), help="releases on PyPI, or folders")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=PEERS)
    parser.add_argument("--write", type=Path, help="a Markdown page whose generated part is replaced")
    parser.add_argument("--headline", type=Path, help="a Markdown page that is given one sentence of it")
    given = parser.parse_args()
    folder = given.folder.resolve()
    tree = corpus(folder, given.corpus)
    scripts = peers(folder, given.peers)
    commands = {
        **ours(folder),
        **{name: command for name, command in others(scripts, folder).items() if name.partition(",")[0] in given.peers},
    }
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for turn in range(given.repeat):
        for name, command in commands.items():
            prepare(name, folder, tree)
            costs[name].append(run(command, tree))
            print(f"{turn + 1}/{given.repeat} {name}: {costs[name][-1]}", file=sys.stderr, flush=True)
    twice = doubled(folder, tree)
    cost_of_two = run(commands["fastapi-guard"], twice)
    text = "\n".join(page(costs, cost_of_two, tree, given.corpus))
    print(text)
    if given.write:
        replace_generated(given.write, text)
    if given.headline:
        replace_generated(given.headline, headline(costs, tree))


def replace_generated(page: Path, text: str) -> None:
    """Put a text between the marks of a page."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    page.write_text(pattern.sub(lambda _: f"{BEGIN}\n{text}\n{END}", page.read_text()))


def headline(costs: dict[str, list[Cost]], tree: Path) -> str:
    """What a run costs, in one sentence."""
    files = list(tree.rglob("*.py"))
    size = sum(file.stat().st_size for file in files) / 1e6
    middle = {name: statistics.median(cost.cpu for cost in runs) for name, runs in costs.items()}
    ours = middle["fastapi-guard"]
    beside = [f"{ours / middle[name]:.2f} times that of {name}" for name in ("bandit", "flake8") if name in middle]
    again = statistics.median(cost.wall for cost in costs["fastapi-guard, nothing changed"])
    return (
        f"{len(files):,} files of released applications ({size:.0f} MB) take {ours:.0f} s of CPU"
        f"{', ' if beside else ''}{' and '.join(beside)}; when nothing changed, {again * 1000:.0f} ms."
    )


def corpus(folder: Path, releases: Sequence[str]) -> Path:
    """A folder with the unpacked releases, each in a folder of its own."""
    tree = folder / ("corpus-" + "-".join(re.sub(r"[^\w.]+", "_", Path(release).name) for release in releases))
    for release in releases:
        if Path(release).is_dir():
            shutil.copytree(release, tree / Path(release).name, dirs_exist_ok=True)
            continue
        target = tree / re.sub(r"\W+", "_", release)
        if target.exists():
            continue
        wheels = folder / "wheels"
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", str(wheels)]
        subprocess.run([*command, release], check=True)
        name = release.partition("==")[0].replace("-", "_").lower()
        wheel = next(file for file in sorted(wheels.iterdir()) if file.name.lower().startswith(f"{name}-"))
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(target)
    (tree / "pyproject.toml").write_text("[project]\nname = 'corpus'\nversion = '0'\n")
    return tree


def peers(folder: Path, names: Sequence[str]) -> Path:
    """The scripts of a virtual environment with the other linters."""
    environment = folder / "peers"
    scripts = environment / "bin"
    missing = [name for name in names if not (scripts / name).exists()]
    if missing:
        if not environment.exists():
            subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        subprocess.run([str(scripts / "pip"), "install", "-q", *missing], check=True)
    (folder / "semgrep.yml").write_text(SEMGREP_RULES)
    return scripts


def ours(folder: Path) -> dict[str, list[str]]:
    """Our commands, by name."""
    check = [sys.executable, "-m", "fastapi_guard", "check", "--isolated", "--root", ".", "--output-format", "json"]
    cached = [*check, f"--cache-dir={folder / 'cache'}"]
    return {
        "fastapi-guard": [*check, "--no-cache", "-j1"],
        "fastapi-guard, all processors": [*check, "--no-cache"],
        "fastapi-guard, nothing changed": cached,
        "fastapi-guard, one file changed": cached,
    }


def others(scripts: Path, folder: Path) -> dict[str, list[str]]:
    """The commands of the others, each with what it does by default or with what is nearest to us."""
    ruff = [str(scripts / "ruff"), "check", "--isolated", "-q", "--select", "FAST,S,ASYNC"]
    return {
        "ruff": [*ruff, "--no-cache", "."],
        "ruff, nothing changed": [*ruff, "--cache-dir", str(folder / "ruff-cache"), "."],
        "bandit": [str(scripts / "bandit"), "-q", "-r", ".", "-f", "json"],
        "flake8": [str(scripts / "flake8"), "--isolated", "-j1", "."],
        "pylint": [str(scripts / "pylint"), "--disable=all", "--enable=E,W", "-j1", "--recursive=y", "."],
        "semgrep": [
            *(str(scripts / "semgrep"), "scan", "--metrics=off", "--disable-version-check", "--quiet"),
            *("--no-git-ignore", "-j1", "--config", str(folder / "semgrep.yml"), "."),
        ],
        "fixit": [str(scripts / "fixit"), "lint", "."],
    }


def prepare(name: str, folder: Path, tree: Path) -> None:
    """What has to be before a command: a cache that knows everything, or everything but one file."""
    cached = ours(folder)["fastapi-guard, nothing changed"]
    if name == "fastapi-guard, nothing changed":
        run(cached, tree)
    elif name == "ruff, nothing changed":
        run(others(folder / "peers" / "bin", folder)[name], tree)
    elif name == "fastapi-guard, one file changed":
        run(cached, tree)
        file = max(tree.rglob("*.py"), key=lambda file: ("APIRouter" in file.read_text(errors="replace"), str(file)))
        file.write_text(f"{file.read_text()}\n# changed {time.time()}\n")


def doubled(folder: Path, tree: Path) -> Path:
    """The corpus twice, side by side."""
    twice = folder / f"{tree.name}-twice"
    if not twice.exists():
        for name in ("one", "two"):
            shutil.copytree(tree, twice / name)
    return twice


def run(command: Sequence[str], folder: Path) -> Cost:
    """Run a command in a folder; its exit code does not matter, as findings are none of our business here."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, own = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, wall, own.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2))


def page(costs: dict[str, list[Cost]], two: Cost, tree: Path, releases: Sequence[str]) -> list[str]:
    """The generated part of the page."""
    files = list(tree.rglob("*.py"))
    size = sum(file.stat().st_size for file in files) / 1e6
    base = statistics.median(cost.cpu for cost in costs["fastapi-guard"])
    lines = [
        f"{', '.join(releases)}: {len(files):,} files, {size:.1f} MB; Python {platform.python_version()},"
        f" {os.cpu_count()} processors; {len(costs['fastapi-guard'])} runs, median (min to max).",
        "",
        "| command | CPU s | wall s | MB/s | memory MB | our CPU is |",
        "|---|---|---|---|---|---|",
    ]
    for name, runs in costs.items():
        cpu, wall = [cost.cpu for cost in runs], [cost.wall for cost in runs]
        ratio = "" if "," in name or name == "fastapi-guard" else f"{base / statistics.median(cpu):.2f}x"
        lines.append(
            f"| {name} | {spread(cpu)} | {spread(wall)} | {size / statistics.median(wall):.2f}"
            f" | {max(cost.memory for cost in runs):.0f} | {ratio} |"
        )
    if "ruff, nothing changed" in costs:
        known, theirs = (
            statistics.median(cost.wall for cost in costs[f"{tool}, nothing changed"])
            for tool in ("fastapi-guard", "ruff")
        )
        lines += ["", f"Where nothing changed, our wall time is {known / theirs:.2f}x that of ruff."]
    single = statistics.median(cost.wall for cost in costs["fastapi-guard"])
    shared = statistics.median(cost.wall for cost in costs["fastapi-guard, all processors"])
    lines += [
        "",
        f"The corpus twice costs {two.cpu / base:.2f} times the CPU. All processors are {single / shared:.2f} times as fast as one.",
    ]
    return lines


def spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


if __name__ == "__main__":
    main()
