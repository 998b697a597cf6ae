"""How the data layers of FastAPI applications are spelled: tables, owner columns, sessions, query methods."""

TABLE_BASES: frozenset[str] = frozenset({
    "beanie.Document", "beanie.odm.documents.Document", "mongoengine.Document", "odmantic.Model", "ormar.Model", "peewee.Model",
    "tortoise.Model", "tortoise.models.Model", "piccolo.table.Table", "gino.api.Gino.Model",
})  # fmt: skip
"""Library classes whose subclasses are tables or collections."""

OWNER_COLUMNS: tuple[str, ...] = (
    "user_id", "owner_id", "author_id", "created_by", "created_by_id", "creator_id", "tenant_id", "org_id", "organization_id",
    "organisation_id", "account_id", "customer_id", "user", "owner", "author", "tenant", "creator", "userid", "owner_user_id",
    "company_id", "workspace_id", "member_id", "profile_id", "usuario_id", "utilisateur_id", "benutzer_id",
)  # fmt: skip
"""Columns that say whose row it is, strongest first."""

USER_TABLES: frozenset[str] = frozenset({
    "user", "users", "account", "accounts", "authuser", "customer", "customers", "member", "members", "tenant", "tenants",
    "organization", "organizations", "profile", "profiles", "usuario", "usuarios", "person", "people", "usermodel", "dbuser",
    "userdb", "usertable", "ormuser", "userentity", "author", "authors", "owner", "owners",
})  # fmt: skip
"""Names (lower case, without underscores) of tables whose rows are the principals themselves."""

SELECTS: frozenset[str] = frozenset({"sqlmodel.select", "sqlalchemy.select", "sqlalchemy.future.select", "sqlalchemy.sql.select", "sqlalchemy.sql.expression.select", "sqlmodel.sql.expression.select"})
STATEMENTS: dict[str, str] = {
    **dict.fromkeys(SELECTS, "select"),
    **{f"{module}.{name}": name for module in ("sqlmodel", "sqlalchemy", "sqlalchemy.sql", "sqlalchemy.sql.expression", "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.mysql") for name in ("update", "delete", "insert")},
}
"""Functions that begin a statement, and its kind."""

EXECUTES: frozenset[str] = frozenset({"exec", "execute", "scalar", "scalars", "scalar_one", "scalar_one_or_none", "stream", "stream_scalars", "fetch_all", "fetch_one", "fetch_val", "iterate"})
"""Methods of sessions and connections that run a statement."""

GETS: frozenset[str] = frozenset({"get", "get_one"})
QUERY_ENDS: frozenset[str] = frozenset({"all", "first", "one", "one_or_none", "scalar", "scalars", "count", "delete", "update", "get", "paginate", "exists", "last", "fetchall"})
"""Methods that run a `session.query(...)`."""

FILTERS: frozenset[str] = frozenset({"where", "filter", "filter_by", "having", "join", "outerjoin", "and_", "or_", "exclude"})
"""Methods whose arguments bound a query."""

MODEL_QUERIES: dict[str, str] = {
    "all": "select", "filter": "select", "exclude": "select", "find": "select", "find_all": "select", "find_many": "select",
    "select": "select", "first": "select", "get": "get", "get_or_none": "get", "get_by_id": "get", "find_one": "select",
    "get_or_404": "get", "create": "insert", "insert": "insert", "bulk_create": "insert", "insert_many": "insert",
    "update": "update", "delete": "delete", "get_or_create": "upsert", "update_or_create": "upsert",
}  # fmt: skip
"""Methods of table classes of active-record libraries, and what they do."""

WRITES: dict[str, str] = {"add": "insert", "add_all": "insert", "merge": "upsert", "bulk_save_objects": "insert", "delete": "delete", "save": "save", "insert": "insert"}
"""Methods that write an object."""

TRANSACTIONS: frozenset[str] = frozenset({"commit", "flush", "refresh", "rollback"})

ROLE_ATTRIBUTES: frozenset[str] = frozenset({
    "is_superuser", "is_admin", "is_staff", "is_superadmin", "is_moderator", "role", "roles", "permissions", "scopes", "is_owner",
    "admin", "superuser", "user_type", "user_role", "is_super_user", "privileges",
})  # fmt: skip
"""Attributes of a principal that say what it may do."""
