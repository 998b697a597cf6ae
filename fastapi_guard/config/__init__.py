"""What the user decided: the settings of an analysis, where they are written and what is wrong with them."""

from fastapi_guard.config.settings import (
    Auth,
    Layers,
    PerFileIgnore,
    Policy,
    PublicRoute,
    Settings,
)

__all__ = ["Auth", "Layers", "PerFileIgnore", "Policy", "PublicRoute", "Settings"]
