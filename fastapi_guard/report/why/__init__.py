"""The formats of `why`: the proof tree of one operation."""
