"""What a right row says as the opening line of a machine: which event, when, with which details."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

import orjson

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.lifecycle.details import PAST_OUTCOMES
from inventory.register.identifiers import IDENTIFIER_TYPES
from inventory.register.statuses import ON_SITE

IDENTIFIERS: Final = tuple(key for key in IDENTIFIER_TYPES if key != "former_tag")
"""Target columns that are identifiers, in the order in which they tell what a row is about."""
FACTS: Final = ("kind", "manufacturer", "model", "order_reference", "currency")
DAYS: Final = frozenset({"purchase_date", "warranty_end"})
_AS_TEXT: Final = frozenset((*FACTS, "tag"))
_IDENTIFYING: Final = frozenset(IDENTIFIERS)
REGISTERED: Final = frozenset({"in_stock", "in_use", "returned"})
STATUS_OF_OUTCOME: Final = {"redeployed": "in_use", "incinerated": "disposed", "landfilled": "disposed"}
"""Status of a machine whose past outcome is stated without one; for the others it bears the same name."""
PARTNER_ROLE: Final = {"donated": "partner", "sold": "buyer", "with_lessor": "lessor"}
"""Which kind of party the column "partner" names; the facility that took it for every other outcome."""
PROOFS: Final = {
    "none": "none",
    "spreadsheet": "spreadsheet",
    "certificate": "certificate",
    "transfer note": "transfer_note",
    "waste transfer note": "transfer_note",
    "letter": "letter",
}
_WITH_HOLDER: Final = ON_SITE | {"missing", "on_order"}


@dataclass(slots=True)
class Opening:
    """An opening line to be: everything but the codes of what it names (see names.NameBook)."""

    kind: str
    status: str
    when: date | None
    details: dict[str, Any]
    key: str
    identifiers: list[tuple[str, str]]
    left_out: list[tuple[str, str]] = field(default_factory=list)
    """(field, sentence) of what the row says and the line does not hold."""


def _rank(identifier: tuple[str, str]) -> int:
    return IDENTIFIERS.index(identifier[0])


def _hundredths(value: Decimal) -> str:
    return f"{value:.2f}"


def status_of(values: Mapping[str, Any], without_status: str | None) -> str:
    """Where the row says the machine stands; raises ValidationRefused where it does not say."""
    if status := values.get("status"):
        return str(status)
    if outcome := values.get("outcome"):
        return STATUS_OF_OUTCOME.get(outcome, str(outcome))
    if values.get("custodian"):
        return "in_use"
    if without_status is None:
        raise ValidationRefused(
            mark("The status is not stated, and nobody holds it. Say which status such rows have, such as in use."),
            field="status",
        )
    return without_status


def partner_role(values: Mapping[str, Any]) -> str:
    """Role of the party in the column "partner"."""
    return PARTNER_ROLE.get(values.get("outcome") or values.get("status") or "", "facility")


def opening_of(values: Mapping[str, Any], source: str, without_status: str | None) -> Opening:
    """The opening line that a row's *values* amount to. Raises ValidationRefused, naming the field."""
    status = status_of(values, without_status)
    if status == "withdrawn":
        raise ValidationRefused(
            mark("A withdrawn record is no machine to bring in; leave the row out."), field="status"
        )
    outcome, when = values.get("outcome"), values.get("status_date")
    if outcome:
        when = values.get("outcome_date")
    elif status in PAST_OUTCOMES:
        outcome = status
        if when is None:
            raise ValidationRefused(
                mark("A past outcome needs its date, to be counted in its year."), field="status_date"
            )
    left_out: list[tuple[str, str]] = []
    details: dict[str, Any] = {}
    identifiers: list[tuple[str, str]] = []
    for name, value in values.items():
        if value is None:
            continue
        if name in _AS_TEXT:
            details[name] = value
        elif name in DAYS:
            details[name] = value.isoformat()
        elif name in _IDENTIFYING:
            identifiers.append((name, value))
        elif name == "purchase_cost":
            details[name] = f"{value:.2f}"
        elif name == "mass":
            details["mass_g"] = value
    if identifiers:
        if len(identifiers) > 1:
            identifiers.sort(key=_rank)
        details["identifiers"] = [{"type": name, "value": value} for name, value in identifiers]
    tag = values.get("tag")
    notes = values.get("notes")
    kind = "registered"
    if outcome and outcome in PAST_OUTCOMES:
        kind = "taken_on"
        details["outcome"] = outcome
        stated = values.get("evidence")
        proof = PROOFS.get(stated.casefold(), "spreadsheet") if stated else "none"
        details["evidence"] = proof
        if stated and proof == "spreadsheet":
            notes = "\n".join(filter(None, (notes, f"Evidence for the outcome: {stated}")))
    elif status == "on_order":
        kind = "ordered"
        when = when or values.get("purchase_date")
    elif status == "in_stock" and when:
        kind = "received"
    elif status not in REGISTERED:
        kind = "taken_on"
    if kind in ("registered", "taken_on"):
        details["status"] = status
    if notes:
        details["notes"] = notes
    if status not in _WITH_HOLDER and values.get("custodian"):
        left_out.append(("custodian", mark("Custodian is left out: the machine is no longer here.")))
    key = line_key(source, tag or (identifiers[0][1] if identifiers else ""), kind, when, key_details(values))
    return Opening(kind, status, when, details, key, identifiers, left_out)


def holds(status: str, name: str) -> bool:
    """Whether a machine with *status* has the detail *name*: what has left has no custodian or place of ours."""
    return name not in ("custodian", "location") or status in _WITH_HOLDER


PERSONAL: Final = frozenset({"custodian", "notes", "partner"})


def key_details(values: Mapping[str, Any]) -> dict[str, Any]:
    """What of a row goes into its key. Nothing about people: a key is for ever, and its content could be guessed."""
    return {name: value for name, value in values.items() if value is not None and name not in PERSONAL}


def line_key(source: str, identifier: str, event: str, when: date | None, details: Mapping[str, Any]) -> str:
    """The client's key of a line that has no id: the same words of the same file give the same key."""
    content = orjson.dumps([source, identifier, event, when, details], default=_hundredths, option=orjson.OPT_SORT_KEYS)
    return f"import-{hashlib.sha256(content).hexdigest()[:40]}"
