"""The modules that were loaded since somebody last looked."""

from __future__ import annotations

from itertools import islice

from fastapi_guard.project.evaluator.interpreter import Interpreter
from fastapi_guard.project.scope import ModuleScope


class Newcomers:
    """Who gathers something from all modules looks at each once; a class because it counts those it has given."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._given = 0

    def take(self) -> list[ModuleScope]:
        """The modules that were not given yet, in the order in which they were loaded."""
        fresh = list(islice(self._interpreter.modules.values(), self._given, None))
        self._given += len(fresh)
        return [module for module in fresh if module is not None]
