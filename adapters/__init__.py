"""The device side: bytes in, readings out. Knows neither beds nor alarms."""
