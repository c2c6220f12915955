"""Whether the bed's devices live, and the technical alarms about them."""
