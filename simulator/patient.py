"""A virtual patient: baselines, breathing, noise, a ketamine infusion and what goes wrong."""

from __future__ import annotations

from simulator.vitals import Vitals, VitalSource

__all__ = ["VitalSource", "Vitals"]
