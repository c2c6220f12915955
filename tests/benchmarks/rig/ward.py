"""The ward that is measured: its site file, its topics, and messages for them."""

from __future__ import annotations

SITE = "bench"


def bed_id(number: int) -> str:
    """Beds count from 0."""
    return f"bed-{number:04d}"


def topic(number: int, kind: str) -> str:
    """Where the bed's only device publishes: oximeter and cuff in one."""
    return f"vitals/v1/{SITE}/{bed_id(number)}/mon-{number:04d}/{kind}"


def head(port: int) -> str:
    """What every site file of a benchmark begins with; pages go to the log, the shipped default.

    The shipped preset but for one number: a benchmark reads an arm again and again, and rule B9 would reject every
    measurement that comes within 30 s of the last one.
    """
    return (
        f'[site]\nid = "{SITE}"\nname = "Bench"\npreset = "bench"\n[station]\nport = {port}\n'
        '[preset.bench]\nbased_on = "ketamine-adult"\n[preset.bench.validation]\nvenous_rest_s = 0\n'
    )


def bed_text(number: int) -> str:
    """One bed."""
    return f'[[bed]]\nid = "{bed_id(number)}"\nlabel = "Bed {number}"\n'


def mqtt_site(beds: int, broker_port: int) -> str:
    """A site file with one device a bed, all behind one broker."""
    parts = [head(0)]
    parts += [bed_text(number) for number in range(beds)]
    parts += [
        f'[[device]]\nid = "mon-{number:04d}"\nbed = "{bed_id(number)}"\ndriver = "mqtt-vitals"\n'
        f'url = "mqtt://127.0.0.1:{broker_port}/{topic(number, "+")}"\n'
        for number in range(beds)
    ]
    return "".join(parts)


def oximeter_payload(seq: int, moment: str) -> bytes:
    """Numerics in range, never twice the same in a row, never a step. `moment`: RFC 3339, of the device."""
    return (
        f'{{"t":"{moment}","seq":{seq},"values":{{"spo2":{95 + seq % 4},"pulse_rate":{68 + seq % 7}}},"flags":[]}}'
    ).encode()


def cuff_payload(seq: int, systolic: float, diastolic: float) -> bytes:
    """One cuff reading."""
    return f'{{"seq":{seq},"values":{{"systolic":{systolic},"diastolic":{diastolic}}}}}'.encode()
