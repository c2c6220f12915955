"""The baseline before the drug, and the return to it."""
