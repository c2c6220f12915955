"""The radio of this machine, through bleak, an optional extra: imported when the first device is looked for."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from adapters.transports.ble import OnValue
from adapters.transports.contract import LinkLost, LinkUnavailable
from config.bounded import within

if TYPE_CHECKING:
    from bleak import BleakClient
    from bleak.backends.characteristic import BleakGATTCharacteristic

FIND_WITHIN_S: Final = 20.0
"""To find a device and connect to it; one that sleeps is tried again."""
CLOSE_WITHIN_S: Final = 3.0
UUID: Final = "0000{}-0000-1000-8000-00805f9b34fb"

NO_EXTRA: Final = 'Bluetooth needs an extra of this package: pip install "bedwatch[ble]"'
NO_RADIO: Final = (
    "Bluetooth is not available on this machine ({}): it needs an adapter and, on Linux, the service bluetooth (BlueZ) "
    "on the system's D-Bus; in a container /run/dbus of the host"
)


class BleakPeripheral:
    """Implements `adapters.transports.ble.Peripheral`."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: BleakClient | None = None
        self._gone = asyncio.Event()

    async def connect(self) -> None:
        """As `Peripheral.connect`."""
        try:
            from bleak import BleakClient
            from bleak.exc import BleakBluetoothNotAvailableError, BleakDeviceNotFoundError, BleakError
        except ImportError:
            raise LinkUnavailable(NO_EXTRA) from None
        client = BleakClient(self._address, lambda _: self._gone.set(), timeout=FIND_WITHIN_S)
        try:
            await client.connect()
        except (BleakDeviceNotFoundError, TimeoutError):
            raise LinkUnavailable(f"{self._address}: out of reach, asleep, or connected to something else") from None
        except (BleakBluetoothNotAvailableError, OSError, EOFError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise LinkUnavailable(NO_RADIO.format(reason)) from error
        except BleakError as error:
            raise LinkUnavailable(f"{self._address}: {error}") from error
        self._client = client

    async def listen(self, characteristics: tuple[str, ...], on_value: OnValue) -> tuple[str, ...]:
        """As `Peripheral.listen`."""
        from bleak.exc import BleakError

        client = self._client
        if client is None:
            raise LinkLost(f"{self._address}: not connected")
        found: list[str] = []
        try:
            for number in characteristics:
                if client.services.get_characteristic(UUID.format(number.lower())) is None:
                    continue

                def heard(_: BleakGATTCharacteristic, value: bytearray, number: str = number) -> None:
                    on_value(number, bytes(value))

                await client.start_notify(UUID.format(number.lower()), heard)
                found.append(number)
        except (BleakError, OSError, EOFError, TimeoutError) as error:
            raise LinkLost(f"{self._address}: {error}") from error
        return tuple(found)

    async def lost(self) -> str:
        """As `Peripheral.lost`."""
        await self._gone.wait()
        return "the device has hung up, or is out of reach"

    async def close(self) -> None:
        """As `Peripheral.close`."""
        client, self._client = self._client, None
        if client is not None:
            from bleak.exc import BleakError

            with contextlib.suppress(BleakError, OSError, EOFError, TimeoutError):
                await within(CLOSE_WITHIN_S, client.disconnect())
