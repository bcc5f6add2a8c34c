"""A certificate authority of this server's own, for HTTPS in the local network, made once and kept.

In its folder (mode 0700): ``ca.key`` and ``server.key`` (0600), ``ca.crt`` and ``server.crt``, all PEM.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_address, ip_network
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Address = IPv4Address | IPv6Address
Interface = IPv4Interface | IPv6Interface

CA_LIFE: Final = timedelta(days=3650)
SERVER_LIFE: Final = timedelta(days=397)
"""Longest life that browsers take in a server's certificate (CA/Browser Forum, ballot SC-31)."""
RENEWED_BEFORE: Final = timedelta(days=30)
BACKDATED: Final = timedelta(days=1)
"""Phones whose clocks are slow take a new certificate too."""
_LOCAL_NETWORKS: Final = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "127.0.0.0/8",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)
"""Addresses that only a local network has (RFC 1918, 6598, 3927, 4193, 4291)."""
_LOCAL_NAMES: Final = ("localhost", "local")
_WIDEST: Final = {4: 16, 6: 48}
"""Shortest prefix of a public network that the authority may vouch for."""
_LONGEST_NAME: Final = 64
_HOST_NAME: Final = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)


@dataclass(frozen=True)
class Host:
    """This machine in its network: its name, and its addresses with their networks."""

    name: str
    interfaces: tuple[Interface, ...] = ()

    def names(self) -> list[str]:
        """Names that lead here: localhost, the host name, its first part, and that in `.local`."""
        name = self.name.lower().rstrip(".")
        if not _HOST_NAME.fullmatch(name):
            return ["localhost"]
        first = name.partition(".")[0]
        return sorted({"localhost", name, first} | ({f"{first}.local"} if first != "localhost" else set()))

    def addresses(self) -> list[Address]:
        """Addresses that lead here, those of the machine itself among them."""
        found = {each.ip for each in self.interfaces} | {ip_address("127.0.0.1"), ip_address("::1")}
        return sorted(found, key=lambda each: (each.version, int(each)))


@dataclass(frozen=True)
class Prepared:
    """Files for a server, what the authority is known by, and what this start did."""

    ca_file: Path
    certificate_file: Path
    """The server's certificate."""
    key_file: Path
    fingerprint: str
    """SHA-256 of the authority's certificate, as pairs of hexadecimal digits with colons between."""
    new_ca: bool
    renewed: bool
    left_out: tuple[str, ...]
    """Names and addresses of this machine that the authority may not vouch for."""


def ca_file(folder: Path) -> Path:
    """Where the authority's certificate is kept."""
    return folder / "ca.crt"


def fingerprint_of(certificate: x509.Certificate) -> str:
    """SHA-256 of *certificate* (DER), as in ``A1:B2:...``: 32 pairs."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def prepare(folder: Path, institution: str, host: Host, now: datetime) -> Prepared:
    """The files in *folder*, made or renewed where they must be; *now* is an aware moment.

    The authority stays until it ends. The server's certificate is made anew when the machine's names or
    addresses changed, when fewer than 30 days of it are left, and when it is not this authority's.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    found = _load(folder, "ca")
    # A clock that fell back to 1970 is no reason for a new authority that no device trusts.
    new_ca = found is None or now > found[1].not_valid_after_utc - RENEWED_BEFORE
    if new_ca:
        key = ec.generate_private_key(ec.SECP256R1())
        found = key, _make_ca(key, institution, host, now)
        _keep(folder, "ca", *found)
    assert found is not None  # noqa: S101 - for the type checker; it was made above
    ca_key, ca = found
    wanted, left_out = _vouched_for(ca, host)
    kept = _load(folder, "server")
    renewed = kept is None or not _is_still_right(kept[1], ca, wanted, now)
    if renewed:
        key = ec.generate_private_key(ec.SECP256R1())
        _keep(folder, "server", key, _make_server(key, ca_key, ca, wanted, now))
    for name in ("ca", "server"):
        (folder / f"{name}.key").chmod(0o600)
    return Prepared(
        ca_file(folder),
        folder / "server.crt",
        folder / "server.key",
        fingerprint_of(ca),
        new_ca,
        renewed,
        tuple(str(each.value) for each in left_out),
    )


