"""One file per device protocol. `adapters.registry` finds every module here that offers `DRIVERS`."""
