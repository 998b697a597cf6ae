"""The options of a rule are its keyword-only parameters."""

from config.sample_rules import RULES

from fastapi_guard.config.rule_options import RuleOption, options_of


def test_options_have_the_names_types_and_defaults_of_the_parameters() -> None:
    assert options_of(RULES[1]) == (
        RuleOption("allow-docs", "bool", True),
        RuleOption("max-depth", "int", 3),
        RuleOption("prefix", "str", ""),
        RuleOption("names", "tuple[str, ...]", ()),
    )


def test_a_rule_without_keyword_only_parameters_has_no_options() -> None:
    assert options_of(RULES[0]) == ()
