"""What becomes of the findings of rules."""

from collections.abc import Callable, Iterator, Mapping

import libcst as cst
import pytest

from fastapi_guard.analysis import analyse
from fastapi_guard.api import (
    ERROR,
    LOW,
    WARNING,
    Application,
    Finding,
    Location,
    OperationPlace,
    PathOperation,
    Project,
    Related,
    Rule,
    Suppression,
    Unit,
    rule,
)
from fastapi_guard.checks.run import CheckResult
from fastapi_guard.config.settings import PerFileIgnore, Settings
from fastapi_guard.finding import Diagnostic
from fastapi_guard.rule import Needs


@rule("XX101", severity=ERROR)
def bare_operation(operation: PathOperation, project: Project) -> Iterator[Finding]:
    yield Finding(operation.decorator_location, "an operation", operation.places, symbol=operation.endpoint_name)


@rule("XX102", severity=WARNING, confidence=LOW)
def bare_application(application: Application, project: Project) -> Iterator[Finding]:
    """One finding for all operations."""
    operations = tuple(place for operation in project.operations for place in operation.places)
    related = tuple(Related(operation.decorator_location, "here") for operation in project.operations)
    yield Finding(application.location, "an application", operations, related)


@rule("XX103", severity=ERROR, words=["eval"])
def plain_eval(call: cst.Call, unit: Unit) -> Iterator[Finding]:
    if unit.resolve(call) == "builtins.eval":
        yield Finding(unit.location(call), "eval")


@rule("XX104", severity=WARNING)
def idle_suppression(suppression: Suppression, project: Project) -> Iterator[Finding]:
    for name in (*suppression.unused, *suppression.unknown):
        yield Finding(suppression.location, name)


MAIN = """\
from fastapi import FastAPI
import tasks
app = FastAPI()
app.include_router(tasks.router)
@app.get("/a")
def a(): return eval("1")
"""
TASKS = """\
from fastapi import APIRouter
router = APIRouter()
@router.get("/b")
def b(): ...
@router.get("/c")
def c(): ...
"""


def run(*rules: Rule, main: str = MAIN, tasks: str = TASKS, settings: Settings | None = None) -> CheckResult:
    settings = settings or Settings(select=tuple(rule.code for rule in rules))
    return analyse({"main.py": main, "tasks.py": tasks}, settings, rules)


def places(result: CheckResult) -> list[str]:
    return [f"{d.location.path}:{d.location.line} {d.code}" for d in result.diagnostics]


def operations(diagnostic: Diagnostic) -> list[str]:
    return [operation.path for operation in diagnostic.finding.operations]


def test_findings_are_ordered_by_place() -> None:
    """Rules on nouns and on nodes report side by side, in the order of files and lines."""
    assert places(run(plain_eval, bare_operation, bare_application)) == [
        "main.py:3 XX102",
        "main.py:5 XX101",
        "main.py:6 XX103",
        "tasks.py:3 XX101",
        "tasks.py:5 XX101",
    ]


def test_the_same_fault_is_reported_once() -> None:
    """A router that is included twice has one finding for each fault, with both operations."""
    main = MAIN.replace("@app", "app.include_router(tasks.router, prefix='/v1')\n@app")

    result = run(bare_operation, main=main)

    assert places(result) == ["main.py:6 XX101", "tasks.py:3 XX101", "tasks.py:5 XX101"]
    assert operations(result.diagnostics[1]) == ["/b", "/v1/b"]


def test_suppression_of_a_finding() -> None:
    """It is kept apart, with the reason."""
    result = run(bare_operation, tasks=TASKS.replace('"/b")', '"/b")  # fastapi-guard: ignore[XX101] known'))

    assert places(result) == ["main.py:5 XX101", "tasks.py:5 XX101"]
    assert [(s.diagnostic.location.line, s.reason, s.location.line) for s in result.suppressed] == [(3, "known", 3)]


