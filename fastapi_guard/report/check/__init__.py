"""The formats of `check`: findings for people, editors, forges and pipelines."""
