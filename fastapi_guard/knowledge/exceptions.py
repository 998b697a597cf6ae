"""What the texts of exceptions say: tables of dotted names."""

INTERNAL_BUILTINS: frozenset[str] = frozenset({
    "builtins.AttributeError", "builtins.BaseException", "builtins.ConnectionError", "builtins.Exception",
    "builtins.FileNotFoundError", "builtins.IOError", "builtins.ImportError", "builtins.ModuleNotFoundError",
    "builtins.NameError", "builtins.OSError", "builtins.SystemError",
})  # fmt: skip
"""Built-in exceptions whose text Python writes, with names, paths and addresses of the server in it.

`TypeError` and `KeyError` are none of them: much code raises them with a text of its own.
"""

INTERNAL_PACKAGES: frozenset[str] = frozenset({
    "aiobotocore", "aiofiles", "aiohttp", "aiokafka", "aiomysql", "aioredis", "aiosmtplib", "aiosqlite", "anthropic", "asyncpg",
    "azure", "beanie", "boto3", "botocore", "celery", "confluent_kafka", "docker", "elasticsearch", "google", "grpc", "httpcore",
    "httpx", "kafka", "kubernetes", "minio", "motor", "mysql", "neo4j", "openai", "oracledb", "paramiko", "pika", "psycopg",
    "psycopg2", "pymongo", "pymysql", "pyodbc", "redis", "requests", "smtplib", "socket", "sqlalchemy", "sqlite3", "sqlmodel",
    "ssl", "subprocess", "supabase", "urllib", "urllib3",
})  # fmt: skip
"""Packages whose exceptions tell statements, hosts, buckets and credentials."""


def is_internal(name: str) -> bool:
    """Whether the text of an exception class is written for those who run the server."""
    return name in INTERNAL_BUILTINS or name.partition(".")[0] in INTERNAL_PACKAGES
