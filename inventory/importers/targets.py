"""The columns an import understands: one row of one table each, with the names other files give them."""

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Target:
    """A column we understand. ``parser`` names how it is read; ``limit``: longest text kept, in characters.

    ``blank_words``: "n/a", "none", "unknown" mean unknown here. ``joiner``: how several source columns
    become one. ``personal``: data about a person, kept out of the ledger. ``names_machine``: enough, alone,
    to tell which machine a row is about.
    """

    key: str
    label: str
    parser: str
    aliases: tuple[str, ...]
    limit: int = 255
    blank_words: bool = False
    personal: bool = False
    names_machine: bool = False
    joiner: str = " "


def _target(key: str, label: str, parser: str, aliases: str, limit: int = 255, **more: Any) -> Target:
    names = tuple(alias for alias in aliases.split("|") if alias)
    return Target(key, label, parser, names, limit, **more)


_ROWS: Final = (
    _target(
        "tag",
        "Tag",
        "tag",
        "asset tag|asset id|asset number|asset no|inventory number|inventory no|inventory id|tag id|tag number",
        64,
        names_machine=True,
    ),
    _target(
        "kind",
        "Kind",
        "kind",
        "category|type|device type|asset type|chassis|chassis type|computer type|"
        "equipment type|asset category|form factor",
        120,
    ),
    _target(
        "manufacturer",
        "Manufacturer",
        "text",
        "make|vendor|brand|maker|marca|hersteller|fabricant",
        blank_words=True,
    ),
    _target(
        "model",
        "Model",
        "text",
        "model name|device model|asset model|product|product name|modelo|modell|modele",
        blank_words=True,
    ),
    _target(
        "serial",
        "Serial number",
        "identifier",
        "serial|serial no|serial num|s n|sn|serialnumber|device serial number|numero de serie|seriennummer",
        128,
        names_machine=True,
    ),
    _target(
        "service_tag",
        "Service tag",
        "identifier",
        "servicetag|dell service tag|express service tag",
        128,
        names_machine=True,
    ),
    _target(
        "legacy_barcode",
        "Legacy barcode",
        "identifier",
        "barcode|old barcode|bar code|old tag|legacy tag|previous tag|qr id",
        128,
        names_machine=True,
    ),
    _target(
        "mac",
        "MAC address",
        "mac",
        "mac|ethernet address|hardware address|lan mac|wifi mac|mac addresses",
        64,
        names_machine=True,
    ),
    _target(
        "host_name",
        "Host name",
        "text",
        "hostname|computer name|device name|machine name|netbios name|fqdn",
        128,
        blank_words=True,
    ),
    _target(
        "supplier_id",
        "Supplier's id",
        "identifier",
        "supplier id|vendor id|supplier reference|id device supplier",
        128,
        names_machine=True,
    ),
    _target(
        "source_id",
        "Id in the source system",
        "identifier",
        "source id|external id|record id",
        128,
        names_machine=True,
    ),
    _target(
        "department",
        "Department",
        "text",
        "dept|department code|school|cost centre|cost center|faculty|"
        "organisational unit|organizational unit|org unit|ou|department name|abteilung",
        blank_words=True,
        joiner="/",
    ),
    _target(
        "location",
        "Location",
        "text",
        "place|location code|location name|default location|ort|ubicacion",
        blank_words=True,
        joiner=", ",
    ),
    _target("site", "Site", "text", "campus|site name", 120, blank_words=True),
    _target("building", "Building", "text", "building name|bldg", 120, blank_words=True),
    _target("room", "Room", "text", "room number|room no|office", 120, blank_words=True),
    _target(
        "custodian",
        "Custodian",
        "text",
        "assigned to|checked out to|owner|holder|assigned user|assignee|user|used by|primary user",
        blank_words=True,
        personal=True,
    ),
    _target(
        "order_reference",
        "Order reference",
        "text",
        "order number|order no|po number|purchase order|purchase order number|po|order",
        120,
        blank_words=True,
    ),
    _target(
        "purchase_date",
        "Purchase date",
        "past_date",
        "purchased|date purchased|bought|bought on|date of purchase|acquisition date|date acquired|acquired",
        64,
    ),
    _target(
        "purchase_cost",
        "Purchase cost",
        "money",
        "cost|price|purchase price|unit cost|unit price|valuation|acquisition cost",
        64,
    ),
    _target("currency", "Currency", "currency", "currency code|cost currency", 16, blank_words=True),
    _target(
        "warranty_end",
        "Warranty end",
        "date",
        "warranty expires|warranty expiry|warranty expiration|"
        "warranty end date|warranty until|warranty expiry date|warranty expiration date|end of warranty",
        64,
    ),
    _target(
        "mass",
        "Measured mass",
        "mass",
        "weight|measured weight|mass|mass kg|mass g|weight kg|weight g|weight lb|mass lb",
        64,
    ),
    _target(
        "status",
        "Status",
        "status",
        "state|asset status|lifecycle state|lifecycle status|status label",
        120,
    ),
    _target(
        "status_date",
        "Status since",
        "past_date",
        "status date|since|in status since|last status change",
        64,
    ),
    _target(
        "outcome",
        "Past outcome",
        "outcome",
        "disposal method|disposal route|disposition|fate|end of life route",
        120,
    ),
    _target(
        "outcome_date",
        "Outcome date",
        "past_date",
        "disposal date|date disposed|disposed on|date of disposal|retired on|retirement date",
        64,
    ),
    _target(
        "evidence",
        "Evidence for the outcome",
        "text",
        "certificate|certificate number|disposal evidence|disposal reference",
    ),
    _target(
        "partner",
        "Partner",
        "text",
        "recipient|donated to|given to|disposed through|disposal company|charity",
    ),
    _target(
        "notes",
        "Notes",
        "notes",
        "note|comment|comments|remarks|asset notes|description|info",
        4_000,
        joiner="\n",
    ),
)
TARGETS: Final = {target.key: target for target in _ROWS}
NAMING: Final = tuple(target.key for target in _ROWS if target.names_machine)
