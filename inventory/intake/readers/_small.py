"""Small outputs that come with others in a bundle: lscpu, a battery, network addresses, TPM and EFI."""

import re
from collections.abc import Callable
from typing import Final

from inventory.intake import identity
from inventory.intake.findings import BatteryFound, MachineFound
from inventory.reading.plain import whole

_FIELD = re.compile(r"^([A-Za-z][\w ()-]{1,40}):[ \t]*(.{1,200})$", re.MULTILINE)


def lscpu(text: str) -> MachineFound | None:
    """Processor, cores and sockets."""
    fields = {name: value.strip() for name, value in reversed(_FIELD.findall(text[:100_000]))}
    name = identity.processor(fields.get("Model name"))
    sockets, cores = whole(fields.get("Socket(s)")), whole(fields.get("Core(s) per socket"))
    if name is None:
        return None
    return MachineFound(cpu_model=name, cpu_count=sockets, cpu_cores=sockets * cores if sockets and cores else None)


def battery(text: str) -> MachineFound | None:
    """``/sys/class/power_supply/BAT*/uevent``: charges are told in uWh, or in uAh with the voltage it was made for."""
    fields = dict(re.findall(r"^POWER_SUPPLY_([A-Z_]{2,40})=(.{0,100})$", text[:100_000], re.MULTILINE))
    if "CHARGE_FULL_DESIGN" in fields:
        volts = (whole(fields.get("VOLTAGE_MIN_DESIGN")) or 0) / 1e6
        charges = [whole(fields.get(name)) for name in ("CHARGE_FULL_DESIGN", "CHARGE_FULL")]
        design, full = (None if each is None else each * volts / 1e3 for each in charges)
        share = charges
    else:
        share = [whole(fields.get(name)) for name in ("ENERGY_FULL_DESIGN", "ENERGY_FULL")]
        design, full = (None if each is None else each / 1e3 for each in share)
    if not share[0]:
        return None
    health = None if share[1] is None else min(round(100 * share[1] / share[0]), 255)
    return MachineFound(
        battery=BatteryFound(
            serial=identity.real_serial(fields.get("SERIAL_NUMBER")),
            design_mwh=round(design) if design else None,
            full_mwh=round(full) if full else None,
            # A firmware that does not count says 0.
            cycles=whole(fields.get("CYCLE_COUNT")) or None,
            health_percent=health,
        )
    )


def net(text: str) -> MachineFound | None:
    """Lines with a name and a MAC address, as of ``ip -br link``; addresses on USB and made-up ones are left out."""
    found = []
    for line in text[:100_000].split("\n"):
        words = line.split()
        # systemd names what hangs on USB enx... or with a u and its port.
        if len(words) > 1 and not re.match(r"en?x|[we]\w*u\d|lo$|docker|veth|virbr|br-", words[0]):
            found += [mac for word in words[1:] if (mac := identity.mac_address(word))][:1]
    return MachineFound(macs=tuple(dict.fromkeys(found))) if found else None


def tpm(text: str) -> MachineFound | None:
    """``/sys/class/tpm/tpm0/tpm_version_major``: 1 or 2."""
    version = {"1": "1.2", "2": "2.0"}.get(text.strip()[:8])
    return MachineFound(tpm_version=version) if version else None


def efi(text: str) -> MachineFound | None:
    """``yes`` where /sys/firmware/efi exists, else ``no``."""
    said = {"yes": True, "no": False}.get(text.strip()[:8].lower())
    return None if said is None else MachineFound(uefi=said)


SMALL: Final[dict[str, Callable[[str], MachineFound | None]]] = {
    "lscpu": lscpu,
    "battery": battery,
    "net": net,
    "tpm": tpm,
    "efi": efi,
}
"""By the section's name, which is also the name of the source where parts are merged."""
