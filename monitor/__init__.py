"""The bedwatch service: pure alarm core, event loop, nurse station."""

__version__ = "0.1.0"
