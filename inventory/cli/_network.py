"""This machine in its network: its name and addresses, and which of them a phone would use."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_interface
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inventory.local_ca import Host, Interface


def this_host() -> "Host":
    """Name and addresses of the machine, without those that hold on one cable only (``fe80::``)."""
    # What this takes is loaded for a secure server only.
    import psutil

    from inventory.local_ca import Host

    found: set[Interface] = set()
    for addresses in psutil.net_if_addrs().values():
        for each in addresses:
            if each.family not in (socket.AF_INET, socket.AF_INET6):
                continue
            interface = ip_interface(f"{each.address.partition('%')[0]}/{_prefix(each.netmask)}")
            if not interface.ip.is_link_local:
                found.add(interface)
    return Host(socket.gethostname(), tuple(sorted(found, key=lambda one: (one.version, int(one.ip)))))


def _prefix(netmask: str | None) -> str:
    if not netmask:
        return "32"
    return str(bin(int(IPv6Address(netmask))).count("1")) if ":" in netmask else netmask


def address_for_phones(host: "Host") -> str:
    """The address that other machines of the network reach this one by; localhost when there is no network."""
    own = {str(each.ip) for each in host.interfaces if isinstance(each.ip, IPv4Address) and not each.ip.is_loopback}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: the system only says which of its addresses it would send from.
            probe.connect(("192.0.2.1", 9))
            chosen = str(probe.getsockname()[0])
        except OSError:
            chosen = ""
    if chosen in own:
        return chosen
    return min(own, default="localhost")
