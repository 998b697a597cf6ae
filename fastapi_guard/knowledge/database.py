"""How the data layers of FastAPI applications are spelled: tables, owner columns, sessions, query methods."""

import re
from functools import cache

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

TENANT_COLUMNS: frozenset[str] = frozenset({
    "tenant_id", "org_id", "organization_id", "organisation_id", "company_id", "workspace_id", "tenant", "organization", "company",
})  # fmt: skip
"""Columns that say to which customer of the service a row belongs; a role is held within one."""

TENANT_TABLES: frozenset[str] = frozenset(
    {"tenant", "tenants", "organization", "organizations", "organisation", "organisations", "company", "companies"}
)
MEMBERSHIPS = re.compile(r"\w*(?:member(?:ship)?|participant|collaborator)s?")
"""Plain names of tables that link users to what they share; rows of what is shared belong to its members."""

ATTRIBUTIONS: frozenset[str] = frozenset(
    {"author_id", "author", "created_by", "created_by_id", "creator_id", "creator"}
)
"""Owner columns that say who made a row; others may be meant to read it."""

OWNER_PATTERN = re.compile(
    r"(?:id_|fk_)(?:user|usuario|owner|cliente|client|customer|utilisateur|benutzer|usuario_id)|(?:user|owner|usuario|client|cliente|customer|account)_?(?:id|fk|uuid|uid)"
)
"""Other spellings of owner columns."""

SHARED_TABLES = re.compile(
    r"(?:blog)?posts?|blogs?|articles?|comments?|reviews?|ratings?|likes?|votes?|groups?|notices?|announcements?|products?|categor(?:y|ies)|tags?"
    r"|news|events?|rooms?|hotels?|topics?|threads?|polls?|questions?|answers?|recipes?|courses?|channels?|listings?|properties|tweets?|stories|follows?|followers?|\w*(?:members?|memberships?|participants?|attendees?|enrollments?)"
)
"""Plain names of tables whose rows are usually there for everybody to read; only breaks ties."""

SELF_QUERYING = ("tortoise.", "beanie.", "peewee.", "mongoengine.", "ormar.", "odmantic.", "piccolo.")

USER_TABLES: frozenset[str] = frozenset({
    "user", "users", "account", "accounts", "authuser", "customer", "customers", "member", "members", "tenant", "tenants",
    "organization", "organizations", "profile", "profiles", "usuario", "usuarios", "person", "people", "usermodel", "dbuser",
    "userdb", "usertable", "ormuser", "userentity", "author", "authors", "owner", "owners",
})  # fmt: skip
"""Names (lower case, without underscores) of tables whose rows are the principals themselves."""

SELECTS: frozenset[str] = frozenset(
    {
        "sqlmodel.select",
        "sqlalchemy.select",
        "sqlalchemy.future.select",
        "sqlalchemy.sql.select",
        "sqlalchemy.sql.expression.select",
        "sqlmodel.sql.expression.select",
    }
)
STATEMENTS: dict[str, str] = {
    **dict.fromkeys(SELECTS, "select"),
    **{
        f"{module}.{name}": name
        for module in (
            "sqlmodel",
            "sqlalchemy",
            "sqlalchemy.sql",
            "sqlalchemy.sql.expression",
            "sqlalchemy.dialects.postgresql",
            "sqlalchemy.dialects.sqlite",
            "sqlalchemy.dialects.mysql",
        )
        for name in ("update", "delete", "insert")
    },
}
"""Functions that begin a statement, and its kind."""

EXECUTES: frozenset[str] = frozenset(
    {
        "exec",
        "execute",
        "scalar",
        "scalars",
        "scalar_one",
        "scalar_one_or_none",
        "stream",
        "stream_scalars",
        "fetch_all",
        "fetch_one",
        "fetch_val",
        "fetch",
        "fetchrow",
        "fetchval",
        "iterate",
    }
)
"""Methods of sessions and connections that run a statement."""

GIVES_NONE: frozenset[str] = frozenset(
    {"first", "one_or_none", "scalar", "scalar_one_or_none", "get_or_none", "find_one"}
)
"""Methods that give one row, or None."""
GIVES_NONE_TO: frozenset[str] = frozenset({"get"})
"""Methods of sessions and queries that do when they are given what to look for."""

GETS: frozenset[str] = frozenset({"get", "get_one"})
QUERY_ENDS: frozenset[str] = frozenset(
    {
        "all",
        "first",
        "one",
        "one_or_none",
        "scalar",
        "scalars",
        "count",
        "delete",
        "update",
        "get",
        "paginate",
        "exists",
        "last",
        "fetchall",
    }
)
"""Methods that run a `session.query(...)`."""

