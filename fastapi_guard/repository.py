"""Where this project lives, and the pages of its rules there."""

from fastapi_guard.rule import Rule

URL = "https://github.com/fastapi-guard/fastapi-guard-lint"
OWN_PACK = "fastapi_guard_rules"
"""The package of the rules that are distributed with the engine."""


def rule_page_url(rule: Rule) -> str:
    """The address of a rule's page; empty for rules of other packs, whose addresses are not known."""
    if rule.function.__module__.partition(".")[0] != OWN_PACK:
        return ""
    return f"{URL}/blob/main/docs/rules/{rule.name}.md"
