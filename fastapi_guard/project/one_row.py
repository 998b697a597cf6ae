"""Calls that give one row, or None where there is none."""

from fastapi_guard.knowledge.database import GIVES_NONE, GIVES_NONE_TO
from fastapi_guard.project.values import Member, Result


def may_give_none(value: Result) -> bool:
    """Whether a call is one that gives a row or None, as far as its name says."""
    callee = value.callee
    if not isinstance(callee, Member):
        return False
    if callee.name in GIVES_NONE_TO:  # session.get(Task, task_id), Task.get(task_id)
        return bool(value.arguments)
    return callee.name in GIVES_NONE
