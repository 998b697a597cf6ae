"""Library calls that wait without giving the event loop to anybody else: one table, sorted by library."""

from functools import lru_cache

HTTP = "an HTTP answer"
DATABASE = "the database"
PROCESS = "a process"
CLOCK = "the clock"
MAIL = "a mail server"
BROKER = "a message broker"
STORAGE = "a storage service"
PAYMENTS = "a payment service"
MODEL = "a language model"
PROCESSOR = "a password hash, which is slow on purpose"
CLOUD = "a cloud service"
PERSON = "somebody who types"

VERBS = ("delete", "get", "head", "options", "patch", "post", "put", "request")

FUNCTIONS: dict[str, str] = {
    "MySQLdb.connect": DATABASE,
    "argon2.PasswordHasher.hash": PROCESSOR,
    "argon2.PasswordHasher.verify": PROCESSOR,
    "bcrypt.checkpw": PROCESSOR,
    "bcrypt.hashpw": PROCESSOR,
    "builtins.input": PERSON,
    "cloudinary.uploader.destroy": STORAGE,
    "cloudinary.uploader.upload": STORAGE,
    "cloudinary.uploader.upload_large": STORAGE,
    **{f"httpx.{verb}": HTTP for verb in (*VERBS, "stream")},
    "mysql.connector.connect": DATABASE,
    "openai.ChatCompletion.create": MODEL,
    "openai.Completion.create": MODEL,
    "os.system": PROCESS,
    "os.wait": PROCESS,
    "passlib.context.CryptContext.hash": PROCESSOR,
    "passlib.context.CryptContext.verify": PROCESSOR,
    "passlib.context.CryptContext.verify_and_update": PROCESSOR,
    "passlib.hash.argon2.hash": PROCESSOR,
    "passlib.hash.argon2.verify": PROCESSOR,
    "passlib.hash.bcrypt.hash": PROCESSOR,
    "passlib.hash.bcrypt.verify": PROCESSOR,
    "pika.BlockingConnection": BROKER,
    "psycopg.connect": DATABASE,
    "psycopg2.connect": DATABASE,
    "pwdlib.PasswordHash.hash": PROCESSOR,
    "pwdlib.PasswordHash.verify": PROCESSOR,
    "pymysql.connect": DATABASE,
    "pyodbc.connect": DATABASE,
    **{f"requests.{verb}": HTTP for verb in VERBS},
    "smtplib.SMTP": MAIL,
    "smtplib.SMTP_SSL": MAIL,
    "subprocess.call": PROCESS,
    "subprocess.check_call": PROCESS,
    "subprocess.check_output": PROCESS,
    "subprocess.getoutput": PROCESS,
    "subprocess.getstatusoutput": PROCESS,
    "subprocess.run": PROCESS,
    "time.sleep": CLOCK,
    "urllib.request.urlopen": HTTP,
    "urllib.request.urlretrieve": HTTP,
    "urllib3.request": HTTP,
}
"""Functions that wait, by what they wait for."""

