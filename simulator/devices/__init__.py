"""Emulated devices: one encoder per protocol, written from the protocol documents, never from our decoders."""
