"""The last day of the demonstration: a busy re-use hub, with every status somewhere. Pure."""

from collections.abc import Callable
from datetime import date

from inventory.demo import plan
from inventory.demo.life import Life, monday, workday
from inventory.demo.requests import promised_to
from inventory.demo.stories import arrive, cage, come_back, days, inspect, make_ready, serve, shelve, wipe

Make = Callable[[], Life]


def today(make: Make) -> None:
    """What stands in the hub, in the store and on order on the last day."""
    _returned(make)
    _ready(make)
    _kept(make)
    _missing(make)
    _new(make)


def _returned(make: Make) -> None:
    for number in range(plan.RETURNED_WAITING):
        life = make()
        if number < 18:
            day = plan.LAST_DAY
        elif number < 46:
            day = workday(plan.LAST_DAY - days(1 + number % 7))
        elif number < 54:
            day = workday(plan.LAST_DAY - days(10 + number % 20))
        else:
            day = workday(plan.LAST_DAY - days(100 + (number - 54) * 16))
        arrive(
            life, day - days(1600 + number * 37), ("laptop", "desktop", "laptop", "all_in_one", "monitor")[number % 5]
        )
        serve(life, day - days(40))
        come_back(life, day)
        if number % 9 == 4 and life.drives and day < plan.LAST_DAY:
            life.add("sanitisation_failed", day, drives=[{"uid": uid, "tool": "nwipe"} for uid in life.drives])
        elif number % 4 == 1 and day < plan.LAST_DAY:
            wipe(life, day, purpose="purge")


def _ready(make: Make) -> None:
    kept = {"laptop": 0, "desktop": 0}
    for number in range(plan.READY + plan.RESERVED):
        life = make()
        back = 7 + number * 2 if number % 6 else 110 + number
        day = monday(plan.LAST_DAY - days(back))
        kind = "laptop" if number % 3 else "desktop"
        arrive(life, day - days(1500 + number * 29), kind)
        make_ready(life, day, "redeploy" if number % 2 else "donate")
        shelve(life, day + days(3))
        if number >= plan.READY:
            request = promised_to(kind, kept[kind]) or f"REQ-{life.number}"
            kept[kind] += 1
            life.add("reserved", plan.LAST_DAY - days(number % 3), request=request)
        elif number % 7 == 3:
            life.add("reserved", day + days(4), request=f"REQ-{life.number}")
            life.turn()
            life.add("unreserved", day + days(4))


def _kept(make: Make) -> None:
    for number in range(plan.ON_HOLD):
        life = make()
        day = monday(plan.LAST_DAY - days(20 + number * 23))
        arrive(life, day - days(1200), "laptop")
        if number % 2:
            come_back(life, day)
        life.add("held", day + days(1), reason="Legal hold (synthetic)" if number % 3 else "Safety recall (synthetic)")
    for number in range(plan.DISMANTLED_NOW):
        life = make()
        day = monday(plan.LAST_DAY - days(6 + number * 14))
        arrive(life, day - days(2900), "desktop")
        come_back(life, day)
        bare = wipe(life, day + days(1), purpose="purge")
        inspect(life, day + days(1), "dead", "D", "recycle", no_drive=bare)
        life.add("dismantled", day + days(2))
    for number in range(12):
        # Declared waste months ago and still in the cage: somebody should ask the contractor.
        life = make()
        day = monday(plan.LAST_DAY - days(95 + number * 6))
        arrive(life, day - days(3300), "desktop")
        come_back(life, day)
        bare = wipe(life, day + days(1), purpose="destroy")
        inspect(life, day + days(1), "dead", "D", "recycle", no_drive=bare)
        life.add("declared_waste", day + days(2))
        cage(life, day + days(2))


def _missing(make: Make) -> None:
    for number in range(plan.MISSING):
        life = make()
        day = workday(plan.LAST_DAY - days(3 + number * 7))
        arrive(life, day - days(1100), "laptop")
        life.add("reported_missing", day)


def _new(make: Make) -> None:
    for number in range(plan.IN_STOCK):
        life = make()
        bought = date(2025, 7, 7) if number < 210 else date(2025, 5, 5) if number < 260 else date(2024, 11, 4)
        arrive(life, bought, "laptop" if number % 3 else "monitor", used=False)
        if number % 70 == 0:
            life.add("returned", plan.LAST_DAY - days(2))
    for number in range(plan.ON_ORDER):
        life = make()
        day = plan.LAST_DAY - days(2 + number % 40)
        facts = life.facts(day, "laptop")
        facts.pop("drives", None)
        life.open("ordered", workday(day), by="procurement", **facts)
