"""The pleth wave: its measures (numpy, many beds in one pass), and what they say against the numbers beside it."""
