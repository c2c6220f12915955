"""Inputs as lines of JSON, there and back: recorded files and the journal."""
