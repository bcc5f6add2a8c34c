"""The canonical form of a ledger line and its hash. Pure, fixed and versioned.

Version 1: sorted UTF-8 JSON without white space; moments in UTC with six decimals; amounts as text.
The hash is SHA-256 over the version byte, the previous line's hash (32 zero bytes before the first) and
that JSON. It is the same on every database, since nothing in it comes from one.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import orjson

from inventory.lifecycle.state import Line

VERSION: Final = 1
GENESIS: Final = bytes(32)


@lru_cache(maxsize=16_384)
def moment(value: datetime) -> str:
    """A moment in UTC with microseconds, ``2026-11-23T08:11:37.000000Z``."""
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def encode(content: Any) -> bytes:
    """Sorted UTF-8 JSON."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def personal_digest(salt: bytes, content: Mapping[str, Any]) -> str:
    """Salted digest of free text, hexadecimal; without the salt it tells nothing about the text."""
    return hashlib.sha256(salt + encode(content)).hexdigest()


def line_hash(line: Line, digest: str | None, previous: bytes) -> bytes:
    """The 32 bytes that bind *line* to everything before it."""
    content = {
        "actor": line.actor,
        "details": line.details,
        "key": line.key,
        "kind": line.kind,
        "occurred_at": moment(line.occurred_at),
        "personal": digest,
        "precision": line.precision,
        "recorded_at": moment(line.recorded_at),
        "replaces": line.replaces,
        "sequence": line.sequence,
        "voids": line.voids,
    }
    return hashlib.sha256(bytes((VERSION,)) + previous + encode(content)).digest()
