"""SARIF logs keep to the published schema and hold what code scanning reads."""

import json
import shutil
import subprocess
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from hypothesis import given, settings
from report.sample_result import EMPTY, MISSING, RESULT
from report.test_inert import hostile_text, result_with
from report.test_snapshots import VIEW

from fastapi_guard.report.check.sarif import document
from fastapi_guard.scan import ScanResult


@lru_cache
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((Path(__file__).parent / "schemas/sarif-2.1.0.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("result", [RESULT, EMPTY])
def test_a_log_keeps_to_the_schema(result: ScanResult) -> None:
    assert [error.message for error in validator().iter_errors(document(result, VIEW))] == []


@given(text=hostile_text)
@settings(max_examples=25, deadline=None)
def test_no_text_breaks_the_schema(text: str) -> None:
    log = document(result_with(text), VIEW)

    assert [error.message for error in validator().iter_errors(json.loads(json.dumps(log)))] == []


@pytest.mark.integration
@pytest.mark.skipif(shutil.which("sarif-multitool") is None, reason="needs @microsoft/sarif-multitool")
def test_a_validator_has_nothing_to_object_to(tmp_path: Path) -> None:
    """`npm install -g @microsoft/sarif-multitool` brings it; it also knows what GitHub asks for."""
    log = document(RESULT, VIEW)
    (tmp_path / "good.sarif").write_text(json.dumps(log))
    log["runs"][0]["results"][0]["ruleIndex"] = 99
    (tmp_path / "bad.sarif").write_text(json.dumps(log))

    def said_of(name: str) -> str:
        command = ["sarif-multitool", "validate", name, "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout

    assert "error SARIF1009" in said_of("bad.sarif")
    assert "SARIF" not in said_of("good.sarif").replace(str(tmp_path), "")


def test_what_code_scanning_reads_is_there() -> None:
    run = document(RESULT, VIEW)["runs"][0]
    result = run["results"][0]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]

    assert run["automationDetails"]["id"] == "fastapi-guard/services/backend/"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "services/backend/app/api/tasks.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 5, "startColumn": 1, "endLine": 5, "endColumn": 36},
    }
    assert result["partialFingerprints"] == {"fastapiGuardFingerprint/v1": MISSING.fingerprint}
    assert len(result["relatedLocations"]) == 1
    assert len(result["codeFlows"][0]["threadFlows"][0]["locations"]) == 3
    assert (rule["id"], rule["properties"]["security-severity"], rule["properties"]["precision"]) == (
        "FG101",
        "8.0",
        "high",
    )
    assert "security" in rule["properties"]["tags"]
    assert rule["help"]["markdown"].startswith("# missing-authentication")
    assert urlsplit(rule["helpUri"]).scheme == "https"


def test_what_is_suppressed_says_why() -> None:
    suppressed = [result for result in document(RESULT, VIEW)["runs"][0]["results"] if "suppressions" in result]

    assert [result["suppressions"][0]["justification"] for result in suppressed] == ["only a sample"]


def test_paths_are_references_from_the_top_of_the_repository() -> None:
    def uri_of(path: str) -> Any:
        finding = replace(MISSING.finding, location=replace(MISSING.location, path=path))
        result = replace(RESULT, diagnostics=(replace(MISSING, finding=finding),))
        location = document(result, replace(VIEW, git_prefix=""))["runs"][0]["results"][0]["locations"][0]
        return location["physicalLocation"]["artifactLocation"]["uri"]

    assert uri_of("a b/é#?.py") == "a%20b/%C3%A9%23%3F.py"
    assert uri_of("a:b.py") == "a%3Ab.py"
