"""Datascope Accutorr 3 for bedwatch: a distribution of its own, as a stranger to the project would write it."""
