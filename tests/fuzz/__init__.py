"""Grown input against every decoder: `python -m tests.fuzz [DRIVER ...] --seconds N`."""
