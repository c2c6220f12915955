"""Telling people: who hears of an alarm, on which channel, until it is known to have arrived."""
