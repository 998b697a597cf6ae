"""Calls that leave the process for somebody else's service: one table of libraries, sorted, and what answers there."""

from functools import lru_cache

HTTP = "another server"
MAIL = "a mail service"
MESSAGES = "a messaging service"
MODEL = "a language model"
PAYMENTS = "a payment service"
STORAGE = "a storage service"
TOOLS = "an MCP server"

VERBS = frozenset({"delete", "get", "head", "options", "patch", "post", "put", "request", "send", "stream"})

ASKS_MODEL = frozenset(
    {
        "abatch", "abatch_as_completed", "achat", "acomplete", "acompletion", "acreate", "aembed_documents", "aembed_query",
        "aembedding", "aforward", "ainvoke", "apredict", "aquery", "arerank", "arun", "astream", "astream_chat", "astream_events",
        "atranscription", "batch", "chat", "chat_async", "chat_completion", "chat_stream", "complete", "complete_async",
        "completion", "converse", "converse_stream", "create", "create_and_poll", "create_and_run", "edit", "embed",
        "embed_content", "embed_documents", "embed_query", "embedding", "embeddings", "encode", "feature_extraction", "forward",
        "generate", "generate_async", "generate_content", "generate_content_async", "generate_content_stream", "generate_images",
        "image_generation", "invoke", "invoke_model", "invoke_model_with_response_stream", "kickoff", "kickoff_async", "moderation",
        "parse", "predict", "query", "rerank", "run", "run_stream", "run_streamed", "run_sync", "send_message", "send_message_async",
        "send_message_stream", "stream", "stream_async", "stream_chat", "structured_predict", "text_generation", "transcription",
        "with_streaming_response",
    }
)  # fmt: skip
"""Methods and functions of model libraries that have the model work."""

ASKS_TOOLS = frozenset(
    {
        "call_tool", "call_tool_mcp", "complete", "get_prompt", "get_prompt_mcp", "get_prompts", "get_resources", "get_tools",
        "initialize", "list_prompts", "list_resources", "list_tools", "load_mcp_tools", "ping", "read_resource", "send_request",
    }
)  # fmt: skip

SENDS = frozenset(
    {
        "async_send", "chat_postMessage", "client", "create", "create_message", "files_upload_v2", "login", "publish", "send", "send_async",
        "send_each", "send_each_for_multicast", "send_email", "send_each_async", "send_message", "send_multicast", "send_raw_email",
        "send_with_template", "sendmail",
    }
)  # fmt: skip

PAYS = frozenset(
    {
        "attach", "cancel", "capture", "confirm", "create", "create_async", "delete", "detach", "execute", "list", "modify",
        "modify_async", "pay", "refund", "retrieve", "retrieve_async", "sale", "search", "submit_for_settlement", "update", "verify",
    }
)  # fmt: skip

KEEPS = frozenset(
    {
        "abort_multipart_upload", "complete_multipart_upload", "copy_object", "create_multipart_upload", "delete_blob", "delete_object",
        "delete_objects", "destroy", "download_as_bytes", "download_as_text", "download_blob", "download_file", "download_fileobj",
        "download_to_filename", "fget_object", "fput_object", "get_object", "head_object", "list_blobs", "list_objects", "list_objects_v2",
        "put_object", "remove_object", "stat_object", "upload", "upload_blob", "upload_file", "upload_fileobj", "upload_from_file",
        "upload_from_filename", "upload_from_string", "upload_large", "upload_part",
    }
)  # fmt: skip

Methods = frozenset[str]

