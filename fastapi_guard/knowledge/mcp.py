"""How libraries serve MCP over HTTP, and how they are told who may come in."""

FROM_APPLICATION: frozenset[str] = frozenset({"fastapi_mcp.FastApiMCP", "fastapi_mcp.server.FastApiMCP"})
"""Classes that make tools of the operations of an application, and add routes to it when they are mounted."""

MOUNTING: frozenset[str] = frozenset({"mount", "mount_http", "mount_sse"})
"""Their methods that do so."""

SERVERS: tuple[str, ...] = (
    "fastmcp.FastMCP",
    "fastmcp.server.FastMCP",
    "mcp.server.fastmcp.FastMCP",
    "mcp.server.FastMCP",
)
"""Classes of servers that give an application to be mounted."""

SERVING: frozenset[str] = frozenset({"http_app", "sse_app", "streamable_http_app"})
"""Their methods that do so."""

AUTHENTICATING: frozenset[str] = frozenset(
    {"auth", "auth_config", "auth_server_provider", "middleware", "token_verifier"}
)
"""Arguments and attributes by which they are told who may come in."""
