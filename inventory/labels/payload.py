"""The address a label carries, and the tag in whatever was scanned.

The address is upper case throughout (host names have no case, and the route ``/T/`` has none here), so
that it fits an alphanumeric QR code: one version smaller than the same address in small letters.
"""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import quote, urlsplit

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.printing.qr import CAPACITY
from inventory.register.tags import from_scan, normalise, problem_with

LONGEST: Final = CAPACITY[4]
"""Longest address on a label, in characters: a version 5 code, the largest whose modules stay legible."""
_HOST = re.compile(r"[A-Z0-9]([A-Z0-9.-]*[A-Z0-9])?")
_LOCAL_NAMES: Final = (".LOCALHOST", ".LOCAL", ".INTERNAL", ".TEST")


def origin_of(public_url: str) -> str:
    """``HTTPS://HOST[:PORT]`` of the setting, or the refusal that says what to change."""
    if not public_url.strip():
        raise ValidationRefused(
            mark(
                "No label can be printed yet: the public address is not set. Labels carry it for ever; "
                "set PUBLIC_URL to the address people will use, such as https://inventory.example.ac.uk."
            ),
            field="public_url",
        )
    try:
        parts = urlsplit(public_url.strip())
        host, port = (parts.hostname or "").upper(), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in {"http", "https"} or not host:
        raise ValidationRefused(
            mark(
                "No label can be printed: the public address {address} is not a web address. "
                "PUBLIC_URL starts with https:// and names a host."
            ),
            field="public_url",
            address=public_url,
        )
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        raise ValidationRefused(
            mark(
                "No label can be printed: the public address {address} has more than a host. A label's "
                "address is in capitals, which would change it. Serve the inventory under a host of its own."
            ),
            field="public_url",
            address=public_url,
        )
    if not _HOST.fullmatch(host):
        raise ValidationRefused(
            mark(
                "No label can be printed: the host {host} cannot be written in a small QR code, which has "
                "only A-Z, 0-9, hyphen and full stop. Use the host's name in that form (xn--... for others)."
            ),
            field="public_url",
            host=host,
        )
    return f"{parts.scheme.upper()}://{host}" + (f":{port}" if port is not None else "")


def is_local(public_url: str) -> bool:
    """Whether the address works only on this machine or network, so that its labels say so."""
    host = (urlsplit(public_url.strip()).hostname or "").upper()
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_LOCAL_NAMES)


def label_address(public_url: str, tag: str) -> str:
    """``HTTPS://HOST/T/TAG`` in capitals, for the QR code of the machine with this *tag*.

    ValidationRefused when PUBLIC_URL is empty, is no plain host, or cannot be written in an
    alphanumeric code; when the tag is none, or has a slash; or when both together are too long.
    """
    origin = origin_of(public_url)
    form = normalise(tag)
    if problem := problem_with(form):
        raise ValidationRefused(
            mark("No label can be printed for the tag {tag}: it {problem}."),
            field="tag",
            tag=tag,
            problem=problem,
        )
    if "/" in form or not form.strip("."):
        raise ValidationRefused(
            mark(
                "No label can be printed for the tag {tag}: web servers disagree about slashes and lone full "
                "stops in an address. Give the machine a new tag; the old one is still found."
            ),
            field="tag",
            tag=tag,
        )
    # The percent sign is in the alphanumeric set, so whatever is not there is percent-encoded.
    address = f"{origin}/T/{quote(form, safe='').replace('_', '%5F').replace('~', '%7E')}"
    if len(address) > LONGEST:
        raise ValidationRefused(
            mark(
                "No label can be printed for the tag {tag}: its address has {length} characters, and at most "
                "{longest} stay legible on a label. Use a shorter host in PUBLIC_URL, or a shorter tag."
            ),
            field="tag",
            tag=tag,
            length=len(address),
            longest=LONGEST,
        )
    return address


def parse_scanned(text: str) -> str:
    """The tag (or other identifier) in what a camera, a hand scanner or a person gave, in capitals.

    An address of ours gives its tag whatever its host, case, query or trailing slash; anything else
    is taken as it is. ValidationRefused when nothing is left.
    """
    found = from_scan(text)
    if not found:
        raise ValidationRefused(mark("Nothing was scanned. Scan a label, or type a tag."), field="tag")
    return found
