"""The nouns of the analysed application, in FastAPI's words: what rules look at and what `routes` prints.

Plain frozen values. How they come about is the evaluator's and the linker's business; nothing here reads a file.
"""

from fastapi_guard.project.model.authentication import (
    Authentication,
    DeadGuard,
    Guard,
    SecurityScheme,
    Verdict,
    Via,
    WhyDead,
)
from fastapi_guard.project.model.database import (
    Absence,
    ColumnWrite,
    DatabaseAccess,
    FunctionAround,
    Misread,
    PasswordComparison,
)
from fastapi_guard.project.model.dependencies import Dependant, Function, IncludeContext, Parameter, RouterPlace
from fastapi_guard.project.model.effects import (
    BlockingCall,
    Escape,
    ForgottenCoroutine,
    OpenedSession,
    OutsideCall,
    Scheduled,
    SecretField,
    SharedState,
    StateWrite,
)
from fastapi_guard.project.model.operation import PathOperation
from fastapi_guard.project.model.project import (
    Application,
    McpServer,
    Middleware,
    ModuleImport,
    Project,
    TokenReader,
    Unmounted,
    Unresolved,
    ValidationHandler,
)

__all__ = [
    "Absence",
    "Application",
    "Authentication",
    "BlockingCall",
    "ColumnWrite",
    "DatabaseAccess",
    "DeadGuard",
    "Dependant",
    "Escape",
    "ForgottenCoroutine",
    "Function",
    "FunctionAround",
    "Guard",
    "IncludeContext",
    "McpServer",
    "Middleware",
    "Misread",
    "ModuleImport",
    "OpenedSession",
    "OutsideCall",
    "Parameter",
    "PasswordComparison",
    "PathOperation",
    "Project",
    "RouterPlace",
    "Scheduled",
    "SecretField",
    "SecurityScheme",
    "SharedState",
    "StateWrite",
    "TokenReader",
    "Unmounted",
    "Unresolved",
    "ValidationHandler",
    "Verdict",
    "Via",
    "WhyDead",
]
