"""Presets as data: a TOML table to a Ruleset, and what such a table may hardly mean."""
