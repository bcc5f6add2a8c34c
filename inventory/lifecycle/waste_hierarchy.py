"""The waste hierarchy and the outcomes that count in it. Pure.

Tiers: Directive 2008/98/EC Art. 4(1). Re-use of what is not waste is *prevention* (Art. 3(12) and
3(13)); only what has become waste can be in the other four.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final


@dataclass(frozen=True)
class Tier:
    """A step of the hierarchy; ``rank`` 1 is the best."""

    key: str
    label: str
    rank: int
    meaning: str


PREVENTION: Final = Tier("prevention", "Prevention", 1, "Used again without ever becoming waste")
PREPARING: Final = Tier(
    "preparing_for_reuse", "Preparing for re-use", 2, "Became waste and was made fit to be used again"
)
RECYCLING: Final = Tier("recycling", "Recycling", 3, "Became waste; its materials were used again")
RECOVERY: Final = Tier("other_recovery", "Other recovery", 4, "Became waste; energy was recovered from it")
DISPOSAL: Final = Tier("disposal", "Disposal", 5, "Became waste; incinerated without recovery, or landfilled")

TIERS: Final = {tier.key: tier for tier in (PREVENTION, PREPARING, RECYCLING, RECOVERY, DISPOSAL)}

TIER_OF_FATE: Final = {
    "redeployed": PREVENTION,
    "donated": PREVENTION,
    "sold": PREVENTION,
    "reused": PREVENTION,
    "prepared_for_reuse": PREPARING,
    "recycled": RECYCLING,
    "energy_recovered": RECOVERY,
    "incinerated": DISPOSAL,
    "landfilled": DISPOSAL,
    "disposed": DISPOSAL,
}
"""Which tier a fate belongs to; ``disposed`` where nobody told whether it was incinerated or landfilled."""

MEASURES: Final = {
    "redeployed": "Re-used internally",
    "donated": "Donated to external partners",
    "sold": "Sold as working equipment",
    "waste": "Left as waste",
    "lessor": "Returned to lessor",
    "loss": "Lost or stolen",
}
"""What kind of outcome a counted line is."""

HEADLINE_MEASURES: Final = frozenset({"redeployed", "donated"})
IN_HIERARCHY: Final = frozenset({"redeployed", "donated", "sold", "waste"})
"""Measures that stand in the shares; lessor's fates and losses have rows of their own."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One counted outcome of an asset. ``key`` is the ledger line that dates and locates it.

    ``department`` is the code of the department just before that line; ``confirmed_by`` the line that
    turned an expected fate into a confirmed one; ``older``: stated from older records.
    """

    key: str
    measure: str
    fate: str | None
    tier: str | None
    certainty: str
    occurred_at: datetime
    department: str | None
    counterpart: str | None
    older: bool = False
    confirmed_by: str | None = None
    evidence: str | None = None


def outcome(
    key: str,
    measure: str,
    fate: str | None,
    occurred_at: datetime,
    department: str | None,
    counterpart: str | None,
    *,
    certainty: str = "confirmed",
    older: bool = False,
    evidence: str | None = None,
) -> Outcome:
    """An outcome with the tier of its *fate*; a loss or an unknown fate has none."""
    tier = TIER_OF_FATE[fate].key if fate in TIER_OF_FATE else None
    return Outcome(key, measure, fate, tier, certainty, occurred_at, department, counterpart, older, None, evidence)


def settled(expected: Outcome, fate: str, by: str, evidence: str | None) -> Outcome:
    """*expected*, confirmed as *fate* by the line *by*; it stays dated by its own line."""
    return replace(
        expected,
        fate=fate,
        tier=TIER_OF_FATE[fate].key,
        certainty="confirmed",
        confirmed_by=by,
        evidence=evidence,
    )
