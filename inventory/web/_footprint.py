"""What the page of one machine tells of its mass and carbon, each with its source and what speaks against it."""

from typing import Any, Final

from flask import url_for

from inventory.footprint.carbon import CAUTION, doubts, each_embodied
from inventory.footprint.factors import FactorBook
from inventory.footprint.mass import Group, mass_of
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.register.model_keys import model_key
from inventory.web import _words as words
from inventory.web._finding import Found
from inventory.web._shell import settings

_SUBJECT: Final = {"model": "model_footprint", "class": "class_footprint"}
_SAID: Final = {"model": "what its maker states for the model", "class": "the median of its class"}
_SPREAD: Final = {"model": "with the error its maker tells or is usual", "class": "with its quartiles"}


def footprint_of(found: Found, book: FactorBook) -> dict[str, Any]:
    """Facts as (label, value, source), doubts as sentences, and what must stand beside figures of others' data."""
    grams = found.facts.get("mass_g")
    key = model_key(found.facts.get("manufacturer"), found.facts.get("model"))
    kind = found.state.kind
    mass = mass_of(Group(kind, key, 1, int(grams is not None), grams or 0), book)
    carbon = each_embodied(kind, key, book)
    of_class = book.of_class(kind)
    used = {source for source, there in (("model", mass.by_model), ("class", mass.by_class)) if there}
    facts = [("Measured mass" if mass.measured else "Mass", *_mass(found, mass.grams, mass.measured, used))]
    if carbon is None:
        facts.append(("Embodied carbon", None, "no footprint is known for its kind or model"))
    else:
        amount, source = carbon
        used.add(source)
        low, central, high = (f"{float(each):,.0f}" for each in (amount.low, amount.central, amount.high))
        facts.append(("Embodied carbon", f"{central} kg CO2e ({low} to {high})", f"{_SAID[source]}, {_SPREAD[source]}"))
    said = []
    if of_class is not None:
        said = doubts(grams / 1000 if grams is not None else None, None, of_class)
    sets = [told for source in sorted(used) if (told := book.newest(_SUBJECT[source]))]
    return {
        "facts": facts,
        "doubts": said,
        "caution": CAUTION if carbon else None,
        "sets": [f"{told.version}, {told.licence}" for told in sets],
        "factors": url_for("web_settings_factors.index"),
    }


def _mass(found: Found, grams: int, measured: int, used: set[str]) -> tuple[str | None, str]:
    if measured:
        return f"{grams / 1000:,.2f} kg", _measured(found)
    if not used:
        return None, "never weighed; no weight is known for its kind or model"
    return f"about {grams / 1000:,.2f} kg", f"{_SAID[next(iter(used))]}; never weighed"


def _measured(found: Found) -> str:
    """Who says so, and when."""
    told = [each for each in found.machine.lines if "mass_g" in each.line.details and not each.voided_by]
    if not told:
        return "measured"
    line = told[-1].line
    said = line.details.get("source")
    return f"{said or EVENT_TYPES[line.kind].label}, {words.when(line.occurred_at, settings().zone, 'day')}"
