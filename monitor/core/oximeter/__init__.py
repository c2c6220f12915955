"""Oximeter samples: judged, and watched by the rules on saturation and pulse."""
