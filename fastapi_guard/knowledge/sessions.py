"""What opens a session or a connection to a database, in the libraries that FastAPI applications use."""

SESSION_CLASSES: frozenset[str] = frozenset({
    "sqlalchemy.ext.asyncio.AsyncSession", "sqlalchemy.ext.asyncio.session.AsyncSession", "sqlalchemy.orm.Session",
    "sqlalchemy.orm.session.Session", "sqlmodel.Session", "sqlmodel.ext.asyncio.session.AsyncSession", "sqlmodel.orm.session.Session",
})  # fmt: skip
"""Classes whose instances are sessions."""

SESSION_TYPES: frozenset[str] = frozenset(
    {"AsyncConnection", "AsyncSession", "Connection", "Database", "Session", "scoped_session"}
)
"""Last names of the types, of any library, that a parameter for a session or a connection is annotated with."""

SESSION_MAKERS: frozenset[str] = frozenset({
    "sqlalchemy.ext.asyncio.async_sessionmaker", "sqlalchemy.ext.asyncio.session.async_sessionmaker", "sqlalchemy.orm.session.sessionmaker",
    "sqlalchemy.orm.sessionmaker",
})  # fmt: skip
"""What gives something that opens a session when it is called."""

CONNECTORS: frozenset[str] = frozenset({
    "MySQLdb.connect", "aiosqlite.connect", "asyncpg.connect", "mysql.connector.connect", "oracledb.connect", "psycopg.connect",
    "psycopg2.connect", "pymysql.connect", "pyodbc.connect", "sqlite3.connect",
})  # fmt: skip
"""Functions that open a connection."""

ENGINES: frozenset[str] = frozenset({
    "sqlalchemy.create_engine", "sqlalchemy.engine.create_engine", "sqlalchemy.ext.asyncio.create_async_engine", "sqlmodel.create_engine",
})  # fmt: skip
"""Functions that make an engine; its `connect` and `begin` take a connection of its pool."""

CLOSING: frozenset[str] = frozenset(
    {"aclose", "close", "disconnect", "dispose", "quit", "release", "remove", "shutdown", "terminate"}
)
"""Methods that give a resource back."""