def test_suppression_of_one_operation_of_a_group() -> None:
    """The operation leaves the finding with its related place; the finding stays for the others."""
    tasks = TASKS.replace('"/b")', '"/b")  # fastapi-guard: ignore[bare-application] known')
    result = run(bare_application, tasks=tasks)

    assert operations(result.diagnostics[0]) == ["/c", "/a"]
    assert [related.location.path for related in result.diagnostics[0].finding.related] == ["tasks.py", "main.py"]
    assert [operation.path for operation in result.suppressed[0].operations] == ["/b"]


def test_a_group_without_operations_is_gone() -> None:
    """When every operation is suppressed nothing is left to report."""
    main = MAIN.replace('"/a")', '"/a")  # fastapi-guard: ignore[XX102] known')

    result = run(bare_application, main=main, tasks=TASKS + "# fastapi-guard: file-ignore[XX102] known\n")

    assert places(result) == []
    assert len(result.suppressed) == 2


def test_idle_suppressions_are_judged_by_the_rules_that_ran() -> None:
    """A suppression of a rule that was not selected is not idle; an unknown one is always unknown."""
    tasks = TASKS + "x = 1  # fastapi-guard: ignore[XX103, XX101, XX999] known\n"

    result = run(
        plain_eval, bare_operation, idle_suppression, tasks=tasks, settings=Settings(select=("XX103", "XX104"))
    )

    assert [d.message for d in result.diagnostics if d.code == "XX104"] == ["XX103", "XX999"]


def test_files_that_ignore_a_rule() -> None:
    """Findings in them are dropped, and their operations leave the findings of other files."""
    ignores = (PerFileIgnore("tasks.py", ("XX101", "XX102")),)
    settings = Settings(select=("XX101", "XX102"), per_file_ignores=ignores)

    result = run(bare_operation, bare_application, settings=settings)

    assert places(result) == ["main.py:3 XX102", "main.py:5 XX101"]
    assert operations(result.diagnostics[0]) == ["/a"]


def test_thresholds() -> None:
    """Findings below the least severity or confidence are not reported."""
    rules = (bare_operation, bare_application)
    select = ("XX101", "XX102")

    assert len(run(*rules, settings=Settings(select=select, min_severity=ERROR)).diagnostics) == 3
    assert len(run(*rules, settings=Settings(select=select, min_confidence=LOW)).diagnostics) == 4


def test_fingerprints_survive_edits_elsewhere() -> None:
    """Lines above move a finding and do not change it; equal findings are told apart by their number."""
    tasks = "x = [eval('1'), 2]\nx = [eval('1'), 2]\n"
    before = {d.fingerprint for d in run(plain_eval, tasks=tasks).diagnostics}
    after = {d.fingerprint for d in run(plain_eval, main="\n\n" + MAIN, tasks="import os\n" + tasks).diagnostics}

    assert len(before) == 3
    assert before == after


def fails(*_: object) -> Iterator[Finding]:
    raise ValueError("bad\nluck")


def says_nothing_iterable(*_: object) -> Iterator[Finding]:
    return None  # type: ignore[return-value]


def says_text(*_: object) -> Iterator[Finding]:
    yield "finding"  # type: ignore[misc]


def exits(*_: object) -> Iterator[Finding]:
    raise SystemExit(0)


def recurses(*arguments: object) -> Iterator[Finding]:
    yield from recurses(*arguments)


