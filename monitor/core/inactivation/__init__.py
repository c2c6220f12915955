"""What may keep an alarm from being heard, and for how long (alarm-system 4.2)."""
