"""Importer for Shelf: its asset import file, custom fields ("cf: Serial number,type:text") included."""

import re
from collections.abc import Mapping, Sequence

from inventory.i18n import mark

from ._base import Importer, share_of
from .mapping import ColumnMapping, header_words, propose_mapping
from .tables import Table
from .validation import RowCheck
from .words import normal

_CUSTOM = re.compile(r"cf:\s*(?P<name>[^,]+?)\s*(?:,\s*type:\s*(?P<type>\w+))?\s*", re.IGNORECASE)
_KNOWN = {
    "category": "kind",
    "assetModel": "model",
    "location": "location",
    "custodian": "custodian",
    "valuation": "purchase_cost",
    "description": "notes",
    "qrId": "legacy_barcode",
    "barcode": "legacy_barcode",
    "bookable": "",
    "minQuantity": "",
    "unitOfMeasure": "",
    "consumptionType": "",
    "quantity": "",
    "type": "",
    "imageUrl": "",
}
_CUSTOM_KNOWN = {
    "serial number": "serial",
    "serial": "serial",
    "serial no": "serial",
    "brand": "manufacturer",
    "manufacturer": "manufacturer",
    "make": "manufacturer",
    "purchase date": "purchase_date",
    "warranty end": "warranty_end",
    "warranty expires": "warranty_end",
    "warranty expiry": "warranty_end",
    "asset tag": "tag",
    "mac address": "mac",
    "host name": "host_name",
    "hostname": "host_name",
    "service tag": "service_tag",
    "department": "department",
    "order number": "order_reference",
}
_KEPT = ("title", "kit", "tags")
_NAMES = frozenset(map(normal, (*_KNOWN, *_KEPT)))
_SIGNS = frozenset(map(normal, ("bookable", "assetModel", "unitOfMeasure", "consumptionType", "minQuantity", "kit")))


class Shelf(Importer):
    """Assets of Shelf; stock counted by quantity is not machines and is refused row by row."""

    key = "shelf"
    label = "Shelf: asset import file"
    fuzzy = False
    keeps = frozenset(map(normal, _KEPT))

    def detect(self, table: Table) -> float:
        """By its own header names and custom fields."""
        names = {normal(header) for header in table.headers}
        custom = sum(bool(_CUSTOM.fullmatch(header)) for header in table.headers)
        if "title" not in names or not (custom or len(names & _SIGNS) >= 2):
            return 0.0
        return min(0.95, 0.4 + share_of(table, _NAMES) + custom / len(table.headers))

    def mapping(self, table: Table, given: Mapping[str, str] | None = None) -> ColumnMapping:
        """Own headers, then custom fields by their names."""
        known = dict(_KNOWN)
        for header in table.headers:
            if (field := _CUSTOM.fullmatch(header)) and (key := _CUSTOM_KNOWN.get(header_words(field["name"]))):
                known[header] = key
        return propose_mapping(table.headers, given=given, known=known, fuzzy=False)

    def kept(self, mapping: ColumnMapping) -> frozenset[str]:
        """The title, and every custom field that is no column of ours."""
        custom = {header for header in mapping.unmapped if _CUSTOM.fullmatch(header)}
        return super().kept(mapping) | custom

    def row_check(self, table: Table) -> RowCheck | None:
        """Refuses rows that count a quantity."""
        positions = {normal(header): at for at, header in reversed(list(enumerate(table.headers)))}
        kind, quantity = positions.get("type", -1), positions.get("quantity", -1)

        def check(cells: Sequence[str]) -> str | None:
            counted = kind >= 0 and cells[kind].strip().upper().startswith("QUANTITY")
            many = quantity >= 0 and cells[quantity].strip() not in ("", "1")
            if counted or many:
                return mark(
                    "This row counts a quantity (stock), not one machine. Give each machine a row of its "
                    "own, "
                    "or leave the row out."
                )
            return None

        return check


IMPORTER = Shelf()
