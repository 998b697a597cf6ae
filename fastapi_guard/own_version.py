"""The version of this program, asked for by the name of its distribution."""


def own_version() -> str:
    """The version of the installed distribution."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("fastapi-guard-lint")
    except PackageNotFoundError:
        return "0+unknown"
