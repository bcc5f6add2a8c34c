"""How many machines of the demonstration go which way, and when. Pure.

Only the totals that are named as published are real (University of Edinburgh: 2,946 machines re-used
internally or donated since June 2015; 544 by July 2017; more than 2,100 donated; about 3,000 disposed of
a year; the rule of ages 5 to 8 years donate, over 8 recycle). Everything else is invented.
"""

from datetime import date
from typing import Final

SEED: Final = 2946
FIRST_DAY: Final = date(2015, 6, 1)
"""First day of the programme; nothing is recorded before it."""
LAST_DAY: Final = date(2025, 7, 31)
"""Last day of the story, unless the setting `demo_last_day` moves the whole of it."""
HUB_OPENS: Final = date(2016, 2, 1)
"""First day on which the hub itself re-used machines: the pilot ran 18 months, to July 2017."""

HEADLINE: Final = 2946
PILOT: Final = 544
REUSED: Final = (152, 392, 270, 300, 390, 420, 290, 262, 240, 230)
"""Computers counted for the first time in each academic year, 2015/16 (from 1 June 2015) to 2024/25."""
INSIDE: Final = (118, 178, 90, 92, 70, 60, 78, 72, 70, 66)
"""How many of these were counted for a redeployment inside; the rest were donated."""
BOTH: Final = 104
"""Redeployed first and donated years later."""
OLDER_INSIDE: Final = 24
OLDER_DONATED: Final = 14
"""Of the first year, what is known from older records only."""

DONATED_AND_REFUSED: Final = 37
DONATED_AND_SERVED: Final = 46
DONATED_IN_ERROR: Final = 14
DONATED_WITH_SLIP: Final = 22
REDEPLOYED_TWICE: Final = 48
PERIPHERALS_REUSED: Final = 260

OLDER_BEFORE: Final = {
    "donated": 26,
    "sold": 8,
    "prepared_for_reuse": 20,
    "recycled": 124,
    "energy_recovered": 10,
    "disposed": 6,
}
"""Outcomes stated from older records, from before the programme began."""

SOLD: Final = 62
LEASED_BACK: Final = 640
LOST: Final = 96
LOST_AND_FOUND: Final = 12
DUPLICATES: Final = 24
UNMERGED: Final = 6
CANCELLED: Final = 14
DISMANTLED: Final = 60
REGISTERED_IN_ERROR: Final = 5

ASSETS: Final = 45_000
RETIRED_AS_WASTE: Final = 27_150

RETURNED_WAITING: Final = 62
READY: Final = 26
RESERVED: Final = 11
ON_HOLD: Final = 14
MISSING: Final = 27
DISMANTLED_NOW: Final = 9
IN_STOCK: Final = 280
ON_ORDER: Final = 60
UNKNOWN_KIND: Final = 22
