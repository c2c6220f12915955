"""What several benchmarks share: a service in a process of its own, a broker, a load, a page, and how figures are told."""
