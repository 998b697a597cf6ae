"""What LibCST is not given changes nothing: filtered and sliced findings are those of whole files."""

import sys
from pathlib import Path

import pytest

from fastapi_guard.analysis import run_analysis
from fastapi_guard.checks.file_pass import do_job, file_jobs, node_rules
from fastapi_guard.checks.registry import load_rules
from fastapi_guard.checks.settings import check_settings
from fastapi_guard.config.settings import Settings
from fastapi_guard.facts.deep_stack import with_deep_stack
from fastapi_guard.source.discovery import discover
from fastapi_guard.source.modules import ModuleFinder
from fastapi_guard.source.reading import SourceFile, read

APPS = Path(__file__).parents[2] / "fixtures" / "apps"


def difference(root: Path) -> tuple[int, int, set[object]]:
    """Characters that LibCST was given of whole files and of slices, and the findings that only one of them has."""
    found = discover(root, Settings().exclude, (), respect_gitignore=True, explicit=())
    texts = {name: source.text for name in found.files if isinstance(source := read(root, name), SourceFile)}
    finder = ModuleFinder(texts, (), ())
    project = run_analysis(texts, Settings(), ()).project
    rules = load_rules()
    settings = check_settings(Settings(profile="strict"), rules)
    modules = {path: finder.dotted(path) for path in texts}
    jobs = file_jobs(texts, modules, project)
    findings, characters = [], []
    for whole in (True, False):
        results = [do_job(job, node_rules(rules, settings, modules.values(), whole=whole)) for job in jobs]
        assert not any(result.failures for result in results)
        findings.append({found for result in results for found in result.findings})
        characters.append(sum(result.characters for result in results))
    return characters[0], characters[1], findings[0] ^ findings[1]


@pytest.mark.parametrize("app", sorted(path.name for path in APPS.iterdir() if path.is_dir()))
def test_slices_say_what_whole_files_say(app: str) -> None:
    """Over every application of the fixtures, with every rule."""
    whole, sliced, differing = with_deep_stack(difference, APPS / app)

    assert not differing
    assert sliced < whole


if __name__ == "__main__":
    for folder in sys.argv[1:]:
        whole, sliced, differing = with_deep_stack(difference, Path(folder).resolve())
        print(f"{folder}: LibCST was given {sliced:,} of {whole:,} characters; {len(differing)} findings differ")
        for item in sorted(differing, key=str):
            print("  ", item)