LIBRARIES: dict[str, tuple[str, Methods]] = {
    "agents": (MODEL, ASKS_MODEL),
    "aioboto3": (STORAGE, KEEPS),
    "aiohttp": (HTTP, VERBS),
    "aiosmtplib": (MAIL, SENDS),
    "anthropic": (MODEL, ASKS_MODEL),
    "azure.storage.blob": (STORAGE, KEEPS),
    "boto3": (STORAGE, KEEPS),
    "braintree": (PAYMENTS, PAYS),
    "cloudinary": (STORAGE, KEEPS),
    "cohere": (MODEL, ASKS_MODEL),
    "crewai": (MODEL, ASKS_MODEL),
    "dspy": (MODEL, ASKS_MODEL),
    "fastapi_mail": (MAIL, SENDS),
    "fastmcp.Client": (TOOLS, ASKS_TOOLS),
    "fastmcp.client": (TOOLS, ASKS_TOOLS),
    "firebase_admin.messaging": (MESSAGES, SENDS),
    "google.cloud.storage": (STORAGE, KEEPS),
    "google.genai": (MODEL, ASKS_MODEL),
    "google.generativeai": (MODEL, ASKS_MODEL),
    "groq": (MODEL, ASKS_MODEL),
    "httpx": (HTTP, VERBS),
    "huggingface_hub": (MODEL, ASKS_MODEL),
    "langchain": (MODEL, ASKS_MODEL),
    "langchain_anthropic": (MODEL, ASKS_MODEL),
    "langchain_aws": (MODEL, ASKS_MODEL),
    "langchain_cohere": (MODEL, ASKS_MODEL),
    "langchain_community": (MODEL, ASKS_MODEL),
    "langchain_core": (MODEL, ASKS_MODEL),
    "langchain_google_genai": (MODEL, ASKS_MODEL),
    "langchain_google_vertexai": (MODEL, ASKS_MODEL),
    "langchain_groq": (MODEL, ASKS_MODEL),
    "langchain_mcp_adapters": (TOOLS, ASKS_TOOLS),
    "langchain_mistralai": (MODEL, ASKS_MODEL),
    "langchain_ollama": (MODEL, ASKS_MODEL),
    "langchain_openai": (MODEL, ASKS_MODEL),
    "langgraph": (MODEL, ASKS_MODEL),
    "litellm": (MODEL, ASKS_MODEL),
    "llama_index": (MODEL, ASKS_MODEL),
    "mailersend": (MAIL, SENDS),
    "mcp": (TOOLS, ASKS_TOOLS),
    "mcp_use": (TOOLS, ASKS_TOOLS | {"run"}),
    "minio": (STORAGE, KEEPS),
    "mistralai": (MODEL, ASKS_MODEL),
    "ollama": (MODEL, ASKS_MODEL),
    "openai": (MODEL, ASKS_MODEL),
    "paypalrestsdk": (PAYMENTS, PAYS),
    "postmarker": (MAIL, SENDS),
    "pydantic_ai": (MODEL, ASKS_MODEL),
    "razorpay": (PAYMENTS, PAYS),
    "replicate": (MODEL, ASKS_MODEL),
    "requests": (HTTP, VERBS),
    "resend": (MAIL, SENDS),
    "sendgrid": (MAIL, SENDS),
    "sentence_transformers": (MODEL, ASKS_MODEL),
    "slack_sdk": (MESSAGES, SENDS),
    "smtplib": (MAIL, SENDS | {"SMTP", "SMTP_SSL"}),
    "square": (PAYMENTS, PAYS),
    "stripe": (PAYMENTS, PAYS),
    "telegram": (MESSAGES, SENDS),
    "together": (MODEL, ASKS_MODEL),
    "twilio": (MESSAGES, SENDS),
    "urllib.request": (HTTP, frozenset({"urlopen", "urlretrieve"})),
    "urllib3": (HTTP, VERBS | {"urlopen"}),
    "vertexai": (MODEL, ASKS_MODEL),
}
"""By package: what answers, and the methods and functions that ask it."""

ASKING: Methods = frozenset().union(*(methods for _, methods in LIBRARIES.values()))
"""The methods and functions that ask somebody, whoever that is."""

MODEL_WORDS: tuple[str, ...] = tuple(
    sorted({name.rpartition(".")[2] for name, (answers, _) in LIBRARIES.items() if answers == MODEL})
)
"""One of them stands in every import of such a library."""

MODELS_OF_CLOUDS = frozenset({"converse", "converse_stream", "invoke_model", "invoke_model_with_response_stream"})
"""Methods of clients of `boto3` that ask a model of Bedrock."""

ONLY_MADE = (
    "fastmcp.server",
    "langchain_core.callbacks",
    "langchain_core.chat_history",
    "langchain_core.documents",
    "langchain_core.exceptions",
    "langchain_core.load",
    "langchain_core.messages",
    "langchain_core.output_parsers",
    "langchain_core.outputs",
    "langchain_core.prompts",
    "langchain_core.tracers",
    "langchain_core.utils",
    "mcp.server",
    "mcp.types",
    "openai.types",
)
"""Parts of those packages that ask nobody."""


@lru_cache(maxsize=8_192)
def answered_by(name: str) -> str:
    """What answers a call of the dotted name: `a language model`; empty for calls that stay in the process."""
    method = name.rpartition(".")[2]
    if name.startswith(ONLY_MADE):
        return ""
    if method in MODELS_OF_CLOUDS and name.startswith(("boto3.", "aioboto3.")):
        return MODEL
    if method in ("send_email", "send_raw_email") and name.startswith("boto3."):
        return MAIL
    package = package_of(name)
    answers, methods = LIBRARIES.get(package, ("", frozenset()))
    if method not in methods:
        return ""
    between = name.removeprefix(package).split(".")[1:-1]
    is_of_answer = answers == HTTP and bool(methods.intersection(between))  # `client.get(…).json().get(…)`
    return "" if is_of_answer else answers


def is_of_model(name: str) -> bool:
    """Whether a dotted name is of a library of language models; its errors and types ask nobody."""
    if name.startswith(ONLY_MADE) or name.endswith(("Error", "Exception")):
        return False
    return LIBRARIES.get(package_of(f"{name}.…"), ("",))[0] == MODEL


def package_of(name: str) -> str:
    """The longest beginning of a dotted name that the table knows; empty when it knows none."""
    parts = name.split(".")
    return next((known for end in range(len(parts) - 1, 0, -1) if (known := ".".join(parts[:end])) in LIBRARIES), "")