def never_ends(*_: object) -> Iterator[Finding]:
    while True:
        yield Finding(Location("main.py", 1), "again")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (fails, "ValueError: bad luck"),
        (says_nothing_iterable, "TypeError"),
        (says_text, "TypeError: it yielded str instead of Finding"),
        (exits, "SystemExit"),
        (recurses, "RecursionError"),
        (never_ends, "RuntimeError: it yielded more than 10,000 findings"),
    ],
)
def test_a_rule_that_fails_costs_only_itself(body: Callable[..., Iterator[Finding]], error: str) -> None:
    """It becomes a problem with the rule and the place; other rules and other places are not touched."""

    def on_noun(application: Application, project: Project) -> Iterator[Finding]:
        return body(application, project)

    def on_node(statement: cst.Return, unit: Unit) -> Iterator[Finding]:
        return body(statement, unit)

    faulty = Rule("XX901", "on-noun", ERROR, LOW, "default", Needs(), on_noun)
    faulty_on_nodes = Rule("XX902", "on-node", ERROR, LOW, "default", Needs(("eval",)), on_node)

    result = run(faulty, faulty_on_nodes, plain_eval)

    assert "main.py:6 XX103" in places(result)
    assert [(p.code, p.location.path, p.location.line) for p in result.problems] == [
        ("FG002", "main.py", 3),
        ("FG002", "main.py", 6),
    ]
    assert all(error in problem.message for problem in result.problems)
    assert result.problems[0].message.startswith("rule XX901 on-noun failed here")


def test_a_rule_that_always_fails_is_given_up() -> None:
    """After twenty failures it is not tried again, and the last problem says so."""

    def failing(name: cst.Name, unit: Unit) -> Iterator[Finding]:
        return fails()

    result = run(Rule("XX901", "failing", ERROR, LOW, "default", Needs(), failing), tasks="x\n" * 100)

    assert len(result.problems) == 20
    assert sum("not tried again" in problem.message for problem in result.problems) == 1


def test_a_failed_rule_makes_no_suppression_idle() -> None:
    """What it would have found is unknown."""

    def failing(application: Application, project: Project) -> Iterator[Finding]:
        return fails()

    faulty = Rule("XX901", "failing", ERROR, LOW, "default", Needs(), failing)

    result = run(faulty, idle_suppression, main=MAIN + "x = 1  # fastapi-guard: ignore[XX901] known\n")

    assert places(result) == []


@pytest.mark.parametrize("path", ["", ".", "tasks.py", "main.py"])
def test_a_finding_is_reported_when_one_of_its_places_is_wanted(path: str) -> None:
    """An application's finding concerns every file with one of its operations."""
    from fastapi_guard.checks.settings import lies_in

    finding = Finding(
        Location("main.py", 1),
        "m",
        (OperationPlace("GET", "/", "tasks.py", 1, 2),),
        (Related(Location("a/b.py", 1), "r"),),
    )
    diagnostic = Diagnostic("XX101", "x", ERROR, LOW, finding, "", "", "")

    assert lies_in(diagnostic, [path])
    assert lies_in(diagnostic, ["a"])
    assert not lies_in(diagnostic, ["b.py", "task"])


def test_words_follow_imported_aliases() -> None:
    """The prefilter knows a word under every name that the module gives it."""

    @rule("XX105", severity=ERROR, words=["HTTPException"])
    def raised(call: cst.Call, unit: Unit) -> Iterator[Finding]:
        if unit.resolve(call) == "fastapi.HTTPException":
            yield Finding(unit.location(call), "raised")

    tasks = "from fastapi import HTTPException as E\n\ndef f():\n    raise E(1)\n"
    assert places(run(raised, tasks=tasks)) == ["tasks.py:4 XX105"]

    tasks = "from fastapi import ＨTTPException as E\n\ndef f():\n    raise E(1)\n"
    assert places(run(raised, tasks=tasks)) == ["tasks.py:4 XX105"]


def test_options_reach_the_rule() -> None:
    """Configuration gives keyword arguments; what it does not name has its default."""

    @rule("XX106", severity=ERROR)
    def chatty(
        application: Application, project: Project, *, word: str = "default", delete_status: str = "", times: int = 1
    ) -> Iterator[Finding]:
        yield Finding(application.location, f"{word} {delete_status} {times}")

    options: Mapping[str, Mapping[str, str]] = {"XX106": {"word": "given"}}

    result = run(chatty, settings=Settings(select=("XX106",), rule_options=options))

    assert [d.message for d in result.diagnostics] == ["given either 1"]
