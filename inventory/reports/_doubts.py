"""What would make a reader doubt the numbers: each doubt with its condition, what it does to figures and what to do."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, case, exists, extract, false, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from inventory.config import Settings
from inventory.db import among
from inventory.footprint.factors import FactorBook
from inventory.lifecycle.event_types import CORRECTION
from inventory.lifecycle.models import LifecycleEvent, OutcomeFact
from inventory.lifecycle.state import State
from inventory.register.identifiers import IDENTIFIER_TYPES
from inventory.register.kinds import KINDS
from inventory.register.models import Asset, AssetIdentifier
from inventory.register.statuses import ON_SITE
from inventory.reports._grouped import COUNTED
from inventory.reports._query import Query

IMPLAUSIBLE: Final = 5
"""A weighed mass under a fifth of its class's median, or above five times it, is no weight: grams read as kilograms."""
LATE_DAYS: Final = 30
"""A line recorded more than so many days after it happened is late."""
SERIALS: Final = tuple(key for key in IDENTIFIER_TYPES if key in ("serial", "service_tag"))
"""Identifiers by which a contractor or a recipient names a machine."""


class Doubt(NamedTuple):
    """A reason to doubt: what it does to which figure, and what to do about it."""

    key: str
    label: str
    effect: str
    remedy: str


OUTCOMES: Final = (
    Doubt("unconfirmed", "Fate not confirmed in time",
          "Stands as expected in the hierarchy, the re-use rate and the waste returns; the truth may be worse.",
          "Ask the contractor for the report, and record it."),
    Doubt("lessor_unknown", "With the lessor, fate not reported",
          "Outside every share: a rate says nothing about these machines.",
          "Ask the lessor what became of them, and record the answer."),
    Doubt("older", "From older records, no evidence held",
          "Count in the headline and the hierarchy on somebody's word alone.",
          "Look for a certificate or a note, and name it in a correction."),
    Doubt("no_wipe", "Donated without a wipe on record",
          "No number changes; a reader asks what became of the data. Kit that was never used needs no wipe.",
          "The report Data assurance says which left by an exception; bring the evidence in."),
    Doubt("implausible", "Weighed mass that cannot be right",
          "Tonnes and carbon by mass are wrong by the whole error, such as grams read as kilograms.",
          "Weigh again, and amend the mass."),
    Doubt("class_mass", "Mass estimated from the class",
          "Kilograms rest on the median of the class, not on this machine.",
          "Weigh, or bring in a factor set that knows the model."),
    Doubt("no_mass", "No mass at all",
          "Missing from kilograms, tonnes and everything worked out from them, which are too low.",
          "Weigh, and amend the mass."),
    Doubt("no_department", "Outcome without a department",
          "In no department's figures, so that the departments look smaller than the whole.",
          "Correct the line that should have named it."),
    Doubt("no_purchase", "Outcome without a day of purchase",
          "Missing from the age at the end.",
          "Look it up in the order, and amend it."),
)  # fmt: skip
"""Doubts about outcomes reached in the period."""
REGISTER: Final = (
    Doubt("unknown_kind", "Kind unknown",
          "In no figure of computers or of peripherals until the kind is known.",
          "Look at it, and amend the kind."),
    Doubt("here_no_department", "On site without a department",
          "Its outcome will be in no department's figures.",
          "Amend the department."),
    Doubt("here_no_serial", "On site without a serial number",
          "A contractor's report or a certificate cannot find it, so its fate may stay unconfirmed.",
          "Scan the maker's label, and add it."),
    Doubt("here_no_purchase", "On site without a day of purchase",
          "No advice by age, and its age at the end will not be known.",
          "Look it up in the order, and amend it."),
)  # fmt: skip
"""Doubts about machines on record, as they stand."""
LEDGER: Final = (
    Doubt("late", f"Recorded more than {LATE_DAYS} days late",
          "Figures of the time in between were too low when they were looked at.",
          "Record on the day; what was published before is told by its restatement."),
    Doubt("corrected", "Corrected",
          "Figures that had counted the old line have moved.",
          "Read the reason on the machine; restate what was published."),
)  # fmt: skip
"""Doubts about lines that were recorded in a month or period."""
DOUBTS: Final = (*OUTCOMES, *REGISTER, *LEDGER)


