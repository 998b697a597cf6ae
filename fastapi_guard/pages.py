"""A rule's page is its test: the code blocks are analysed, and the `# error: CODE` markers say what must be found.

A block ```` ```python ```` is a project of one file; consecutive blocks with `title="app/main.py"` are the files of
one project. A ```` ```toml ```` block before them is its configuration, as in `fastapi-guard.toml`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import tomli

from fastapi_guard.checks.run import CheckResult
from fastapi_guard.config.document import Document
from fastapi_guard.config.load import load_settings
from fastapi_guard.config.settings import Settings
from fastapi_guard.config.toml_places import find_places
from fastapi_guard.finding import Diagnostic, Problem
from fastapi_guard.rule import Rule

SECTIONS = ("Why", "Examples", "When to ignore it", "References")
"""What every page has, in this order; `Options` stands after the examples where there are some."""

SINGLE_FILE = "main.py"
"""The path of a block without a title."""

Place = tuple[str, int, str]
"""Path, line and code."""

_FENCE = re.compile(r"(?P<ticks>`{3,})(?P<language>\w*)[ \t]*(?P<info>.*)")
_TITLE = re.compile(r'title="(?P<path>[^"]+)"')
_MARKER = re.compile(r"[ \t]*# error: (?P<codes>[A-Z]+[0-9]{3}(?:, ?[A-Z]+[0-9]{3})*)[ \t]*$", re.MULTILINE)


@dataclass(slots=True)
class Example:
    """A small project of a page, with what must be found in it."""

    line: int
    """Of the page."""
    configuration: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    """Source by path, without the markers."""
    expected: set[Place] = field(default_factory=set)
    page_lines: dict[str, int] = field(default_factory=dict)
    """The line of the page above the first line of each file."""


@dataclass(frozen=True, slots=True)
class Page:
    """A rule's page, read."""

    title: str
    summary: str
    sections: tuple[str, ...]
    """The headings of second level."""
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Where a page and the analysis disagree."""

    line: int
    """Of the page."""
    message: str


Analyse = Callable[[Mapping[str, str], Settings, Sequence[Rule]], CheckResult]
"""Analyses files given as text by path; only the rules that the settings select."""


def read_page(text: str) -> Page:
    """The parts of a page."""
    blocks = re.split(r"\n[ \t]*\n", text.strip())
    summary = blocks[1] if len(blocks) > 1 and not blocks[1].startswith(("#", "```")) else ""
    title = blocks[0].removeprefix("#").strip() if blocks[0].startswith("# ") else ""
    prose = re.sub(r"^(`{3,}).*?^\1[ \t]*$", "", text, flags=re.MULTILINE | re.DOTALL)
    sections = tuple(re.findall(r"^## (.+?)[ \t]*$", prose, re.MULTILINE))
    return Page(title, " ".join(summary.split()), sections, tuple(_examples(text)))


def run_page(rule: Rule, rules: Sequence[Rule], analyse: Analyse) -> tuple[Mismatch, ...]:
    """Where the page of `rule` and the analysis of its examples disagree; nothing when the page is right.

    Each example is checked with the rules whose codes its markers or its configuration name, and the page's own.
    """
    page = read_page(rule.page.read_text("utf-8"))
    mismatches = list(_faults_of_layout(rule, page))
    for example in page.examples:
        try:
            settings = _settings_of(example, rule, rules)
        except Exception as error:
            mismatches.append(Mismatch(example.line, f"its configuration is refused: {error}"))
            continue
        mismatches.extend(_compared(example, analyse(example.texts, settings, rules)))
    return tuple(sorted(mismatches, key=lambda mismatch: (mismatch.line, mismatch.message)))


def split_markers(text: str) -> tuple[str, set[tuple[int, str]]]:
    """Source without its markers, and the line and code of each."""
    marked: set[tuple[int, str]] = set()
    for number, line in enumerate(text.split("\n"), start=1):
        found = _MARKER.search(line)
        if found:
            marked.update((number, code.strip()) for code in found["codes"].split(","))
    return _MARKER.sub("", text), marked


def _examples(text: str) -> Iterator[Example]:
    """Cut the page's code into projects."""
    current: Example | None = None
    configuration = ""
    for line, language, info, code in _blocks(text):
        title = _TITLE.search(info)
        if language == "toml":
            if current:
                yield current
            current, configuration = None, code
        elif language == "python":
            path = title["path"] if title else SINGLE_FILE
            starts_new = not title or current is None or path in current.texts or SINGLE_FILE in current.page_lines
            if current and starts_new:
                yield current
            if starts_new or current is None:
                current = Example(line, configuration)
                configuration = ""
            source, marked = split_markers(code)
            current.texts[path] = source
            current.page_lines[path] = line
            current.expected.update((path, number, code) for number, code in marked)
        else:
            if current:
                yield current
            current = None
    if current:
        yield current


def _blocks(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Line of the page, language, rest of the info string and content of every fenced block; headings as ``."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        fence = _FENCE.fullmatch(lines[number].rstrip())
        if fence is None:
            if lines[number].startswith("#"):
                yield number + 1, "", "", ""
            number += 1
            continue
        start = number + 1
        number = start
        while number < len(lines) and lines[number].rstrip() != fence["ticks"]:
            number += 1
        yield start, fence["language"], fence["info"], "\n".join(lines[start:number]) + "\n"
        number += 1


def _faults_of_layout(rule: Rule, page: Page) -> Iterator[Mismatch]:
    if page.title != f"{rule.code} {rule.name}":
        yield Mismatch(1, f"the title is `{page.title}` instead of `{rule.code} {rule.name}`")
    if not page.summary:
        yield Mismatch(1, "there is no summary under the title")
    if tuple(section for section in page.sections if section != "Options") != SECTIONS:
        yield Mismatch(1, f"the sections are {', '.join(page.sections)} instead of {', '.join(SECTIONS)}")
    if not any(code == rule.code for example in page.examples for _, _, code in example.expected):
        yield Mismatch(1, f"no example has the marker `# error: {rule.code}`")
    if all(example.expected for example in page.examples):
        yield Mismatch(1, "no example is free of errors")


def _settings_of(example: Example, rule: Rule, rules: Sequence[Rule]) -> Settings:
    settings = load_settings(_document(example.configuration), rules)
    if settings.select is not None:
        return settings
    codes = {rule.code, *(code for _, _, code in example.expected)}
    return load_settings(_document(f"select = {sorted(codes)}\n{example.configuration}"), rules)


def _document(configuration: str) -> Document:
    return Document(
        Path("fastapi-guard.toml"), "fastapi-guard.toml", tomli.loads(configuration), find_places(configuration), ()
    )


def _compared(example: Example, found: CheckResult) -> Iterator[Mismatch]:
    """Differences between the markers and the primary lines of what was found."""
    said: list[Diagnostic | Problem] = [*found.diagnostics, *found.problems]
    message_by_place: dict[Place, str] = {(one.location.path, one.location.line, one.code): one.message for one in said}
    for path, line, code in sorted(example.expected - message_by_place.keys()):
        yield Mismatch(example.page_lines.get(path, example.line) + line, f"{code} is not found in {path}")
    for (path, line, code), message in sorted(message_by_place.items()):
        if (path, line, code) not in example.expected:
            page_line = example.page_lines[path] + line if path in example.page_lines else example.line
            yield Mismatch(page_line, f"{code} has no marker in {path}: {message}")
