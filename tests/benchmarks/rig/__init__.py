"""What several benchmarks share: the service as a process, a broker, a load, a page, and how figures are told."""
