"""The ways that machines of the demonstration go: arrival, use, the hub, re-use, waste. Pure."""

from datetime import date, timedelta
from typing import Any, Final

from inventory.demo.life import Life, delivery_day, monday, workday
from inventory.demo.plan import FIRST_DAY
from inventory.demo.requests import served_for
from inventory.demo.university import FACILITY, HUB, HUB_CAGE, HUB_SHELF, PARTNERS, PREPARER

_PARTNERS: Final = tuple(uid for uid, _, weight in PARTNERS for _ in range(weight))
CONTRACT: Final = "WEEE-2014/07, certified destruction"
FIRST_COLLECTION: Final = date(2015, 8, 5)


def days(count: float) -> timedelta:
    """*count* days."""
    return timedelta(days=int(count))


def arrive(life: Life, bought: date, kind: str | None = None, *, peripheral: bool = False, used: bool = True) -> None:
    """Onto the record: found at the stock-take that opened the register, or delivered and deployed."""
    older, day = bought < FIRST_DAY, delivery_day(bought)
    facts = life.facts(bought if older else max(FIRST_DAY, day - days(10)), kind, peripheral=peripheral)
    if older:
        day = workday(FIRST_DAY + days(life.number * 31 % 54))
        life.open(
            "registered", day, by="technician", status="in_use", location=life.room(), custodian=life.person(), **facts
        )
        return
    if life.chance.random() < 0.06 and (ordered := workday(day - days(35))) >= FIRST_DAY:
        drives = facts.pop("drives", None)
        life.open("ordered", ordered, by="procurement", **facts)
        found: dict[str, Any] = {"drives": drives} if drives else {}
        key = life.add("received", day, by="procurement", exact=False, location=HUB, **found)
        if key and drives:
            life.drives = [f"{key}.{number}" for number in range(len(drives))]
    else:
        life.open("received", day, by="procurement", location=HUB, **facts)
    if used:
        life.add(
            "deployed", day + days(1 + life.number % 4), by="procurement", custodian=life.person(), location=life.room()
        )


def serve(life: Life, until: date) -> None:
    """What happens to a machine in use, now and then, before the day *until*."""
    chance, span = life.chance, (until - life.day).days - 30
    if span < 90:
        return
    roll = chance.random()
    day = workday(life.day + days(20 + span * chance.random() * 0.9))
    if roll < 0.10:
        life.add("moved", day, location=life.room())
    elif roll < 0.16:
        # Seen at the yearly stock-take in May.
        life.add("sighted", monday(day.replace(month=5, day=14)) if day.month > 6 else day, location=life.room())
    elif roll < 0.20:
        life.add("reassigned", day, department=life.school(), custodian=life.person(), drives_not_wiped=True,
                 reason="Same team, handed over at the desk (synthetic)")  # fmt: skip
    elif roll < 0.235:
        life.add(
            "repaired",
            day,
            work=chance.choice(("Keyboard replaced", "Fan replaced", "Power supply replaced", "Screen replaced")),
        )
    elif roll < 0.26:
        life.add(
            "upgraded",
            day,
            work=chance.choice(("8 GB memory fitted", "Operating system renewed", "16 GB memory fitted")),
        )
    elif roll < 0.268 and life.tag.startswith("UOE"):
        life.relabel(day)
    elif roll < 0.275:
        life.add("amended", day, by="sustainability_officer", mass_g=chance.randrange(900, 9000), source="hub scales")
    elif roll < 0.28 and span > 200:
        # Noted on paper, typed in three weeks later.
        life.add("moved", day + days(5), location=life.room())
        life.late("sighted", day, day + days(26), location=life.room())


def come_back(life: Life, day: date, **details: Any) -> None:
    """Back at the hub on *day*."""
    life.add("returned", day, location=HUB, **details)


_TECHNIQUES: Final = {
    "clear": ("overwrite", "nwipe"),
    "purge": ("sanitize_overwrite", "nwipe"),
    "destroy": ("shredding", "shredder"),
}
"""Technique and tool by the level that is wanted; overwriting from the host is no purge."""


