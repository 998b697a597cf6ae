"""The page and the chart of `routes` hold what the analysed tree says as text, and nothing of it acts."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

from hypothesis import given, settings
from report.sample_result import RESULT
from report.test_inert import VIEW, hostile_text, result_with

from fastapi_guard.report.formats import ROUTES_FORMATS
from fastapi_guard.report.inert import visible


class Page(HTMLParser):
    """The elements of a page, and the text of its scripts; a class because the parser is one."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag in ("script", "style"):
            (self.scripts if tag == "script" else self.styles).append("")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.scripts[-1] += data
        elif self.cdata_elem == "style":
            self.styles[-1] += data

    @property
    def data(self) -> Any:
        return json.loads(self.scripts[0])


def html(result: Any) -> str:
    return "".join(ROUTES_FORMATS["html"].write(result, VIEW))


@given(text=hostile_text)
@settings(max_examples=60, deadline=None)
def test_hostile_text_adds_no_element_and_is_kept_as_text(text: str) -> None:
    page = Page(html(result_with(text)))
    [operation] = page.data["apps"][0]["routers"][0]["operations"]

    assert page.tags == Page(html(result_with("plain"))).tags
    assert operation["path"] == visible(text)
    assert page.data["words"][operation["handler"]] == visible(text)


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = Page(html(RESULT))
    policy = next(value for name, value in page.attributes if name == "content" and value and "default-src" in value)

    assert not [value for name, value in page.attributes if name in ("src", "href", "action")]
    assert not re.search(r"https?:|url\(|@import", page.scripts[1] + page.styles[0])
    assert policy.split("; ")[0] == "default-src 'none'"


def test_the_policy_allows_the_script_and_the_style_of_the_page_and_no_others() -> None:
    page = Page(html(RESULT))
    policy = next(value for name, value in page.attributes if name == "content" and value and "default-src" in value)

    assert re.findall(r"(style|script)-src '(sha256-[^']+)'", policy) == [
        ("style", digest(page.styles[0])),
        ("script", digest(page.scripts[1])),
    ]


def test_every_operation_shows_its_chain_with_source_lines() -> None:
    data = Page(html(RESULT)).data
    operations = {
        (tuple(operation["methods"]), operation["path"]): operation
        for router in data["apps"][0]["routers"]
        for operation in router["operations"]
    }
    chain = operations[("GET",), "/api/v1/tasks/{task_id}"]["way"]
    place = chain[-1][2]

    assert len(operations) == len(RESULT.project.operations)
    assert data["words"][place[0]] == "app/api/tasks.py"
    assert data["sources"]["app/api/tasks.py"][str(place[1])].startswith("async def read_task(")


_NODE = re.compile(r'  [ru]\d+\["[A-Za-z0-9 _./,#;-]*(?:<br/>[A-Za-z0-9 _./,#;-]*)*"\]:::[a-z]+')
_EDGE = re.compile(r'  r\d+ -->(?:\|"[A-Za-z0-9 _./,#;-]*"\|)? r\d+')
_CLASS = re.compile(r"  classDef [a-z]+ [a-z0-9:#, -]+")


@given(text=hostile_text)
@settings(max_examples=60, deadline=None)
def test_a_chart_is_nodes_edges_and_classes_whatever_the_names(text: str) -> None:
    head, *lines = "".join(ROUTES_FORMATS["mermaid"].write(result_with(text), VIEW)).splitlines()
    names = [unescaped(re.split(r'"|<br/>', line)[1]) for line in lines if line.startswith("  r0[")]

    assert head == "flowchart LR"
    assert not [line for line in lines if not any(kind.fullmatch(line) for kind in (_NODE, _EDGE, _CLASS))]
    assert names == [visible(text) or "a router"]


def unescaped(label: str) -> str:
    return re.sub(r"#(\d+);", lambda found: chr(int(found.group(1))), label)


def digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
