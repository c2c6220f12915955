"""The pure alarm core: inputs and time in, events and the next deadline out."""
