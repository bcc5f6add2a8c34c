"""Types of identifier, and the form in which their values are compared."""

import re
from functools import lru_cache
from typing import Final

IDENTIFIER_TYPES: Final = {
    "serial": "Serial number",
    "service_tag": "Service tag",
    "legacy_barcode": "Legacy barcode",
    "mac": "MAC address",
    "host_name": "Host name",
    "supplier_id": "Supplier's id",
    "former_tag": "Former tag",
    "source_id": "Id in the source system",
    "board_serial": "Board serial number",
    "uuid": "Firmware UUID",
}
MAX_LENGTH: Final = 128
"""Longest identifier value kept, in characters."""


@lru_cache(maxsize=16_384)
def comparison_form(kind: str, value: str) -> str:
    """Upper case, one space; a MAC address without its separators."""
    value = " ".join(value.split()).upper()
    return re.sub(r"[^0-9A-F]", "", value) if kind == "mac" else value
