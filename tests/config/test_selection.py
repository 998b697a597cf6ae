"""Which rules selectors mean."""

from config.sample_rules import RULES

from fastapi_guard.config.selection import matching_codes, overridden, selected_codes
from fastapi_guard.config.settings import Settings


def selected(settings: Settings) -> set[str]:
    return set(selected_codes(settings, RULES))


def test_the_default_profile_leaves_house_rules_out() -> None:
    assert selected(Settings()) == {"FG101", "FG102"}


def test_the_strict_profile_has_every_rule() -> None:
    assert selected(Settings(profile="strict")) == {"FG101", "FG102", "FG201"}


def test_select_replaces_the_profile() -> None:
    assert selected(Settings(select=("unscoped-query",), profile="strict")) == {"FG201"}


def test_the_more_specific_selector_decides() -> None:
    assert selected(Settings(select=("ALL",), ignore=("FG1",), extend_select=("FG101",))) == {"FG101", "FG201"}
    assert selected(Settings(select=("FG1",), ignore=("ALL",))) == {"FG101", "FG102"}


def test_between_equally_specific_selectors_ignoring_wins() -> None:
    assert selected(Settings(select=("FG101",), ignore=("missing-authentication",))) == set()


def test_a_family_is_the_folder_of_its_rules() -> None:
    assert matching_codes(("config",), RULES) == {"FG101", "FG102", "FG201"}


def test_selecting_on_the_command_line_forgets_what_the_file_selects_and_ignores() -> None:
    settings = Settings(select=("FG201",), ignore=("FG101",))

    assert selected(overridden(settings, RULES, select=("FG1",), extend_select=(), ignore=())) == {"FG101", "FG102"}


def test_ignoring_on_the_command_line_wins_over_the_file() -> None:
    settings = Settings(select=("FG101", "FG201"))

    assert selected(overridden(settings, RULES, select=None, extend_select=(), ignore=("FG1",))) == {"FG201"}


def test_extending_on_the_command_line_wins_over_the_file() -> None:
    settings = Settings(select=("FG201",), ignore=("FG101",))

    assert selected(overridden(settings, RULES, select=None, extend_select=("FG101",), ignore=())) == {"FG101", "FG201"}
