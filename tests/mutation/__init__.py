"""Mutation testing: what the tests of the alarm core notice when its code is changed (`make mutants`)."""
