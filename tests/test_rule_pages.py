"""Every rule does what its page says."""

import pytest

from fastapi_guard.analysis import analyse
from fastapi_guard.checks.registry import load_rules
from fastapi_guard.pages import run_page
from fastapi_guard.rule import Rule

RULES = load_rules()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_page(rule: Rule) -> None:
    """The examples of a page yield exactly the findings that their markers announce."""
    mismatches = run_page(rule, RULES, analyse)

    assert [f"{rule.page.name}:{mismatch.line}: {mismatch.message}" for mismatch in mismatches] == []
