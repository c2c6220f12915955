"""A body that shows what a test tells it to: the simulator's own, which the conformance kit uses, too."""

from simulator.still_body import WELL, StillBody

__all__ = ["WELL", "StillBody"]
