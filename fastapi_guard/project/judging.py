"""What all readers together say of an operation."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi_guard.project.answers import AnswerReader
from fastapi_guard.project.authentication import Judge, without_wrappers
from fastapi_guard.project.blocking import BlockingReader
from fastapi_guard.project.dead_guards import DeadGuardReader
from fastapi_guard.project.escapes import EscapeReader
from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.forgotten import ForgottenReader
from fastapi_guard.project.linking import Linker
from fastapi_guard.project.model import (
    Authentication,
    DeadGuard,
    PathOperation,
    Verdict,
    WhyDead,
)
from fastapi_guard.project.outside import outside_calls
from fastapi_guard.project.parents import ParentReader
from fastapi_guard.project.principals import OwnershipReader
from fastapi_guard.project.rejections import own_refusals
from fastapi_guard.project.scheduled import scheduled_in
from fastapi_guard.project.sessions import SessionReader
from fastapi_guard.project.shared_state import SharedStateReader


@dataclass(frozen=True, slots=True)
class Readers:
    """What reads one side of an operation each."""

    linker: Linker
    judge: Judge
    ownership: OwnershipReader
    dead: DeadGuardReader
    blocking: BlockingReader
    state: SharedStateReader
    answers: AnswerReader
    sessions: SessionReader
    forgotten: ForgottenReader
    escapes: EscapeReader

    @classmethod
    def of(cls, interpreter: Interpreter, linker: Linker, judge: Judge) -> Readers:
        """The readers of one project."""
        parents = ParentReader()
        return cls(
            linker,
            judge,
            OwnershipReader(interpreter, judge),
            DeadGuardReader(interpreter, judge.reader, judge.behaviours),
            BlockingReader(judge, parents),
            SharedStateReader(interpreter, judge),
            AnswerReader(interpreter, judge),
            SessionReader(judge, parents),
            ForgottenReader(judge),
            EscapeReader(interpreter, judge, parents),
        )


def judged(readers: Readers, operation: PathOperation) -> PathOperation:
    """The operation with its verdict."""
    endpoint = readers.linker.endpoints.get(id(operation))
    if endpoint is None:
        return replace(
            operation,
            authentication=Authentication(Verdict.UNKNOWN, reason="what is mounted here is not the project's code"),
        )
    accesses, checks_role = readers.ownership.accesses(operation, endpoint)
    dead_guards = readers.dead.of(operation, endpoint)
    route_class = readers.linker.route_classes.get(id(operation))
    verdict = readers.judge.judge(operation, readers.linker.chains[id(operation)], endpoint, route_class)
    readers.state.ran_by(operation, endpoint)
    chain = readers.linker.chains[id(operation)]
    secrets = readers.answers.secrets(readers.linker.response_models[id(operation)], endpoint)
    operation = replace(operation, dead_guards=dead_guards)
    trace = readers.judge.behaviours.trace_of(without_wrappers(endpoint))
    return replace(
        operation,
        authentication=_with_dead_guards(verdict, dead_guards),
        accesses=accesses,
        checks_role=checks_role,
        blocking=readers.blocking.of(operation, endpoint),
        outside_calls=outside_calls(readers.judge, operation, endpoint),
        secret_fields=secrets,
        sessions=readers.sessions.of(operation, endpoint),
        scheduled=scheduled_in(trace, operation),
        refusals=own_refusals(trace),
        forgotten=readers.forgotten.of(operation, endpoint),
        returned_table=readers.ownership.returned_table(endpoint),
        escapes=readers.escapes.of(operation, endpoint, chain),
    )


def _with_dead_guards(verdict: Authentication, dead_guards: tuple[DeadGuard, ...]) -> Authentication:
    """An operation that looks guarded by something that never runs is no open one: its guard is ineffective."""
    reason = next((guard for guard in dead_guards if guard.guards or guard.why is WhyDead.LETS_ALL_PASS), None)
    if verdict.verdict is not Verdict.NONE or reason is None:
        return verdict
    return replace(
        verdict, verdict=Verdict.INEFFECTIVE, reason=f"{reason.name} is written as a guard and turns nobody away"
    )
