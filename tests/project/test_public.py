"""What is public by nature, and what only sounds like it."""

import pytest

from fastapi_guard.analysis import run_analysis
from fastapi_guard.config.settings import Settings
from fastapi_guard.facts.deep_stack import with_deep_stack


def public_reasons(code: str) -> dict[str, str | None]:
    """Why each operation of an application is public, by `METHOD /path`."""
    text = f"import logging\nimport stripe\nfrom fastapi import FastAPI, Header, HTTPException, Request\n\napp = FastAPI()\n{code}"
    project = with_deep_stack(run_analysis, {"main.py": text}, Settings(), ()).project
    return {operation.title: operation.public_reason for operation in project.operations}


def handler(method: str, path: str, name: str = "handle", body: str = "return 1") -> str:
    return f'@app.{method.lower()}("{path}")\nasync def {name}(request: Request):\n    {body}\n'


PUBLIC = [
    ("GET", "/", "root"),
    ("GET", "/api/v1", "root"),
    ("GET", "/health", "health"),
    ("GET", "/api/v1/health/database", "check_database"),
    ("GET", "/jobs/health", "jobs"),
    ("HEAD", "/mcp/sse", "im_alive"),
    ("GET", "/favicon.ico", "icon"),
    ("GET", "/llms.txt", "texts"),
    ("GET", "/.well-known/openid-configuration", "discovery"),
    ("POST", "/login", "login"),
    ("POST", "/auth/client_login", "enter"),
    ("POST", "/login-with-google", "enter"),
    ("GET", "/oauth2/providers/{provider}/authentication", "start"),
    ("GET", "/auth/google/callback", "back"),
    ("POST", "/users/register", "create"),
    ("POST", "/admin/login", "login_admin"),
    ("POST", "/auth/reset-password", "reset"),
    ("GET", "/auth/verify/{token}", "verify"),
    ("PUT", "/users/{user_id}/activate", "activate"),
    ("POST", "/auth/send-password-reset", "send_reset"),
    ("POST", "/users/auth/verification-email", "mail_link"),
]


@pytest.mark.parametrize(("method", "path", "name"), PUBLIC)
def test_it_is_public(method: str, path: str, name: str) -> None:
    """Where a stranger becomes somebody, and what says how the service is."""
    assert public_reasons(handler(method, path, name))[f"{method} {path}"]


PRIVATE = [
    ("GET", "/health/records", "list_records"),
    ("GET", "/tasks/status", "task_status"),
    ("GET", "/patients/{patient}/health", "vital_signs"),
    ("POST", "/health", "report"),
    ("POST", "/devices/register", "register_device"),
    ("GET", "/users/{user_id}/token", "read_token"),
    ("POST", "/admin", "register_admin"),
    ("POST", "/admin/register", "create"),
    ("GET", "/social/start", "start"),
]


@pytest.mark.parametrize(("method", "path", "name"), PRIVATE)
def test_it_is_not_public(method: str, path: str, name: str) -> None:
    """Words that mean something else where they stand."""
    assert public_reasons(handler(method, path, name))[f"{method} {path}"] is None


def test_a_webhook_that_checks_a_signature_is_public() -> None:
    checked = handler("POST", "/pay/webhook", body="stripe.Webhook.construct_event(1, request.headers['x'], 'k')")
    handed_on = handler("POST", "/git/webhook", "other", "return request.headers['X-Hub-Signature-256']")
    unsigned = handler("POST", "/mail/webhook", "third")

    reasons = public_reasons(checked + handed_on + unsigned)

    assert reasons == {
        "POST /pay/webhook": "is signed by its caller",
        "POST /git/webhook": "is signed by its caller",
        "POST /mail/webhook": None,
    }


def test_what_answers_for_unknown_paths_is_public_when_it_only_raises() -> None:
    assert public_reasons(handler("GET", "/api/{path:path}", body="raise HTTPException(404)")) == {
        "GET /api/{path:path}": "refuses everybody"
    }
    assert public_reasons(handler("GET", "/api/{path:path}")) == {"GET /api/{path:path}": None}


def test_a_handler_that_only_raises_is_public() -> None:
    """Whoever calls it gets an error; one that does something before is not."""
    refuses = handler("DELETE", "/a", "a", "logging.info('no')\n    raise HTTPException(403)")
    acts = handler("DELETE", "/b", "b", "request.app.state.rows.clear()\n    raise HTTPException(403)")

    assert public_reasons(refuses + acts) == {"DELETE /a": "refuses everybody", "DELETE /b": None}


LOGIN = handler("POST", "/login", "login")


@pytest.mark.parametrize(
    "path", ["/users", "/users/", "/users/create", "/usuarios/", "/create-user", "/api/v1/accounts/new"]
)
def test_with_a_login_and_no_sign_up_what_makes_users_is_the_sign_up(path: str) -> None:
    assert public_reasons(LOGIN + handler("POST", path))[f"POST {path}"]


@pytest.mark.parametrize("path", ["/users/{user_id}", "/users/search", "/admin/users", "/user-groups", "/staff"])
def test_not_every_post_near_users_is_a_sign_up(path: str) -> None:
    assert public_reasons(LOGIN + handler("POST", path))[f"POST {path}"] is None


def test_where_there_is_a_sign_up_making_users_is_for_administrators() -> None:
    reasons = public_reasons(LOGIN + handler("POST", "/signup", "sign_up") + handler("POST", "/users", "create_user"))

    assert reasons["POST /users"] is None


def test_without_a_login_nobody_signs_up() -> None:
    assert public_reasons(handler("POST", "/users")) == {"POST /users": None}
