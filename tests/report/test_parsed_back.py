"""Every format says where each finding is, in a way that a reader gets it back."""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from typing import Any

import pytest
from markdown_it import MarkdownIt
from report.runner_commands import commands_in
from report.sample_result import RESULT

from fastapi_guard.report.formats import CHECK_FORMATS
from fastapi_guard.report.view import View

Place = tuple[str, int, str]
"""Path, line and code."""


def from_concise(text: str) -> list[Place]:
    matches = [re.fullmatch(r"(.+?):(\d+):(\d+): ([A-Z]{2,3}\d{3}) .*", line) for line in text.splitlines()]
    return [(found[1], int(found[2]), found[4]) for found in matches if found]


def from_grouped(text: str) -> list[Place]:
    places, path = [], ""
    for line in filter(None, text.splitlines()):
        if not line.startswith(" "):
            path = line.removesuffix(":")
            continue
        position, code = line.split()[:2]
        places.append((path, int(position.partition(":")[0]), code))
    return places


def from_json(text: str) -> list[Place]:
    document = json.loads(text)
    return [_place(entry) for entry in document["problems"] + document["findings"]]


def from_json_lines(text: str) -> list[Place]:
    records = [json.loads(line) for line in text.splitlines()]
    return [_place(record) for record in records if record["type"] != "summary"]


def from_github(text: str) -> list[Place]:
    found = [command.properties for command in commands_in(text)]
    return [(each["file"], int(each["line"]), each["title"].split()[0]) for each in found]


def from_sarif(text: str) -> list[Place]:
    [run] = json.loads(text)["runs"]
    results = [result for result in run["results"] if "suppressions" not in result]
    notifications = run["invocations"][0]["toolExecutionNotifications"]
    codes = [(entry, entry["descriptor"]["id"]) for entry in notifications] + [(r, r["ruleId"]) for r in results]
    places = [(entry["locations"][0]["physicalLocation"], code) for entry, code in codes]
    return [(place["artifactLocation"]["uri"], place["region"]["startLine"], code) for place, code in places]


def from_gitlab(text: str) -> list[Place]:
    places = []
    for issue in json.loads(text):
        code = re.match(r"[A-Z]+\d{3}", issue["description"]) or re.match(r"[A-Z]+\d{3}", issue["check_name"])
        assert code
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        places.append((issue["location"]["path"], issue["location"]["lines"]["begin"], code[0]))
    return places


def from_junit(text: str) -> list[Place]:
    cases = ElementTree.fromstring(text.encode()).iter("testcase")
    return [(case.attrib["file"], int(case.attrib["line"]), case.attrib["name"].split()[0]) for case in cases]


def from_markdown(text: str) -> list[Place]:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    spans = [child.content for token in tokens for child in token.children or () if child.type == "code_inline"]
    places = []
    for index, span in enumerate(spans):
        found = re.fullmatch(r"(.+):(\d+)", span)
        if found and re.match(r"[A-Z]{2,3}\d{3}", spans[index - 1]):
            places.append((found[1], int(found[2]), spans[index - 1].split()[0]))
    return places


READERS: dict[str, Callable[[str], list[Place]]] = {
    "concise": from_concise,
    "grouped": from_grouped,
    "json": from_json,
    "json-lines": from_json_lines,
    "github": from_github,
    "sarif": from_sarif,
    "gitlab": from_gitlab,
    "junit": from_junit,
    "markdown": from_markdown,
}


def test_every_format_but_the_one_for_people_has_a_reader() -> None:
    assert set(CHECK_FORMATS) - set(READERS) == {"full"}


@pytest.mark.parametrize("name", READERS)
def test_every_place_is_read_back(name: str) -> None:
    expected = [
        (entry.location.path, entry.location.line, entry.code) for entry in (*RESULT.problems, *RESULT.diagnostics)
    ]

    assert sorted(READERS[name]("".join(CHECK_FORMATS[name].write(RESULT, View("1"))))) == sorted(expected)


def _place(entry: dict[str, Any]) -> Place:
    return entry["path"], entry["line"], entry["code"]
