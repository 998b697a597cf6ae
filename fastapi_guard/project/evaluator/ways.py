"""How a block of statements can end."""

FALLS, RETURNS, RAISES, BREAKS, CONTINUES = 1, 2, 4, 8, 16
"""How a block can end; a set of bits, because an undecided test can end it in several ways."""
