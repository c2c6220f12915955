"""Cuff readings: when they are due, how they are judged, and the rules that go by them."""