CLIENTS: dict[str, tuple[str, frozenset[str] | None]] = {
    "anthropic.Anthropic": (MODEL, frozenset({"create", "stream"})),
    "boto3.client": (CLOUD, None),
    "boto3.resource": (CLOUD, None),
    "confluent_kafka.Consumer": (BROKER, frozenset({"consume", "poll"})),
    "confluent_kafka.Producer": (BROKER, frozenset({"flush"})),
    "elasticsearch.Elasticsearch": (DATABASE, None),
    "google.cloud.bigquery.Client": (CLOUD, frozenset({"query", "query_and_wait", "result", "load_table_from_json"})),
    "google.cloud.storage.Client": (
        STORAGE,
        frozenset(
            {
                "delete",
                "download_as_bytes",
                "download_as_string",
                "download_to_filename",
                "exists",
                "get_bucket",
                "list_blobs",
                "make_public",
                "upload_from_file",
                "upload_from_filename",
                "upload_from_string",
            }
        ),
    ),
    "google.cloud.vision.ImageAnnotatorClient": (CLOUD, None),
    "groq.Groq": (MODEL, frozenset({"create"})),
    "httpx.Client": (HTTP, frozenset({*VERBS, "send"})),
    "kafka.KafkaProducer": (BROKER, frozenset({"flush"})),
    "minio.Minio": (STORAGE, None),
    "openai.AzureOpenAI": (MODEL, frozenset({"create", "generate", "parse"})),
    "openai.OpenAI": (MODEL, frozenset({"create", "generate", "parse"})),
    "psycopg.connect": (DATABASE, frozenset({"commit", "execute", "executemany", "fetchall", "fetchone", "rollback"})),
    "psycopg2.connect": (DATABASE, frozenset({"commit", "execute", "executemany", "fetchall", "fetchone", "rollback"})),
    "pymongo.MongoClient": (
        DATABASE,
        frozenset(
            {
                "aggregate",
                "bulk_write",
                "count_documents",
                "delete_many",
                "delete_one",
                "distinct",
                "find_one",
                "find_one_and_delete",
                "find_one_and_replace",
                "find_one_and_update",
                "insert_many",
                "insert_one",
                "replace_one",
                "update_many",
                "update_one",
            }
        ),
    ),
    "pymysql.connect": (DATABASE, frozenset({"commit", "execute", "executemany", "fetchall", "fetchone", "rollback"})),
    "redis.Redis": (DATABASE, None),
    "redis.StrictRedis": (DATABASE, None),
    "redis.from_url": (DATABASE, None),
    "requests.Session": (HTTP, frozenset({*VERBS, "send"})),
    "requests.session": (HTTP, frozenset({*VERBS, "send"})),
    "sendgrid.SendGridAPIClient": (MAIL, frozenset({"send"})),
    "smtplib.SMTP": (MAIL, frozenset({"login", "send_message", "sendmail", "starttls"})),
    "smtplib.SMTP_SSL": (MAIL, frozenset({"login", "send_message", "sendmail"})),
    "sqlite3.connect": (DATABASE, frozenset({"commit", "execute", "executemany", "executescript"})),
    "supabase.create_client": (DATABASE, frozenset({"execute", "get_user", "sign_in_with_password", "sign_up"})),
    "twilio.rest.Client": (HTTP, frozenset({"create"})),
}
"""Objects that wait when one of these methods is called on them or on what they give; None stands for every method."""

HARMLESS_METHODS = frozenset(
    {"Table", "Object", "Bucket", "cursor", "pipeline", "pubsub", "close", "lock", "__enter__"}
)
"""Methods of such objects that only make another object."""

METHODS_OF_ANSWERS = frozenset({"copy", "get", "items", "keys", "pop", "values"})
"""What is asked of the dict that such a call has answered, `client.list_objects(...).get("Contents")`, is there already."""

STRIPE_METHODS = frozenset(
    {
        "cancel",
        "capture",
        "confirm",
        "create",
        "delete",
        "list",
        "modify",
        "refund",
        "retrieve",
        "search",
    }
)

SYNC_SESSIONS: tuple[str, ...] = (
    "sqlalchemy.create_engine",
    "sqlalchemy.engine.Connection",
    "sqlalchemy.engine.create_engine",
    "sqlalchemy.orm.Session",
    "sqlalchemy.orm.scoped_session",
    "sqlalchemy.orm.session.Session",
    "sqlalchemy.orm.session.sessionmaker",
    "sqlalchemy.orm.sessionmaker",
    "sqlmodel.Session",
    "sqlmodel.create_engine",
    "sqlmodel.orm.session.Session",
)
"""What gives sessions and connections that wait."""

SESSION_WAITS = frozenset(
    {"commit", "execute", "exec", "flush", "get", "get_one", "merge", "refresh", "rollback", "scalar", "scalars"}
)
"""Methods of such sessions that talk to the database; `add` and `delete` only note something."""

QUERY_WAITS = frozenset({"all", "count", "delete", "exists", "first", "get", "one", "one_or_none", "scalar", "update"})
"""Methods of `session.query(...)` that talk to the database."""


@lru_cache(maxsize=8_192)
def waits_for(name: str) -> str:
    """What a call of the dotted name waits for: `an HTTP answer`; empty when it does not wait, or nobody knows."""
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    library = name.partition(".")[0]
    method = name.rpartition(".")[2]
    if library == "stripe":
        return PAYMENTS if method in STRIPE_METHODS and name.count(".") >= 2 else ""
    parts = name.split(".")
    for length in range(len(parts) - 1, 1, -1):
        known = CLIENTS.get(".".join(parts[:length]))
        if known is not None:
            kind, methods = known
            if method in METHODS_OF_ANSWERS and len(parts) > length + 1:
                return ""
            is_waiting = method not in HARMLESS_METHODS if methods is None else method in methods
            return kind if is_waiting and not method.startswith("generate_presigned") else ""
    return ""
