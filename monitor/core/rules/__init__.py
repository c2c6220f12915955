"""The rules as plain data: what the tables of the clinical documents say, and nothing decided here."""
