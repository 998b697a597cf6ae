"""How an application answers a stranger: somebody without a credential, and somebody with a forged one.

A forged credential is well formed (a JWT that names user 1, signed with another key), so that what only looks at a
token, and does not verify it, lets it pass.
"""

import re
from typing import Any

REJECTED = (401, 403)
UNDECIDED = 422
NUMBER, UUID = "1", "00000000-0000-4000-8000-000000000001"


def answers(app: Any, routes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each HTTP operation the two status codes, for each WebSocket whether it was accepted."""
    from starlette.testclient import TestClient

    found = []
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        for route in routes:
            if route["kind"] == "http":
                for method in route["methods"]:
                    answer = [_status(client, method, route["path"], forged) for forged in (False, True)]
                    found.append({"method": method, "path": route["path"], "bare": answer[0], "forged": answer[1]})
            elif route["kind"] == "websocket":
                answer = [_is_accepted(client, route["path"], forged) for forged in (False, True)]
                found.append({"method": "WEBSOCKET", "path": route["path"], "bare": answer[0], "forged": answer[1]})
    return found


def _status(client: Any, method: str, path: str, forged: bool) -> int:
    credentials = _forged_credentials() if forged else {}
    for value in (NUMBER, UUID):
        status = 0
        for body in ({}, {"json": {}}):
            client.cookies.clear()
            if forged:
                client.cookies.update(
                    {"session": _forged_token(), "session_id": "forged", "access_token": _forged_token()}
                )
            status = client.request(method, re.sub(r"\{[^{}]*\}", value, path), **credentials, **body).status_code
            if status != UNDECIDED:
                return status
    return status


def _is_accepted(client: Any, path: str, forged: bool) -> bool:
    from starlette.websockets import WebSocketDisconnect

    credentials = _forged_credentials() if forged else {}
    try:
        with client.websocket_connect(re.sub(r"\{[^{}]*\}", NUMBER, path), **credentials):
            return True
    except WebSocketDisconnect:
        return False


def _forged_credentials() -> dict[str, Any]:
    token = _forged_token()
    headers = {"Authorization": f"Bearer {token}", "X-API-Key": "forged", "X-Token": token}
    return {"headers": headers, "params": {"token": token, "api_key": "forged"}}


def _forged_token() -> str:
    import jwt

    claims = {"sub": "1", "user_id": "1", "email": "stranger@example.com", "role": "admin", "exp": 4102444800}
    return jwt.encode(claims, "a key that the application does not know", algorithm="HS256")
