"""FG871 mcp-mounted-without-auth."""

from collections.abc import Iterator

from fastapi_guard.api import ERROR, Finding, Project, Related, rule, short_name


@rule("FG871", severity=ERROR)
def mcp_mounted_without_auth(project: Project, _: Project) -> Iterator[Finding]:
    """An MCP server is served over HTTP and asks nobody who he is."""
    for server in project.mcp_servers:
        application = short_name(server.application) if server.application else "the application"
        what = f"the operations of `{application}`" if server.serves_operations else f"the tools at `{server.name}`"
        yield Finding(
            server.location,
            f"whoever finds the MCP server of `{application}` can list and call {what}: nothing asks who he is",
            related=(Related(server.made_at, "it is made here"),) if server.made_at else (),
            help="Give `FastApiMCP` an `auth_config` with dependencies, `FastMCP` an `auth`.",
            symbol=server.application.name if server.application else "",
        )
