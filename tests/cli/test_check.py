"""`fastapi-guard check` from the command line to the exit code."""

import io
import json
import os
import sys
from pathlib import Path

import pytest
from cli.projects import Run, Shell, write_project

RETURNED = "app/tasks.py:8:"


def codes(run: Run) -> list[str]:
    return [finding["code"] for finding in json.loads(run.out)["findings"]]


def test_findings_make_the_exit_code_1(shell: Shell) -> None:
    run = shell("check", "--select", "FG405")

    assert run.code == 1
    assert run.out.startswith(RETURNED)
    assert "FG405" in run.out
    assert run.err.startswith("Found 1 finding (1 error) among 1 operation in 3 files.\n")


def test_the_report_is_all_that_quiet_prints(shell: Shell) -> None:
    run = shell("check", "--select", "FG405", "-q")

    assert (run.code, run.err) == (1, "")
    assert run.out.startswith(RETURNED)


def test_the_exit_code_follows_fail_on_and_exit_zero(shell: Shell) -> None:
    assert shell("check", "--select", "FG405", "--exit-zero").code == 0
    assert shell("check", "--select", "FG405", "--fail-on", "error").code == 1
    assert shell("check", "--select", "FG408").code == 0


def test_a_file_that_does_not_parse_makes_the_exit_code_1_whatever_is_selected(shell: Shell) -> None:
    write_project(shell.directory, {"app/broken.py": "def (\n"})

    run = shell("check", "--select", "FG408")

    assert run.code == 1
    assert run.out.startswith("app/broken.py:1:5: FG001 ")
    assert "1 file could not be analysed.\n" in run.err


def test_a_tree_without_fastapi_makes_the_exit_code_3(tmp_path: Path, shell: Shell) -> None:
    write_project(tmp_path, {"other/pyproject.toml": "", "other/x.py": "x = 1\n"})

    run = shell("check", "--root", "other")

    assert (run.code, run.out) == (3, "")
    assert run.err == ("No findings among 0 operations in 1 file.\nnote: no FastAPI application or router was found\n")
    assert shell("check", "--root", "other", "--allow-no-app").code == 0


def test_a_fault_of_the_configuration_makes_the_exit_code_2(shell: Shell) -> None:
    write_project(shell.directory, {"pyproject.toml": "[tool.fastapi-guard]\nselct = []\n"})

    run = shell("check", below="app")

    assert (run.code, run.out) == (2, "")
    assert run.err == "../pyproject.toml:2:1: unknown key `selct` (did you mean `select`?)\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select", "FG4055"], "--select: unknown rule `FG4055` (did you mean `FG405`?)"),
        (["--ignore", "FG001"], "--ignore: `FG001` is a failed analysis, not a rule: it is always reported"),
        (["nowhere"], "Path 'nowhere' does not exist."),
        (["--root", "nowhere"], "--root: 'nowhere' is not a directory"),
        (["--root", "app", "pyproject.toml"], "Path 'pyproject.toml' is outside the root"),
        (["-o", "jsn:x"], "--output: unknown format `jsn` (did you mean `json`?)"),
        (["--per-file-ignores", "x"], "--per-file-ignores: 'x' is not PATTERN:CODE"),
        (["--stdin-filename", "x.py"], "--stdin-filename needs `-` as the path"),
        (["--config", "x", "--isolated"], "--config and --isolated exclude each other"),
        (["--slect", "x"], "No such option '--slect'."),
    ],
)
def test_wrong_use_makes_the_exit_code_2(shell: Shell, arguments: list[str], message: str) -> None:
    run = shell("check", *arguments)

    assert (run.code, run.out) == (2, "")
    assert message in run.err


def test_an_unknown_command_is_told_the_nearest_one(shell: Shell) -> None:
    run = shell("chekc")

    assert run.code == 2
    assert "No such command 'chekc' (did you mean `check`?)." in run.err


def test_paths_of_terminal_formats_follow_the_working_directory_and_those_of_json_the_root(shell: Shell) -> None:
    assert shell("check", "--select", "FG405", below="app").out.startswith("../app/tasks.py:8:")
    report = shell("check", "--select", "FG405", "--output-format", "json", below="app").out
    assert json.loads(report)["findings"][0]["path"] == "app/tasks.py"


