"""What an operation says about itself: docstrings and type hints."""
