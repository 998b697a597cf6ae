"""The formats of `routes`: every operation with its guard."""
