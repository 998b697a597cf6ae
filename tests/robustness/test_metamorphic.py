"""Changes that mean nothing move findings and change none of them (P10)."""

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache

import pytest
from robustness.inputs import applications

from fastapi_guard.analysis import analyse
from fastapi_guard.checks.registry import load_rules
from fastapi_guard.config.settings import Settings
from fastapi_guard.finding import Diagnostic
from fastapi_guard.source.reading import SourceFile, decode

Texts = Mapping[str, str]
APPLICATIONS = applications()
EVERY = pytest.mark.parametrize("name", APPLICATIONS)


@cache
def original(name: str) -> tuple[Diagnostic, ...]:
    """What is found in an application as it is."""
    return diagnostics_of(APPLICATIONS[name])


def said(texts: Texts) -> Counter[tuple[object, ...]]:
    """What is found, without the places."""
    return anywhere(diagnostics_of(texts))


def anywhere(diagnostics: Iterable[Diagnostic]) -> Counter[tuple[object, ...]]:
    return Counter(without_place(diagnostic) for diagnostic in diagnostics)


def diagnostics_of(texts: Texts) -> tuple[Diagnostic, ...]:
    result = analyse(texts, Settings(profile="strict"), load_rules())
    assert result.problems == ()
    return result.diagnostics


def without_place(diagnostic: Diagnostic) -> tuple[object, ...]:
    operations = tuple((operation.method, operation.path) for operation in diagnostic.finding.operations)
    return diagnostic.code, diagnostic.location.path, diagnostic.message, operations


def decoded(path: str, content: bytes) -> str:
    source = decode(path, content)
    assert isinstance(source, SourceFile)
    return source.text


def with_comments(path: str, text: str) -> str:
    return "# a comment\n\n" + text + "\n\n# the end\n"


def with_crlf(path: str, text: str) -> str:
    return decoded(path, text.replace("\n", "\r\n").encode())


def with_byte_order_mark(path: str, text: str) -> str:
    return decoded(path, b"\xef\xbb\xbf" + text.encode())


def reformatted(path: str, text: str) -> str:
    return ast.unparse(ast.parse(text)) if "fastapi-guard:" not in text else text


@EVERY
@pytest.mark.parametrize(
    "change", [with_comments, with_crlf, with_byte_order_mark, reformatted], ids=lambda c: c.__name__
)
def test_what_means_nothing_changes_nothing(change: Callable[[str, str], str], name: str) -> None:
    texts = APPLICATIONS[name]

    assert said({path: change(path, text) for path, text in texts.items()}) == anywhere(original(name))


@EVERY
def test_comments_move_findings_by_their_lines(name: str) -> None:
    texts = APPLICATIONS[name]
    moved = diagnostics_of({path: with_comments(path, text) for path, text in texts.items()})

    assert [d.location.line - 2 for d in moved] == [d.location.line for d in original(name)]
    assert [d.fingerprint for d in moved] == [d.fingerprint for d in original(name)]


@EVERY
def test_unrelated_files_change_nothing(name: str) -> None:
    texts = APPLICATIONS[name]
    unrelated = {
        "unrelated/__init__.py": "",
        "unrelated/numbers.py": "def add(a: int, b: int) -> int:\n    return a + b\n",
        "unrelated/main.py": "def main() -> None:\n    print('nothing')\n\n\nmain()\n",
    }

    assert said({**texts, **unrelated}) == anywhere(original(name))


@EVERY
def test_what_is_suppressed_everywhere_is_gone(name: str) -> None:
    texts = dict(APPLICATIONS[name])
    codes_by_path: dict[str, set[str]] = {}
    for diagnostic in original(name):
        for path in {diagnostic.location.path, *(operation.file for operation in diagnostic.finding.operations)}:
            codes_by_path.setdefault(path, set()).add(diagnostic.code)
    for path, codes in codes_by_path.items():
        texts[path] = f"# fastapi-guard: file-ignore[{', '.join(sorted(codes))}] for a test\n{texts[path]}"

    left = [diagnostic for diagnostic in diagnostics_of(texts) if diagnostic.code != "FG003"]

    assert left == []


@EVERY
@pytest.mark.parametrize(
    "comment", ["# fastapi-guard: ignore", "# fastapi-guard ignore[{}]", "# fastapi-guard: off[{}] why"]
)
def test_a_malformed_suppression_suppresses_nothing(comment: str, name: str) -> None:
    texts = APPLICATIONS[name]
    before = anywhere(original(name))
    codes = ", ".join(sorted({code for code, *_ in before}))  # type: ignore[type-var]
    changed = {path: f"{text}\n{comment.format(codes)}\n" for path, text in texts.items()}

    assert before - said(changed) == Counter()
