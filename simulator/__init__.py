"""A ward without patients: physiology, devices that speak real bytes, scenarios and faults."""