def test_paths_choose_what_is_reported(shell: Shell) -> None:
    assert shell("check", "--select", "FG405", "app/tasks.py").code == 1
    assert shell("check", "--select", "FG405", "app/main.py").code == 0


def test_excluded_files_are_analysed_when_they_are_named_unless_forced(shell: Shell) -> None:
    write_project(shell.directory, {"pyproject.toml": "[tool.fastapi-guard]\nextend-exclude = ['app/tasks.py']\n"})

    assert "app/tasks.py" not in shell("check", "--show-files").out
    assert "app/tasks.py" in shell("check", "--show-files", "app/tasks.py").out
    assert "app/tasks.py" not in shell("check", "--show-files", "--force-exclude", "app/tasks.py").out


def test_a_rule_is_ignored_in_files_that_match(shell: Shell) -> None:
    run = shell("check", "--select", "FG405", "--per-file-ignores", "app/*.py:FG405")

    assert run.code == 0


def test_reports_go_to_files_beside_the_one_on_standard_output(shell: Shell) -> None:
    run = shell("check", "--select", "FG405", "-o", "json:a.json", "-o", "sarif:b.sarif")

    assert run.out.startswith(RETURNED)
    assert json.loads((shell.directory / "a.json").read_text())["findings"][0]["code"] == "FG405"
    assert json.loads((shell.directory / "b.sarif").read_text())["version"] == "2.1.0"


def test_a_report_file_without_a_format_takes_the_place_of_standard_output(shell: Shell) -> None:
    run = shell("check", "--select", "FG405", "--output-format", "json", "-o", "a.json")

    assert run.out == ""
    assert json.loads((shell.directory / "a.json").read_text())["summary"]["findings"] == 1


def test_a_report_that_cannot_be_written_makes_the_exit_code_2(shell: Shell) -> None:
    run = shell("check", "-o", "json:nowhere/a.json")

    assert run.code == 2
    assert run.err.endswith("error: cannot write to nowhere/a.json: No such file or directory\n")


def test_standard_input_stands_for_a_file(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (shell.directory / "app/tasks.py").read_text().replace("return", "raise")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    assert shell("check", "--select", "FG405", "-", "--stdin-filename", "app/tasks.py").code == 0


def test_statistics_count_by_rule(shell: Shell) -> None:
    assert shell("check", "--select", "FG405", "--statistics").out == "1  FG405  return-httpexception\n"
    assert json.loads(shell("check", "--select", "FG405", "--statistics", "--output-format", "json").out) == [
        {"code": "FG405", "name": "return-httpexception", "count": 1}
    ]


def test_colours_are_only_for_terminals_unless_asked_for(shell: Shell) -> None:
    assert "\x1b[" not in shell("check", "--select", "FG405").out
    assert "\x1b[" in shell("check", "--select", "FG405", "--color", "always").out


def test_files_are_shown(shell: Shell) -> None:
    assert shell("check", "--show-files").out == "app/__init__.py\napp/main.py\napp/tasks.py\n"


def test_settings_that_are_shown_are_a_configuration_that_means_the_same(shell: Shell) -> None:
    shown = shell("check", "--show-settings", "--profile", "strict", "--select", "FG405", "--fail-on", "error").out
    write_project(shell.directory, {"fastapi-guard.toml": shown})

    again = shell("check", "--show-settings").out

    def settings(text: str) -> list[str]:
        return [line for line in text.splitlines() if not line.startswith("#")]

    assert settings(again) == settings(shown)


@pytest.mark.skipif(os.name == "nt", reason="needs named pipes")
def test_a_report_may_go_to_a_device(shell: Shell) -> None:
    run = shell("check", "--select", "FG405", "-o", f"json:{os.devnull}")

    assert run.code == 1


def test_entries_of_public_that_speak_of_no_open_operation_are_reported_where_they_stand(shell: Shell) -> None:
    entries = """[tool.fastapi-guard]
public = [
    { route = "GET /api/tasks/{task_id}", reason = "the tasks hang on the wall" },
    { route = "GET /api/labels", reason = "was there once" },
]
"""
    write_project(shell.directory, {"pyproject.toml": entries})

    run = shell("check", "--select", "FG003", "--output-format", "concise")

    assert run.code == 1
    assert "pyproject.toml:4:15: FG003 `GET /api/labels` is declared public, and no operation" in run.out
    assert "/api/tasks" not in run.out
