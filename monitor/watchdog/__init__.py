"""A process outside the service that calls when the service does not work any more (alarm-system 5.4 a)."""