def outcome_conditions(
    session: Session, query: Query, settings: Settings, today: date, book: FactorBook
) -> dict[str, Any]:
    """Key of each doubt about outcomes -> condition on the machine's last outcome in the period."""
    fact = OutcomeFact
    medians = {kind: found.mass_kg.median * 1000 for kind in KINDS if (found := book.of_class(kind))}
    models = book.newest("model_footprint")
    weighty = [key for key, told in models.values.items() if told.get("mass_kg") is not None] if models else []
    of_model = and_(fact.model_key.is_not(None), among(session, fact.model_key, weighty)) if weighty else false()
    of_class = fact.kind.in_(sorted(medians))
    median = case(*((fact.kind == kind, round(grams)) for kind, grams in medians.items()), else_=None)
    estimated = and_(COUNTED, fact.mass_g.is_(None), not_(of_model))
    stale = today - timedelta(days=max(min(settings.stale_return_days, (today - date.min).days), 0))
    return {
        "unconfirmed": and_(COUNTED, fact.certainty == "expected", fact.day < stale),
        "lessor_unknown": and_(fact.measure == "lessor", fact.tier == ""),
        "older": and_(COUNTED, fact.older, func.coalesce(fact.evidence, "none") == "none"),
        "no_wipe": and_(
            fact.measure == "donated",
            fact.kind.in_(sorted(key for key, kind in KINDS.items() if kind.holds_storage)),
            not_(_drives_seen_to(query)),
        ),
        "implausible": and_(
            COUNTED,
            fact.mass_g.is_not(None),
            of_class,
            or_(fact.mass_g * IMPLAUSIBLE < median, fact.mass_g > median * IMPLAUSIBLE),
        ),
        "class_mass": and_(estimated, of_class),
        "no_mass": and_(estimated, not_(of_class)),
        "no_department": and_(COUNTED, fact.department_id == 0),
        "no_purchase": and_(COUNTED, or_(fact.purchase_date.is_(None), fact.purchase_date > fact.day)),
    }


def _drives_seen_to(query: Query) -> Any:
    """A standing wipe, or an inspection that found no drive, is on record of the machine."""
    line, void = LifecycleEvent, aliased(LifecycleEvent)
    voided = exists().where(void.voids == line.key)
    found = exists().where(
        line.asset_id == OutcomeFact.asset_id,
        or_(
            line.kind == "sanitised",
            and_(line.kind == "inspected", line.details["no_drive_fitted"].as_boolean().is_(True)),
        ),
    )
    if query.as_at is not None:
        voided = voided.where(void.recorded_at <= query.as_at)
        found = found.where(line.recorded_at <= query.as_at)
    return found.where(~voided)


def register_conditions() -> dict[str, Any]:
    """Key of each doubt about the register -> condition on the present row."""
    here = Asset.status.in_(sorted(ON_SITE))
    known = Asset.kind != "unknown"
    serial = exists().where(AssetIdentifier.asset_id == Asset.id, AssetIdentifier.type.in_(SERIALS))
    return {
        "unknown_kind": Asset.kind == "unknown",
        "here_no_department": and_(known, here, Asset.department_id.is_(None)),
        "here_no_serial": and_(known, here, ~serial),
        "here_no_purchase": and_(known, here, Asset.purchase_date.is_(None)),
    }


REGISTER_TESTS: Final[dict[str, Callable[[State], bool]]] = {
    "unknown_kind": lambda state: state.kind == "unknown",
    "here_no_department": lambda state: _here(state) and state.facts.get("department") is None,
    "here_no_serial": lambda state: (
        _here(state) and not any(each["type"] in SERIALS for each in state.facts.get("identifiers", ()))
    ),
    "here_no_purchase": lambda state: _here(state) and state.facts.get("purchase_date") is None,
}
"""The same of a state as it stood."""


def _here(state: State) -> bool:
    return state.kind != "unknown" and state.status in ON_SITE


def ledger_conditions() -> dict[str, Any]:
    """Key of each doubt about lines -> condition on the line. Opening lines from older records are late by nature."""
    line, correction = LifecycleEvent, aliased(LifecycleEvent)
    # By the index of corrections: a period holds far more lines than there are corrections in all.
    corrections = select(correction.id).where(correction.voids.is_not(None))
    lag = extract("epoch", line.recorded_at) - extract("epoch", line.occurred_at)
    return {
        "late": and_(line.kind.not_in((CORRECTION, "taken_on")), line.replaces.is_(None), lag > LATE_DAYS * 86_400),
        "corrected": and_(line.id.in_(corrections), line.kind == CORRECTION),
    }
