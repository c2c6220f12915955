"""Cuffs that push one delimited line per measurement (protocols/blood-pressure.md, sections 6 and 9).

Omron HBP-9020 and HBP-9030, Terumo BP-500, and any other by a layout of the site's own. Nothing can be started. A line
that is not whole, or of another output format, is refused: a field read from a wrong place would be a wrong pressure.
"""

from __future__ import annotations

from typing import Final

from adapters.devices.delimited_cuff.decoder import DelimitedDecoder
from adapters.devices.delimited_cuff.layout import DelimitedOptions
from adapters.devices.delimited_cuff.mask import mask
from adapters.driver import Cadence, Driver, LineSettings
from config.instant import MINUTE

DRIVERS: Final = (
    Driver(
        name="delimited-cuff",
        title="Omron HBP-9020, HBP-9030, Terumo BP-500, or a delimited line",
        source="two programs with real lines of HBP-9020 and BP-500 [B]; blood-pressure.md, section 6",
        decoder=DelimitedDecoder,
        cadence=Cadence.EPISODIC,
        nominal_interval=5 * MINUTE,
        line=LineSettings(baud=9600),
        other_lines=tuple(LineSettings(baud=baud) for baud in (19200, 4800, 2400, 1200)),
        options=DelimitedOptions,
        mask=mask,
        probe_options=({"layout": "omron-hbp9030"}, {"layout": "terumo-bp500"}),
    ),
)
