"""What runs a coroutine or a function beside the request that it was made in."""

CREATES_TASKS: frozenset[str] = frozenset({"asyncio.create_task", "asyncio.ensure_future", "asyncio.tasks.create_task"})
"""Functions that start a coroutine and do not wait for it."""

BACKGROUND_TASKS: frozenset[str] = frozenset(
    {"fastapi.BackgroundTasks", "fastapi.background.BackgroundTasks", "starlette.background.BackgroundTasks"}
)
"""Classes whose `add_task` keeps something for after the answer."""
