"""`fastapi-guard rule` shows pages."""

import json

from cli.projects import Shell


def test_a_rule_is_found_by_code_and_name(shell: Shell) -> None:
    by_code, by_name = shell("rule", "fg405"), shell("rule", "return-httpexception")

    assert by_code.code == 0
    assert by_code.out == by_name.out
    assert by_code.out.startswith("# ")


def test_a_rule_as_json_has_its_identity_options_and_page(shell: Shell) -> None:
    record = json.loads(shell("rule", "FG405", "--output-format", "json").out)

    assert list(record) == [
        "code",
        "name",
        "family",
        "severity",
        "confidence",
        "profile",
        "origin",
        "summary",
        "options",
        "page",
    ]
    assert (record["code"], record["name"], record["family"]) == ("FG405", "return-httpexception", "http")


def test_all_rules_are_listed_by_code(shell: Shell) -> None:
    listed = [line.split()[0] for line in shell("rule", "--all").out.splitlines()]

    assert listed == sorted(listed)
    assert [record["code"] for record in json.loads(shell("rule", "--all", "--output-format", "json").out)] == listed


def test_an_unknown_rule_is_told_the_nearest_one(shell: Shell) -> None:
    run = shell("rule", "return-httpexeption")

    assert (run.code, run.out) == (2, "")
    assert "unknown rule `return-httpexeption` (did you mean `return-httpexception`?); --all lists the rules" in run.err


def test_a_rule_or_all_has_to_be_given(shell: Shell) -> None:
    assert shell("rule").code == 2
    assert shell("rule", "FG405", "--all").code == 2


def test_what_failed_is_explained_like_a_rule(shell: Shell) -> None:
    by_code, by_name = shell("rule", "fg001"), shell("rule", "syntax-error")
    record = json.loads(shell("rule", "FG002", "--output-format", "json").out)

    assert by_code.out == by_name.out
    assert by_code.out.startswith("# FG001 syntax-error\n")
    assert list(record) == list(json.loads(shell("rule", "FG405", "--output-format", "json").out))
    assert (record["code"], record["name"], record["severity"]) == ("FG002", "rule-failure", "error")
