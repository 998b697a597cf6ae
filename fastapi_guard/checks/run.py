"""Checks a project: rules, then suppressions, then the rules about suppressions, then what is to be reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi_guard.checks.attempts import Outcome, run_on_nouns
from fastapi_guard.checks.diagnostics import diagnostics_of
from fastapi_guard.checks.file_pass import FileResult, failures_as_problems
from fastapi_guard.checks.registry import targets
from fastapi_guard.checks.settings import CheckSettings, FileIgnores, is_strong_enough, lies_in
from fastapi_guard.checks.silencing import dead_entries, judged, silence, without_ignored_files
from fastapi_guard.finding import Diagnostic, Problem, Suppressed
from fastapi_guard.project.model import Project
from fastapi_guard.rule import Rule
from fastapi_guard.source.suppressions import Suppression


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What the rules found in a project."""

    diagnostics: tuple[Diagnostic, ...]
    """What is to be reported, ordered by place and code."""
    suppressed: tuple[Suppressed, ...]
    problems: tuple[Problem, ...]
    """FG001 for each file that cannot be parsed and each statement that LibCST refuses, FG002 for rules that failed."""
    suppressions: tuple[Suppression, ...]
    """Every suppression, with what it names in vain."""


def check(
    rules: Sequence[Rule],
    project: Project,
    texts: Mapping[str, str],
    files: Sequence[FileResult] = (),
    settings: CheckSettings | None = None,
) -> CheckResult:
    """Run the selected rules on the project and join what the files said by themselves.

    The same input gives the same result in the same order.
    """
    settings = settings or CheckSettings()
    ignored = FileIgnores(settings.per_file_ignores)
    suppressions = [suppression for file in files for suppression in file.suppressions]
    about_suppressions = [rule for rule in rules if Suppression in targets(rule)]
    about_code = [rule for rule in rules if rule not in about_suppressions and settings.selects(rule.code)]
    rule_by_code = {rule.code: rule for rule in rules}

    outcome = Outcome()
    run_on_nouns(about_code, project, settings, outcome)
    for file in files:
        outcome.findings += [(rule_by_code[code], finding) for code, finding in file.findings]
        outcome.failures += file.failures
    diagnostics = without_ignored_files(diagnostics_of(outcome.findings, texts), ignored)
    silenced = silence(diagnostics, suppressions)

    ran = frozenset(rule.code for rule in about_code) - {code for code, _ in outcome.failures}
    judgements = judged(suppressions, rules, ran, silenced.used, project)
    declared = (*judgements, *dead_entries(settings.public, project))
    meta = Outcome()
    run_on_nouns([r for r in about_suppressions if settings.selects(r.code)], project, settings, meta, declared)
    said = (*silenced.diagnostics, *without_ignored_files(diagnostics_of(meta.findings, texts), ignored))
    reported = [d for d in said if is_strong_enough(d, settings) and lies_in(d, settings.paths)]
    problems = (
        *(problem for file in files for problem in file.problems),
        *failures_as_problems((*outcome.failures, *meta.failures)),
    )
    return CheckResult(
        diagnostics=tuple(sorted(reported, key=lambda d: (d.location, d.code, d.message))),
        suppressed=tuple(s for s in silenced.suppressed if is_strong_enough(s.diagnostic, settings)),
        problems=tuple(sorted(set(problems), key=lambda p: (p.location, p.code, p.message))),
        suppressions=judgements,
    )
