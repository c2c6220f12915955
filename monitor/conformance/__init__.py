"""The conformance kit: what every driver found has to hold, ours and a stranger's (adapters/README.md)."""
