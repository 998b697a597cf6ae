"""The applications that pages show, run by FastAPI itself."""

from fastapi.testclient import TestClient
from sqlmodel import SQLModel

from fastapi_guard.checks.registry import load_rules
from fastapi_guard.pages import SINGLE_FILE, read_page


def client_of(code: str, number: int) -> TestClient:
    """A client of the application of an example of a rule's page; tables of other examples are forgotten."""
    page = next(rule.page for rule in load_rules() if rule.code == code)
    example = read_page(page.read_text("utf-8")).examples[number]
    SQLModel.metadata.clear()
    namespace: dict[str, object] = {"__name__": f"{code}_{number}"}
    exec(compile(example.texts[SINGLE_FILE], f"<{code}>", "exec"), namespace)
    return TestClient(namespace["app"], raise_server_exceptions=False)  # type: ignore[arg-type]