# -- files ----------------------------------------------------------------------------------------------


def _load(folder: Path, name: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate] | None:
    """Key and certificate, if both are there and belong together."""
    try:
        key = serialization.load_pem_private_key((folder / f"{name}.key").read_bytes(), None)
        certificate = x509.load_pem_x509_certificate((folder / f"{name}.crt").read_bytes())
    except (FileNotFoundError, ValueError, TypeError):
        return None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        return None
    return key, certificate


def _keep(folder: Path, name: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    """Write both. A start that is cut off between the two leaves a pair that does not fit, which `_load` tells."""
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(folder / f"{name}.key", private, 0o600)
    _write(folder / f"{name}.crt", certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _write(path: Path, content: bytes, mode: int) -> None:
    # Beside it first: whoever reads meanwhile finds the whole old file, and the mode is right from the first byte.
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)


# -- certificates ---------------------------------------------------------------------------------------


def _make_ca(key: ec.EllipticCurvePrivateKey, institution: str, host: Host, now: datetime) -> x509.Certificate:
    organisation = " ".join(institution.split())[:_LONGEST_NAME] or "University"
    name = _name(organisation, f"ICT inventory on {host.name or 'this server'}")
    public = key.public_key()
    # Whoever steals the key can pose as machines of these networks only, never as a bank.
    permitted = [*map(x509.IPAddress, _LOCAL_NETWORKS), *_own_networks(host.interfaces)]
    names = {each for each in host.names() if not each.endswith(".local")} | set(_LOCAL_NAMES)
    return (
        _builder(name, name, public, now, now + CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(
            x509.NameConstraints([*(x509.DNSName(each) for each in sorted(names)), *permitted], None), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )


def _make_server(
    key: ec.EllipticCurvePrivateKey,
    ca_key: ec.EllipticCurvePrivateKey,
    ca: x509.Certificate,
    names: list[x509.GeneralName],
    now: datetime,
) -> x509.Certificate:
    public = key.public_key()
    organisation = str(ca.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value)
    ends = min(now - BACKDATED + SERVER_LIFE, ca.not_valid_after_utc)
    return (
        _builder(_name(organisation, "ICT inventory"), ca.subject, public, now, ends)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(ends)
    )


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:_LONGEST_NAME]),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _own_networks(interfaces: Iterable[Interface]) -> list[x509.IPAddress]:
    """Public networks that the machine stands in when the authority is made: universities have such at the desk."""
    found = set()
    for each in interfaces:
        if not any(each.ip in local for local in _LOCAL_NETWORKS):
            prefix = max(each.network.prefixlen, _WIDEST[each.version])
            found.add(str(ip_network(f"{each.ip}/{prefix}", strict=False)))
    return [x509.IPAddress(ip_network(text)) for text in sorted(found)]


def _vouched_for(ca: x509.Certificate, host: Host) -> tuple[list[x509.GeneralName], list[x509.GeneralName]]:
    """Names and addresses of *host* that the authority's constraints allow, and those they do not."""
    permitted = ca.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    domains = [each.value for each in permitted if isinstance(each, x509.DNSName)]
    networks = [each.value for each in permitted if isinstance(each, x509.IPAddress)]
    allowed: list[x509.GeneralName] = []
    left_out: list[x509.GeneralName] = []
    for name in host.names():
        fits = any(name == domain or name.endswith(f".{domain}") for domain in domains)
        (allowed if fits else left_out).append(x509.DNSName(name))
    for address in host.addresses():
        fits = any(address in network for network in networks)  # type: ignore[operator]
        (allowed if fits else left_out).append(x509.IPAddress(address))
    return allowed, left_out


def _is_still_right(
    certificate: x509.Certificate, ca: x509.Certificate, wanted: list[x509.GeneralName], now: datetime
) -> bool:
    """Whether *certificate* is *ca*'s, names exactly what is *wanted* and has life enough left at *now*."""
    try:
        certificate.verify_directly_issued_by(ca)
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    lives = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc - RENEWED_BEFORE
    return lives and set(named) == set(wanted)
