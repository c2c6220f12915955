"""The session on a bed: its phases, what a start and a discharge need, the limits of one patient."""
