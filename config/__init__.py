"""Settings and shared words of bedwatch.

Imports nothing, so that `config.vocabulary` comes without pydantic.
"""
