"""The ward on one machine: simulated devices on real ports, an embedded broker, the whole service."""