def wipe(life: Life, day: date, *, fails: bool = False, purpose: str = "clear") -> bool:
    """Wipe the drives on record, or find that there are none; whether an inspection must say so."""
    if not life.drives and life.holds_storage:
        if life.kind in ("laptop", "desktop") and life.chance.random() < 0.5:
            found: dict[str, Any] = {
                "serial": f"SYN-F{life.number:08d}",
                "medium": "hdd",
                "capacity_bytes": 250 * 10**9,
                "came": "found_inside",
            }
            if key := life.add("part_fitted", day, **found):
                life.drives = [f"{key}.0"]
        if not life.drives:
            return True
    if not life.drives:
        return False
    if fails:
        life.add(
            "sanitisation_failed",
            day,
            drives=[{"uid": uid, "technique": "overwrite", "tool": "nwipe"} for uid in life.drives],
        )
        purpose = "destroy"
    technique, tool = _TECHNIQUES[purpose]
    evidence = {"method": purpose, "technique": technique, "tool": tool, "evidence": f"wipe-log-{life.number}"}
    life.add("sanitised", day, drives=[{"uid": uid} | evidence for uid in life.drives])
    return False


def inspect(
    life: Life, day: date, functional: str, cosmetic: str, route: str | None = None, *, no_drive: bool = False
) -> None:
    """The findings at the bench."""
    details: dict[str, Any] = {"functional": functional, "cosmetic": cosmetic}
    if route:
        details["advised_route"] = route
    if no_drive:
        details["no_drive_fitted"] = True
    life.add("inspected", day, **details)


def make_ready(life: Life, day: date, route: str) -> None:
    """Back, wiped, inspected and passed for re-use, from *day* on, within the week."""
    day = monday(day)
    come_back(life, day)
    retried = life.drives and life.chance.random() < 0.04
    if retried:
        life.add("sanitisation_failed", day + days(1), drives=[{"uid": uid, "tool": "nwipe"} for uid in life.drives])
    bare = wipe(life, day + days(1), purpose="purge")
    inspect(life, day + days(2), "working" if life.chance.random() < 0.85 else "faulty",
            life.chance.choice("AABBBC"), route, no_drive=bare)  # fmt: skip
    if life.chance.random() < 0.08:
        life.add("upgraded", day + days(2), work="Memory doubled before re-use")
    life.add("passed_for_reuse", day + days(3))


def prepare_for(life: Life, day: date, route: str, *, may_reserve: bool = True, partner: str | None = None) -> None:
    """Ready for a re-use that happens on *day*, three to six weeks later; some were reserved first."""
    make_ready(life, max(life.day + days(7), day - days(21 + life.number % 22)), route)
    if may_reserve and life.chance.random() < 0.3 and life.day < day - days(6):
        asked = served_for(partner, life.kind, day - days(5)) or f"REQ-{life.number}"
        life.add("reserved", day - days(5), request=asked)


def redeploy(life: Life, day: date) -> str | None:
    """Re-used inside on *day*."""
    prepare_for(life, day, "redeploy")
    return life.add("redeployed", day, department=life.school(), location=life.room(), custodian=life.person())


def donate(life: Life, day: date, partner: str | None = None) -> str | None:
    """Donated on *day*."""
    partner = partner or life.chance.choice(_PARTNERS)
    prepare_for(life, day, "donate", partner=partner)
    key = life.add("donated", day, partner=partner, reference=f"GIFT-{monday(day) + life.shift:%Y%m%d}-{partner}")
    if life.chance.random() < 0.12:
        report = life.chance.choice(("still_in_use", "still_in_use", "passed_on", "no_longer_needed"))
        life.add("recipient_reported", workday(day + days(330 + life.number % 60)), exact=False, report=report)
    return key


