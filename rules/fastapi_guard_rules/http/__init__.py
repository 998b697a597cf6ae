"""Status codes, methods and bodies that mean what HTTP says."""