FILTERS: frozenset[str] = frozenset({"where", "filter", "filter_by", "having", "and_", "or_", "exclude"})
"""Methods whose arguments bound a query."""

JOINS: frozenset[str] = frozenset({"join", "outerjoin", "select_from", "join_from", "outerjoin_from"})
AGGREGATES: frozenset[str] = frozenset({"count", "sum", "avg", "exists", "max", "min", "total"})
"""Functions and methods that give a number and no rows."""

MODEL_QUERIES: dict[str, str] = {
    "all": "select", "filter": "select", "exclude": "select", "find": "select", "find_all": "select", "find_many": "select",
    "select": "select", "first": "select", "get": "get", "get_or_none": "get", "get_by_id": "get", "find_one": "select",
    "get_or_404": "get", "create": "insert", "insert": "insert", "bulk_create": "insert", "insert_many": "insert",
    "update": "update", "delete": "delete", "get_or_create": "upsert", "update_or_create": "upsert",
    "delete_by_id": "delete", "set_by_id": "update",
}  # fmt: skip
"""Methods of table classes of active-record libraries, and what they do."""

KEYED: frozenset[str] = frozenset({"get", "get_by_id", "get_or_404", "delete_by_id", "set_by_id"})
"""Those whose first argument may be the key itself."""

DOCUMENT_CLIENTS = ("motor.", "pymongo.", "mongomock")
"""Libraries whose clients have databases, which have collections."""

DOCUMENT_QUERIES: dict[str, str] = {
    "find": "select", "find_one": "select", "aggregate": "select", "distinct": "select", "count_documents": "select",
    "estimated_document_count": "select", "insert_one": "insert", "insert_many": "insert", "update_one": "update",
    "update_many": "update", "replace_one": "update", "find_one_and_update": "update", "find_one_and_replace": "update",
    "delete_one": "delete", "delete_many": "delete", "find_one_and_delete": "delete",
}  # fmt: skip
"""Methods of collections, and what they do."""

ENGINE_QUERIES: dict[str, str] = {"find": "select", "find_one": "select", "count": "select", "remove": "delete"}
"""Methods of ODMantic's engines, whose first argument is the table."""

CRUD_HELPERS: frozenset[str] = frozenset({
    "fastcrud.FastCRUD", "fastcrud.crud.FastCRUD", "fastcrud.crud.fast_crud.FastCRUD",
    "advanced_alchemy.repository.SQLAlchemyAsyncRepository", "advanced_alchemy.repository.SQLAlchemySyncRepository",
    "advanced_alchemy.extensions.fastapi.repository.SQLAlchemyAsyncRepository",
})  # fmt: skip
"""Library classes whose instances query one table."""

CRUD_QUERIES: dict[str, str] = {
    "get": "get", "get_one": "select", "get_one_or_none": "select", "get_multi": "select", "get_multi_joined": "select",
    "get_joined": "select", "get_multi_by_cursor": "select", "list": "select", "list_and_count": "select",
    "exists": "select", "count": "select", "update": "update", "delete": "delete", "db_delete": "delete", "create": "insert",
    "add": "insert",
}  # fmt: skip
"""Methods of such helpers."""

CRUD_OPTIONS: frozenset[str] = frozenset({
    "db", "session", "object", "schema_to_select", "return_as_model", "one_or_none", "offset", "limit", "sort_columns",
    "sort_orders", "commit", "allow_multiple", "return_columns", "db_row", "cursor", "sort_column", "sort_order", "joins_config",
    "join_model", "join_prefix", "nest_joins", "auto_commit", "auto_expunge", "auto_refresh", "data", "return_total_count",
})  # fmt: skip
"""Their keyword arguments that bound nothing."""

WRITES: dict[str, str] = {
    "add": "insert",
    "add_all": "insert",
    "merge": "upsert",
    "bulk_save_objects": "insert",
    "delete": "delete",
    "save": "save",
    "insert": "insert",
}
"""Methods that write an object."""

TRANSACTIONS: frozenset[str] = frozenset({"commit", "flush", "refresh", "rollback"})

ROLE_ATTRIBUTES: frozenset[str] = frozenset({
    "is_superuser", "is_admin", "is_staff", "is_superadmin", "is_moderator", "role", "roles", "permissions", "scopes", "is_owner",
    "admin", "superuser", "user_type", "user_role", "is_super_user", "privileges", "role_id", "is_super_admin", "is_platform_admin",
    "account_type", "is_manager", "superadmin",
})  # fmt: skip
"""Attributes of a principal that say what it may do."""

