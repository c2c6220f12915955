"""One file per resource; each offers `routes()`, a fresh router."""
