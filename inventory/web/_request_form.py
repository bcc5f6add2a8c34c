"""The form of a request: its controls, what was typed in it, and the same from a request on record."""

from collections.abc import Mapping
from typing import Any, Final

from flask import request
from sqlalchemy.orm import Session

from inventory.db import storable
from inventory.errors import ValidationRefused
from inventory.register.naming import names_of
from inventory.reuse.schemas import ERASABLE, WANTABLE
from inventory.web._forms import Entry
from inventory.web._recording import find
from inventory.web._records import typed

DEPARTMENT: Final = Entry(
    "department", "department", "Department", "text", True, lookup=("department", ""), attrs={"autocomplete": "off"},
    help="Type a name or code.",
)  # fmt: skip
PARTNER: Final = Entry(
    "partner", "partner", "Partner", "text", True, lookup=("party", "partner"), attrs={"autocomplete": "off"},
    help="An organisation that receives donations. Type its name.",
)  # fmt: skip
ASKERS: Final = {"department": "A department", "partner": "A partner outside"}
LABELS: Final = {
    "department": "Department",
    "partner": "Partner",
    "kinds": "Kinds",
    "number": "Number",
    "least": "At least",
    "needed_by": "Needed by",
    "asked_on": "Asked on",
}
"""What a request says that lasts, in words; the texts that can be erased stand in no history."""
_TEXTS: Final = ("least", *ERASABLE)
_MOST_DIGITS: Final = 9


def said_in_form() -> dict[str, Any]:
    """What the form says, in the shape of `inventory.reuse.schemas.Wanted`; refusals name the control."""
    asker = request.form.get("asker", "")
    if asker not in ASKERS:
        raise ValidationRefused("Say who asks: a department, or a partner outside.", field="asker")
    kinds = [each for each in request.form.getlist("kinds")[: len(WANTABLE)] if storable(each)]
    said: dict[str, Any] = {
        asker: _code(asker),
        "kinds": kinds,
        "number": _whole(typed("number").strip()),
        "needed_by": typed("needed_by").strip(),
        "asked_on": typed("asked_on").strip(),
        # A line break of a form is two characters; one is kept.
        **{name: typed(name).replace("\r\n", "\n").strip() for name in _TEXTS},
    }
    return {name: value for name, value in said.items() if value not in ("", None)}


def _whole(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else text


def _code(asker: str) -> str:
    """The code of the department, or the id of the partner, that was typed."""
    text = typed(asker).strip()[:300]
    if not text:
        raise ValidationRefused(f"Name the {asker} that asks.", field=asker)
    table, role = ("department", None) if asker == "department" else ("party", "partner")
    found = find(table, role, text)
    if not found:
        raise ValidationRefused(f"There is no {asker} called “{text[:60]}”.", field=asker)
    if len(found) > 1:
        choices = ", ".join(each.choice for each in found[:5])
        raise ValidationRefused(f"More than one {asker} answers: {choices}.", field=asker)
    return found[0].code


def values_typed() -> dict[str, Any]:
    """What was typed, to stand in the form again."""
    return {name: text[:4_000] for name, text in request.form.items()} | {"kinds": request.form.getlist("kinds")}


def values_of(session: Session, content: Mapping[str, Any]) -> dict[str, Any]:
    """A request's content as its form shows it."""
    asker = "department" if "department" in content else "partner"
    table = "department" if asker == "department" else "party"
    code = content[asker]
    name = names_of(session, [(table, code)]).get((table, code), code)
    return {**content, "asker": asker, asker: f"{name} [{code}]"}


def changes_in_words(before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[Any, str]) -> list[str]:
    """What a change of a request changed, a clause each."""
    told = [
        f"{label}: {_value(name, before.get(name), names)} → {_value(name, after.get(name), names)}"
        for name, label in LABELS.items()
        if before.get(name) != after.get(name)
    ]
    return told + [f"{name.capitalize()} changed" for name in after.get("texts", ())]


def _value(name: str, value: Any, names: Mapping[Any, str]) -> str:
    if value is None:
        return "none"
    if name == "kinds":
        return ", ".join(WANTABLE.get(each, each) for each in value)
    table = {"department": "department", "partner": "party"}.get(name, "")
    return names.get((table, value), str(value))
