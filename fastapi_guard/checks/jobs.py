"""Does the jobs of files: takes from the shelf what is known, and does the rest here and in an executor.

Most files are none that the model has a word for. So that nobody waits for the model, an executor is given files before it
is made, as if it had no word for any; what it does have a word for is done once more.
"""

import ast
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from fastapi_guard.checks.codec import decoded, encoded
from fastapi_guard.checks.file_pass import FileJob, FileResult, NodeRules, do_job
from fastapi_guard.checks.registry import load_rules
from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.own_version import own_version
from fastapi_guard.rule import Rule

MOST_CHARACTERS, FEWEST_CHARACTERS = 500_000, 50_000
"""Of source text in one task of an executor; fewer, when there is not much to do, so that nobody waits for the last one."""
TASKS = 48
"""How many tasks the work is cut into."""


class Shelf(Protocol):
    """Where results are kept between runs, by a key that says everything that they depend on."""

    def get(self, keys: Iterable[str]) -> Mapping[str, bytes]: ...

    def put(self, values: Mapping[str, bytes]) -> None: ...


@dataclass(frozen=True, slots=True)
class Means:
    """With what the jobs are done."""

    shelf: Shelf | None = None
    program: str = ""
    """Names the program and its rules in their exact version: part of every key of the shelf."""
    executor: Callable[[int], Executor | None] = field(default=lambda characters: None)
    """The executor for this much source text, or None to do it here; shut down by whoever made it."""
    lends_a_hand: bool = True
    """Whether this process does what the executor has not begun when it has nothing else to do."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """`NodeRules` as plain data: what a worker needs to find them."""

    codes: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    """Options by code, as JSON."""
    modules: frozenset[str]
    whole: bool
    version: str
    """Of the program that asks: another one might answer differently."""


class OtherVersion(Exception):
    """A worker that has another version of the program."""


@dataclass(slots=True)
class Counters:
    """What it took."""

    is_model_known: bool = False
    """The model was on the shelf."""
    kept: int = 0
    """Files whose result was on the shelf."""
    elsewhere: int = 0
    """Files that an executor was given."""
    units: int = 0
    characters: int = 0
    """What LibCST was given for the others."""


@dataclass(frozen=True, slots=True)
class Task:
    """Some jobs that an executor was given."""

    jobs: tuple[FileJob, ...]
    results: Future[list[FileResult]]


@dataclass(frozen=True, slots=True)
class Begun:
    """Work that was given away before the model was made."""

    executor: Executor
    tasks: tuple[Task, ...]
    lends_a_hand: bool


def begin(jobs: Sequence[FileJob], rules: NodeRules, means: Means) -> Begun | None:
    """Give an executor what will have to be done of these jobs, should the model have no word for their files.

    None when it is not worth one.
    """
    chosen = _plain(rules)
    todo = list(jobs)
    if means.shelf is not None:
        keys = {job.path: _key(job, chosen, means.program) for job in jobs}
        known = means.shelf.get(keys.values())
        todo = [job for job in jobs if keys[job.path] not in known]
    executor = means.executor(sum(len(job.text) for job in todo)) if _is_shared(rules) else None
    if executor is None:
        return None
    return Begun(executor, _given_away(executor, todo, chosen), means.lends_a_hand)


def do_jobs(
    jobs: Sequence[FileJob],
    rules: NodeRules,
    means: Means,
    tree_of: Callable[[str], ast.Module | None],
    progress: Callable[[int], None] | None = None,
    begun: Begun | None = None,
) -> tuple[list[FileResult], Counters]:
    """The results of the jobs in their order; to be called inside `with_deep_stack`.

    `tree_of(path)` gives a tree that somebody has made already, or None.
    """
    counters = Counters()
    results: dict[str, FileResult] = {}
    chosen = _plain(rules)
    keys = {job.path: _key(job, chosen, means.program) for job in jobs} if means.shelf is not None else {}
    if means.shelf is not None:
        found = means.shelf.get(keys.values())
        for job in jobs:
            content = found.get(keys[job.path])
            result = decoded(content) if content is not None else None
            if result is not None:
                results[job.path] = result
    counters.kept = len(results)
    todo = [job for job in jobs if job.path not in results]
    for job, result, is_elsewhere in _done(todo, rules, chosen, tree_of, begun):
        results[job.path] = result
        counters.elsewhere += is_elsewhere
        counters.units += result.units
        counters.characters += result.characters
        if progress is not None:
            progress(len(results))
    if means.shelf is not None:
        means.shelf.put({keys[job.path]: encoded(results[job.path]) for job in todo if not results[job.path].failures})
    return [results[job.path] for job in jobs], counters


def _done(
    jobs: Sequence[FileJob],
    rules: NodeRules,
    chosen: Chosen,
    tree_of: Callable[[str], ast.Module | None],
    begun: Begun | None,
) -> Iterator[tuple[FileJob, FileResult, bool]]:
    """Each job with its result, and whether an executor did it.

    What nobody has begun when this process has its hands free is done here, from the end; so is what a dead worker leaves.
    """
    if begun is None:
        yield from ((job, do_job(job, rules, tree_of(job.path)), False) for job in jobs)
        return
    wanted = {job.path: job for job in jobs}
    ahead = {job.path for task in begun.tasks for job in task.jobs if wanted.get(job.path) == job}
    tasks = [*begun.tasks, *_given_away(begun.executor, [job for job in jobs if job.path not in ahead], chosen)]
    left: list[Task] = []
    for task in reversed(tasks):
        if begun.lends_a_hand and task.results.cancel():
            for job in task.jobs:
                if wanted.get(job.path) == job:
                    yield job, do_job(job, rules, tree_of(job.path)), False
        else:
            left.append(task)
    for task in left:
        for job, result, is_elsewhere in _fetched(task, rules, tree_of):
            if wanted.get(job.path) == job:
                yield job, result, is_elsewhere


def _fetched(
    task: Task, rules: NodeRules, tree_of: Callable[[str], ast.Module | None]
) -> list[tuple[FileJob, FileResult, bool]]:
    try:
        return [(job, result, True) for job, result in zip(task.jobs, task.results.result(), strict=True)]
    except OtherVersion:
        raise
    except Exception:  # whatever a foreign executor raises when a worker dies: the work itself raises nothing
        return [(job, do_job(job, rules, tree_of(job.path)), False) for job in task.jobs]


def _given_away(executor: Executor, jobs: Sequence[FileJob], chosen: Chosen) -> tuple[Task, ...]:
    """The jobs as tasks of like size, those with the largest files first."""
    most = min(max(sum(len(job.text) for job in jobs) // TASKS, FEWEST_CHARACTERS), MOST_CHARACTERS)
    chunks: list[list[FileJob]] = []
    size = 0
    for job in sorted(jobs, key=lambda job: (-len(job.text), job.path)):
        if not chunks or size + len(job.text) > most:
            chunks.append([])
            size = 0
        chunks[-1].append(job)
        size += len(job.text)
    return tuple(Task(tuple(chunk), executor.submit(do_chunk, chunk, chosen)) for chunk in chunks)


def do_chunk(jobs: list[FileJob], chosen: Chosen) -> list[FileResult]:
    """Do jobs in a worker, which finds the rules among those that are installed there.

    Raises OtherVersion when the worker has another version of the program.
    """
    return with_deep_stack(_do_chunk, jobs, chosen)


def _do_chunk(jobs: list[FileJob], chosen: Chosen) -> list[FileResult]:
    if chosen.version != own_version():
        raise OtherVersion(own_version())
    known = _installed()
    rules = NodeRules(
        tuple(known[code] for code in chosen.codes),
        {code: _options(text) for code, text in chosen.options},
        chosen.modules,
        chosen.whole,
    )
    return [do_job(job, rules) for job in jobs]


@lru_cache(maxsize=1)
def _installed() -> dict[str, Rule]:
    return {rule.code: rule for rule in load_rules()}


def _is_shared(rules: NodeRules) -> bool:
    """Whether a worker would find the same rules: those of a rule pack in the project it would not."""
    known = _installed()
    return all(known.get(rule.code) is rule for rule in rules.rules)


def _plain(rules: NodeRules) -> Chosen:
    options = sorted((code, json.dumps(given, sort_keys=True)) for code, given in rules.options_by_code.items())
    return Chosen(tuple(rule.code for rule in rules.rules), tuple(options), rules.modules, rules.whole, own_version())


def _options(text: str) -> dict[str, object]:
    given: dict[str, object] = json.loads(text)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


def _key(job: FileJob, chosen: Chosen, program: str) -> str:
    """Names everything that the result of a job depends on."""
    parts = [
        "file",
        program,
        job.path,
        job.module,
        job.endpoints,
        job.dependencies,
        repr(job.errors),
        chosen.codes,
        chosen.options,
        _digest_of(chosen.modules),
        chosen.whole,
        job.text,
    ]
    return hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=4)
def _digest_of(modules: frozenset[str]) -> str:
    return hashlib.sha256("\0".join(sorted(modules)).encode("utf-8", "surrogatepass")).hexdigest()
