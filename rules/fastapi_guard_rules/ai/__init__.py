"""AI: models, and the tools that they are given, apart from the rest."""
