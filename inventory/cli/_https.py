"""What `flask serve --https` tells: where phones find it, as a code too, and how to trust it."""

import sys
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

import click
from qrcode.constants import ERROR_CORRECT_L
from qrcode.main import QRCode

from inventory.cli._network import address_for_phones

if TYPE_CHECKING:
    from inventory.local_ca import Host, Prepared

TRUST_STEPS = (
    ("Android", "Settings, Security, Encryption & credentials, Install a certificate, CA certificate: choose ca.crt."),
    ("iPhone, iPad", "Settings, Profile Downloaded, Install; General, About, Certificate Trust Settings: switch on."),
    ("Windows", "Open ca.crt, Install Certificate, Current User, Trusted Root Certification Authorities."),
    ("Mac", "Open ca.crt with Keychain Access, open the certificate there, Trust: Always Trust."),
    ("Linux", "Browser settings, Certificates, Authorities, Import: ca.crt, to identify websites."),
)  # fmt: skip
"""(system, what to do there once ca.crt is on it), a line each."""


def authority_of(host: str) -> str:
    """*host* as an address has it: an IPv6 address in brackets."""
    try:
        return f"[{host}]" if isinstance(ip_address(host), IPv6Address) else host
    except ValueError:
        return host


def address_of(bound: str, port: int, host: "Host") -> str:
    """The address to open: of the interface that is *bound*, or, bound to all, the one that phones reach."""
    everywhere = bound in ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not listened on
    return f"https://{authority_of(address_for_phones(host) if everywhere else bound)}:{port}"


def tell(address: str, prepared: "Prepared") -> None:
    """Print the address as a code, the fingerprint, and how to trust the authority."""
    trust = f"{address}/trust"
    click.echo(f"  On a phone in this network, scan this or open {trust}\n")
    _print_code(trust)
    if prepared.new_ca:
        click.echo("\n  A certificate authority was made for this server. A device has to trust it once:")
    else:
        click.echo("\n  A device that does not trust this server yet:")
    click.echo(f"  open {trust}, go past the warning, load ca.crt, compare its SHA-256 fingerprint:")
    pairs = prepared.fingerprint.split(":")
    for start in (0, 16):
        click.echo(f"    {':'.join(pairs[start : start + 16])}")
    for system, steps in TRUST_STEPS:
        click.echo(f"  {system:13} {steps}")
    if prepared.left_out:
        click.echo(
            f"\n  Not in the certificate (the authority was made for other networks): {', '.join(prepared.left_out)}.\n"
            f"  To use them, delete {prepared.ca_file.parent}, start again and trust the new authority on every device."
        )
    click.echo("\n  Everybody in this network can reach it.\n")


def _print_code(text: str) -> None:
    code = QRCode(error_correction=ERROR_CORRECT_L, border=2)
    code.add_data(text)
    try:
        "▀▄█".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return
    code.print_ascii(out=sys.stdout, tty=sys.stdout.isatty())