def collection_day(day: date) -> date:
    """The next collection, every second Wednesday."""
    return FIRST_COLLECTION + days(max(0, -(-(day - FIRST_COLLECTION).days // 14)) * 14)


def waste(life: Life, day: date, *, route: str = "recycle", back: bool = True, age: float = 9.0) -> None:
    """Back at the hub and into waste: wiped or under contract, declared, collected, and reported weeks later."""
    chance = life.chance
    day = monday(day) + days(life.number % 3)
    if back:
        come_back(life, day)
    given = route == "recycle" and age < 10.5 and life.holds_storage and chance.random() < 0.19
    contract = chance.random() < 0.11
    fails = chance.random() < 0.02
    bare = False if contract else wipe(life, day, fails=fails)
    if bare or chance.random() < 0.30 or route != "recycle":
        dead = chance.choice(("dead", "dead", "faulty"))
        inspect(life, day + days(1), dead, chance.choice("BCCD"), route, no_drive=bare)
    reason: dict[str, Any] = {}
    if route != "recycle" or chance.random() < 0.03:
        reason = {
            "reason": chance.choice(
                ("No taker within ninety days (synthetic)", "Repair costs more than its worth (synthetic)")
            )
        }
    life.add("declared_waste", day + days(1), **reason)
    leave_as_waste(life, given=given, contract=contract)


def leave_as_waste(life: Life, *, given: bool, contract: bool) -> None:
    """Collected on a consignment, and confirmed when the contractor reports."""
    chance = life.chance
    day = collection_day(life.day + days(3))
    terms: dict[str, Any] = (
        {"unsanitised_under_contract": True, "certified_destruction_contract": CONTRACT} if contract else {}
    )
    if given:
        left = life.add(
            "given_for_preparation",
            day,
            exact=False,
            partner=PREPARER,
            reference=f"PREP-{day + life.shift:%Y%m%d}",
            **terms,
        )
    else:
        expected = "recycled" if chance.random() < 0.97 else "energy_recovered"
        left = life.add("collected", day, exact=False, facility=FACILITY, expected=expected,
                        consignment=f"CON-{day + life.shift:%Y%m%d}", **terms)  # fmt: skip
    if not left:
        return
    roll = chance.random()
    if roll < 0.006:
        return  # never reported: an overdue fate
    # Reports come in the third week of a month, one to four months later.
    month = day + days(38 + (life.number % 3 if roll < 0.9 else 3) * 26)
    report = monday(month.replace(day=19))
    if roll > 0.9935:
        if life.add(
            "rejected",
            workday(day + days(9)),
            exact=False,
            by="sustainability_officer",
            reason="Battery swollen, repacked (synthetic)",
        ):
            life.turn()
            leave_as_waste(life, given=False, contract=contract)
        return
    if contract and life.drives:
        proof = {"method": "destroy", "technique": "shredding", "evidence": f"DC-{day + life.shift:%Y%m%d}"}
        life.add("sanitised", report, exact=False, drives=[{"uid": uid} | proof for uid in life.drives])
    _confirm(life, report + days(1), given)


def _confirm(life: Life, report: date, given: bool) -> None:
    roll = life.chance.random()
    certificate = f"RPT-{report + life.shift:%Y%m}"
    told: dict[str, Any] = {"by": "sustainability_officer", "exact": False, "certificate": certificate}
    if (given and roll < 0.8) or (not given and roll < 0.02):
        life.add("prepared_for_reuse", report, **told)
    elif roll < 0.93:
        loop = "closed" if roll < 0.2 else "open" if roll < 0.6 else "unknown"
        life.add("recycled", report, loop=loop, **told)
    elif roll < 0.98:
        life.add("energy_recovered", report, **told)
    else:
        life.add("incinerated" if roll < 0.992 else "landfilled", report, **told)


def shelve(life: Life, day: date) -> None:
    """Onto the shelf of what is ready."""
    life.add("moved", day, location=HUB_SHELF)


def cage(life: Life, day: date) -> None:
    """Into the cage of what is waste."""
    life.add("moved", day, location=HUB_CAGE)
