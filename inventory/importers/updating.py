"""A row about a machine on record, compared with the record: what has changed, and which events say so."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.lifecycle.requests import EventRequest
from inventory.register.identifiers import comparison_form
from inventory.register.rows import AssetRow
from inventory.register.statuses import ON_SITE, STATUSES

from .opening import FACTS, IDENTIFIERS, line_key
from .targets import TARGETS

STATUS_EVENTS: Final = {
    ("in_stock", "in_use"): "deployed",
    ("on_order", "in_stock"): "received",
    ("in_use", "returned"): "returned",
    ("in_stock", "returned"): "returned",
    ("ready_for_reuse", "returned"): "returned",
    ("reserved", "returned"): "returned",
    ("ready_for_reuse", "in_use"): "redeployed",
    ("reserved", "in_use"): "redeployed",
    ("returned", "in_use"): "deployed",
} | {(status, "missing"): "reported_missing" for status in ON_SITE}
"""Changes of status that a list can state by itself. The rest needs evidence or a decision, which a row has not."""
_PLACED: Final = frozenset({"deployed", "redeployed"})


def plain_text(value: Any) -> str:
    """Text as an import reads it back: one space, no control characters."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", str(value)).split())


def changes(row: AssetRow, values: Mapping[str, Any], codes: Mapping[str, str]) -> dict[str, Any]:
    """What *values* say otherwise than the record, by target key; what they do not say stays as it is.

    *codes*: codes of what the row names (department, location, custodian).
    """
    found: dict[str, Any] = {}
    for name in FACTS:
        said = values.get(name)
        if said is None or (name == "kind" and said == "unknown"):
            continue
        if plain_text(getattr(row, name) or "") != said:
            found[name] = said
    for name in ("purchase_date", "warranty_end", "purchase_cost"):
        said = values.get(name)
        if said is not None and getattr(row, name) != said:
            found[name] = said
    if (mass := values.get("mass")) is not None and mass != row.mass_g:
        found["mass"] = mass
    if (notes := values.get("notes")) and plain_text(notes) != plain_text(row.notes or ""):
        found["notes"] = notes
    for name in IDENTIFIERS:
        said = values.get(name)
        if said and comparison_form(name, said) not in {
            comparison_form(name, plain_text(each)) for each in row.identifiers.get(name, ())
        }:
            found[name] = said
    present = {"department": row.department_code, "location": row.location_code, "custodian": row.custodian_uid}
    for name, code in codes.items():
        if name in present and present[name] != code:
            found[name] = code
    if (tag := values.get("tag")) and plain_text(row.tag).upper() != tag.upper():
        former = {each.upper() for each in row.identifiers.get("former_tag", ())}
        if tag.upper() not in former:
            found["tag"] = tag
    if (status := values.get("status")) and status != row.status:
        found["status"] = status
    return found


def labels(changed: Mapping[str, Any]) -> str:
    """The changed columns in words."""
    return ", ".join(TARGETS[name].label.lower() for name in changed)


def requests_for(
    row: AssetRow, changed: Mapping[str, Any], when: date | None, source: str, sequence: int
) -> list[EventRequest]:
    """The events that bring the record to what the row says. Raises ValidationRefused where no list can.

    *when*: day of a change of status, None for today. *sequence*: number of the machine's last line.
    """
    left = dict(changed)
    made: list[tuple[str, date | None, dict[str, Any]]] = []
    if "tag" in left:
        made.append(("relabelled", None, {"tag": left.pop("tag")}))
    status = left.pop("status", None)
    if status is not None:
        kind = STATUS_EVENTS.get((row.status, status))
        if kind is None:
            raise ValidationRefused(
                mark(
                    "{tag} is {present} on record, this row says {said}. A list alone cannot change that: record what "
                    "happened to the machine, with its evidence."
                ),
                field="status",
                tag=row.tag,
                present=STATUSES[row.status].label.lower(),
                said=STATUSES[status].label.lower(),
            )
        carried = {"location"} if kind == "returned" else {"custodian", "location"} if kind in _PLACED else set()
        made.append(
            (
                kind,
                when,
                {name: left.pop(name) for name in ("custodian", "location") if name in left and name in carried},
            )
        )
    present = status or row.status
    if "location" in left and present in ON_SITE:
        made.append(("moved", None, {"location": left.pop("location")}))
    if "custodian" in left and present == "in_use":
        made.append(
            (
                "reassigned",
                None,
                {
                    "custodian": left.pop("custodian"),
                    "drives_not_wiped": True,
                    "reason": f"Stated by the import “{source}”",
                },
            )
        )
    if left:
        made.append(("amended", None, _facts(row, left) | {"source": source[:120]}))
    return [
        EventRequest(
            kind, line_key(source, row.tag, kind, at, {"after": sequence, "place": place}), row.tag, at, details
        )
        for place, (kind, at, details) in enumerate(made)
    ]


def _facts(row: AssetRow, left: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    named = {name: [left[name]] for name in IDENTIFIERS if name in left}
    if named:
        # A machine may have several addresses; of everything else a row names the one there is.
        kept = {
            name: row.identifiers.get(name, []) if name not in named or name == "mac" else [] for name in IDENTIFIERS
        }
        facts["identifiers"] = [
            {"type": name, "value": value} for name in IDENTIFIERS for value in [*kept[name], *named.get(name, [])]
        ]
    for name, value in left.items():
        if name in IDENTIFIERS:
            continue
        if name == "mass":
            facts["mass_g"] = value
        elif name == "purchase_cost":
            facts[name] = f"{value:.2f}"
        else:
            facts[name] = value.isoformat() if isinstance(value, date) else value
    return facts
