"""What is given the address of a database: functions and classes of drivers and ORMs."""

ENGINES: dict[str, tuple[str, int | None]] = {
    "asyncpg.connect": ("dsn", 0),
    "asyncpg.create_pool": ("dsn", 0),
    "databases.Database": ("url", 0),
    "motor.motor_asyncio.AsyncIOMotorClient": ("host", 0),
    "playhouse.db_url.connect": ("url", 0),
    "psycopg.AsyncConnection.connect": ("conninfo", 0),
    "psycopg.connect": ("conninfo", 0),
    "psycopg2.connect": ("dsn", 0),
    "psycopg_pool.AsyncConnectionPool": ("conninfo", 0),
    "psycopg_pool.ConnectionPool": ("conninfo", 0),
    "pymongo.AsyncMongoClient": ("host", 0),
    "pymongo.MongoClient": ("host", 0),
    "sqlalchemy.create_engine": ("url", 0),
    "sqlalchemy.engine.create_engine": ("url", 0),
    "sqlalchemy.ext.asyncio.create_async_engine": ("url", 0),
    "sqlmodel.create_engine": ("url", 0),
    "tortoise.Tortoise.init": ("db_url", 1),
    "tortoise.contrib.fastapi.RegisterTortoise": ("db_url", 2),
    "tortoise.contrib.fastapi.register_tortoise": ("db_url", 2),
}
"""The keyword and the position of the address, by the dotted name of what is called."""

ENGINE_CALLS: tuple[str, ...] = tuple(sorted({f"{name.rpartition('.')[2]}(" for name in ENGINES}))
