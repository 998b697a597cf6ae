"""What values are as plain Python constants, for the nouns of the model."""

from __future__ import annotations

from fastapi_guard.project.values import Choice, Literal, Operation, Sequence, Setting, Value


def plain_constant(value: Value) -> object:
    """Text, number or a tuple of them; of a setting its default, of a choice the first that is known; else None."""
    if isinstance(value, Setting):
        return plain_constant(value.default)
    if isinstance(value, Literal):
        return value.value if isinstance(value.value, (str, int, float)) else None
    if isinstance(value, Sequence):
        return tuple(plain_constant(item) for item in value.items)
    if isinstance(value, Choice):
        return next((known for option in value.options if (known := plain_constant(option)) is not None), None)
    return None


def setting_of(value: Value) -> str:
    """The setting that a value is read from or depends on; empty when there is none."""
    if isinstance(value, Setting):
        return value.name
    if isinstance(value, Choice):
        return value.setting or next((name for option in value.options if (name := setting_of(option))), "")
    parts = value.items if isinstance(value, Sequence) else value.operands if isinstance(value, Operation) else ()
    return next((name for part in parts if (name := setting_of(part))), "")
