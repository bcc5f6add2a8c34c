"""The columns of our own export, and an asset as a row of it: what the own importer reads back unchanged."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from inventory.config import Settings
from inventory.register.rows import AssetRow

from .opening import IDENTIFIERS
from .own_csv import ASSET, RECORD
from .updating import plain_text
from .values import guard_formula

ASSET_COLUMNS: Final = (
    RECORD,
    "tag",
    "kind",
    "manufacturer",
    "model",
    *IDENTIFIERS,
    "department",
    "location",
    "custodian",
    "order_reference",
    "purchase_date",
    "purchase_cost",
    "currency",
    "warranty_end",
    "mass_g",
    "status",
    "status_date",
    "notes",
)
"""A list's export has these."""
LEDGER_COLUMNS: Final = (
    "key",
    "event",
    "occurred_at",
    "precision",
    "recorded_at",
    "actor",
    "sequence",
    "voids",
    "replaces",
    "details",
    "personal_digest",
    "personal",
    "hash",
    "data",
)
"""The whole export has these too: a ledger line's columns, and ``data`` (JSON) for every other record."""
_DELICATE = re.compile("[\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffd]")
ALL_COLUMNS: Final = (*ASSET_COLUMNS, *LEDGER_COLUMNS)


def asset_cells(row: AssetRow, settings: Settings) -> dict[str, str]:
    """The row of an asset. Where an identifier has several values, the first is shown."""
    cells: dict[str, Any] = {
        RECORD: ASSET,
        "tag": row.tag,
        "kind": row.kind if row.kind != "unknown" else None,
        "manufacturer": row.manufacturer,
        "model": row.model,
        "department": row.department_code,
        "location": row.location_code,
        # The id tells two people of one name apart when the file comes back.
        "custodian": f"{row.custodian} [{row.custodian_uid}]" if row.custodian_uid else None,
        "order_reference": row.order_reference,
        "purchase_date": row.purchase_date,
        "purchase_cost": f"{row.purchase_cost:.2f}" if row.purchase_cost is not None else None,
        "currency": row.currency,
        "warranty_end": row.warranty_end,
        "mass_g": row.mass_g,
        "status": row.status,
        "status_date": row.status_since.astimezone(settings.zone).date(),
        "notes": row.notes,
    }
    for name in IDENTIFIERS:
        cells[name] = next(iter(row.identifiers.get(name, ())), None)
    return {name: _cell(name, value) for name, value in cells.items() if value is not None}


def _cell(name: str, value: Any) -> str:
    if not isinstance(value, str):
        return str(value)
    text = "\n".join(plain_text(line) for line in value.splitlines()) if name == "notes" else plain_text(value)
    return guard_formula(text)


def pack(value: Any) -> str:
    """JSON for a cell, in which no reader takes a letter for the end of a line or for a sign of another encoding."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)
    return _DELICATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def lines(columns: tuple[str, ...], records: Iterable[dict[str, str]]) -> Iterator[bytes]:
    """The file as it is written, a stretch of rows at a time: UTF-8 with its mark, which spreadsheets need."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    yield b"\xef\xbb\xbf"
    for count, record in enumerate(records, 1):
        writer.writerow([record.get(name, "") for name in columns])
        if count % 500 == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