ROLE_NAMES = re.compile(r"(?:^|_)(?:roles?|admin|superuser|superadmin|permissions?)$")

ROLE_WORDS = re.compile(
    r"(?:^|[._ ])(?:is_?)?(?:super_?)?(?:admin|administrator|superuser|superadmin|staff|moderator|manager|roles?|permissions?|privileges?|rbac)(?:s|_|$|[._ ])",
    re.IGNORECASE,
)
"""Words of calls that ask what somebody may do; only where the code below could not be followed."""

ADMIN_WORDS = re.compile(
    r"(?:^|_|[a-z](?=[A-Z]))(?:is_?)?(?:super_?)?(?:[Aa]dmin|[Ss]uper_?[Uu]ser|[Ss]taff|[Mm]oderator)(?:istrator)?(?:s|_|$|[A-Z])(?!or_|_or_)"
)
"""Names of dependencies that let only administrators through."""

ORDINARY_ROLES: frozenset[str] = frozenset(
    {
        "user",
        "users",
        "member",
        "customer",
        "client",
        "viewer",
        "reader",
        "guest",
        "editor",
        "author",
        "basic",
        "student",
    }
)
"""Roles that everybody may have."""

GLOBAL_ROLES = re.compile(r"super_?(?:user|admin)|platform|staff|root|global", re.IGNORECASE)
"""Roles that stand above all tenants."""

CHECKS = re.compile(
    r"(?:^|_)(?:verify|check|ensure|require|assert|validate|authorize|authorise|enforce|has|can|is|may)_\w*"
    r"(?:access|permission|permitted|owner|ownership|owned|owns|member|membership|participant|authoriz|authoris|allowed|belongs|edit|view|read|write|delete|modify|manage)"
    r"|^(?:authorize|authorise|enforce|check_permissions?|has_permission|verify_access)$",
    re.IGNORECASE,
)
"""Names of functions that say whether somebody may touch a row; only where the code below could not be followed."""

SESSION_NAMES: frozenset[str] = frozenset(
    {"session", "db", "database", "sess", "db_session", "async_session", "conn", "connection", "uow", "_session", "_db"}
)

ROW_METHODS: frozenset[str] = frozenset({
    "save", "update_from_dict", "refresh_from_db", "fetch_related", "sync", "replace", "save_changes", "dict", "model_dump", "to_dict", "delete_instance", "reload",
})  # fmt: skip
"""Methods of a row that a library's table class gave: they end a query."""

PRIVILEGED_COLUMNS: frozenset[str] = frozenset({
    "is_admin", "is_superuser", "is_staff", "is_superadmin", "is_super_admin", "is_moderator", "role", "roles", "role_id",
    "user_role", "user_type", "permissions", "scopes", "privileges", "admin", "superuser", "is_verified", "email_verified",
    "verified", "balance", "credits", "hashed_password", "password_hash", "tenant_id", "org_id", "organization_id",
})  # fmt: skip
"""Columns of users that say what they may do, have, or belong to: not theirs to set."""

SECRET_COLUMNS = re.compile(
    r"(?:^|_)(?:token|secret|key|hash|digest|code|otp|nonce|signature)s?(?:_|$)|^(?:adminkey|inkey|apikey)$"
)
"""Columns that hold something only who was told knows: to ask by them is to prove a right."""

PASSWORD_COLUMNS = re.compile(r"passw(?:or)?d|passwd|(?:^|_)pwd(?:_|$)", re.IGNORECASE)
"""Columns of users that hold what they sign in with."""

PROOFS = re.compile(
    r"token|secret|code|otp|nonce|signature|(?:^|_)(?:key|pin|hash|sig|jwt|ticket|answer|state|assertion|credential)s?(?:_|$)"
    r"|(?:current|old|previous|existing)_?(?:password|pwd)",
    re.IGNORECASE,
)
"""Names of what a stranger sends to prove that an account is theirs."""

VISIBILITIES = re.compile(
    r"(?:is_)?(?:public|published|shared|listed|private|unlisted)|visibility|privacy|access_type|access_level|sharing|is_public\w*"
)
"""Columns that say whether everybody may see a row."""

DECISIONS: frozenset[str] = frozenset(
    {"status", "state", "approved", "is_approved", "published", "is_published", "is_active", "visibility"}
)
"""Columns that an administrator may decide, where the code shows that he does."""


@cache
def is_named_after_a_check(name: str) -> bool:
    """Whether a function is called after a question about access."""
    return CHECKS.search(name) is not None
