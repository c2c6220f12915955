"""A checked site file as plain values: what `check`, `serve` and `demo` start from."""

from monitor.site.devices import BoundDevice
from monitor.site.reader import Bed, Site, StationSpec, WatchdogSpec, read_preset, read_site, read_site_text

__all__ = ["Bed", "BoundDevice", "Site", "StationSpec", "WatchdogSpec", "read_preset", "read_site", "read_site_text"]
