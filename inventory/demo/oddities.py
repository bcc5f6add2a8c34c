"""What goes wrong, is mended, or is told late in the demonstration: on purpose, so that it can be seen. Pure."""

from collections.abc import Callable
from datetime import date

from inventory.demo import plan
from inventory.demo.life import Life, monday, workday
from inventory.demo.stories import (
    arrive,
    come_back,
    days,
    donate,
    inspect,
    leave_as_waste,
    prepare_for,
    serve,
    waste,
    wipe,
)
from inventory.demo.university import PARTNERS

Make = Callable[[], Life]


def _some_day(life: Life, first: date, last: date) -> date:
    return workday(first + days((last - first).days * life.chance.random()))


def refused_donations(make: Make) -> None:
    """Donated, refused or failed on arrival, and back: no second life, so they count nowhere."""
    for _ in range(plan.DONATED_AND_REFUSED):
        life = make()
        day = _some_day(life, date(2016, 9, 1), date(2025, 3, 31))
        arrive(life, day - days(2400), "laptop" if life.number % 2 else "desktop")
        donate(life, day)
        come_back(life, day + days(4 + life.number % 17), second_life="none")
        life.turn()
        waste(life, life.day, route="donate", back=False)


def donations_in_error(make: Make) -> None:
    """Recorded as donated by a slip, corrected within days; in truth they went as waste with a reason."""
    for _ in range(plan.DONATED_IN_ERROR):
        life = make()
        day = _some_day(life, date(2016, 10, 1), date(2025, 2, 28))
        arrive(life, day - days(2600), "desktop")
        key = donate_plainly(life, day)
        life.turn()
        life.correct(key, workday(day + days(9)), "Scanned on the wrong pallet; it never left (synthetic)")
        life.turn()
        waste(life, workday(day + days(30)), route="donate", back=False)


def donate_plainly(life: Life, day: date) -> str | None:
    """A donation without a later report, so that nothing hangs on it."""
    prepare_for(life, day, "donate", may_reserve=False)
    return life.add("donated", day, partner=PARTNERS[0][0])


def slip_of_partner(life: Life, day: date) -> None:
    """A donation recorded with the wrong partner and mended with a replacement: it counts all the same."""
    key = donate_plainly(life, day)
    life.turn()
    heard = workday(day + days(11))
    life.replace(key, "donated", day, heard, "Wrong partner chosen (synthetic)", partner=PARTNERS[1][0])


def duplicates(make: Make) -> None:
    """One machine on record twice: merged; a few were two machines after all, and unmerged."""
    for number in range(plan.DUPLICATES):
        real, double = make(), make()
        bought = date(2012, 3, 1) + days(number * 20)
        for life in (real, double):
            arrive(life, bought, "laptop")
        merged_on = workday(date(2015, 9, 14) + days(number * 6))
        if number < 2:
            # Donated under both records: with the duplicate merged, it counts once.
            day = date(2019, 3, 5 + number)
            slip_of_partner(real, day)
            donate_plainly(double, day)
            merged_on = date(2019, 5, 20)
        double.turn()
        key = double.add("merged", merged_on, into=real.tag)
        if number >= plan.DUPLICATES - plan.UNMERGED:
            double.turn()
            double.add(
                "unmerged", workday(merged_on + days(40)), reason="Two machines with one serial on the lid (synthetic)"
            )
            waste(double, workday(merged_on + days(2100 + number * 15)))
        assert key is not None  # noqa: S101 - all merges lie within the story
        if number >= 2:
            waste(real, workday(date(2021, 1, 11) + days(number * 30)))


def orders_and_errors(make: Make) -> None:
    """Orders that were cancelled, and records that were entered in error."""
    for number in range(plan.CANCELLED):
        life = make()
        day = monday(date(2016, 1, 20) + days(number * 230))
        facts = life.facts(day, "laptop")
        facts.pop("drives", None)
        life.open("ordered", day, by="procurement", **facts)
        life.add("cancelled", day + days(15), by="procurement", reason="Supplier could not deliver (synthetic)")
    for number in range(plan.REGISTERED_IN_ERROR):
        life = make()
        day = monday(date(2017, 2, 6) + days(number * 400))
        key = life.open("registered", day, by="technician", status="returned", **life.facts(day - days(900), "desktop"))
        life.turn()
        life.correct(key, day + days(3), "A visitor's own machine, registered by mistake (synthetic)")


def losses(make: Make) -> None:
    """Lost or stolen, written off; some turned up again, before or after."""
    for number in range(plan.LOST + plan.LOST_AND_FOUND):
        life = make()
        day = _some_day(life, date(2016, 2, 1), date(2024, 11, 30))
        arrive(life, day - days(900 + number * 11), "laptop")
        life.add("reported_missing", day)
        if number % 3 == 0 and number >= plan.LOST_AND_FOUND:
            life.turn()
        life.add("written_off", workday(day + days(70)), by="administrator",
                 cause=("loss", "theft", "unlocated")[number % 3], incident=f"INC-{4000 + number}")  # fmt: skip
        if number < plan.LOST_AND_FOUND:
            life.add("found", workday(day + days(190)), location=life.room())
            waste(life, workday(day + days(1500)))
    for _ in range(40):
        life = make()
        day = _some_day(life, date(2016, 2, 1), date(2021, 11, 30))
        arrive(life, day - days(1300))
        life.add("reported_missing", day)
        life.add("found", workday(day + days(25)), location=life.room())
        waste(life, workday(day + days(1200)))


def holds(make: Make) -> None:
    """Kept back for an investigation or a recall, and released."""
    for number in range(30):
        life = make()
        day = _some_day(life, date(2016, 5, 1), date(2022, 5, 31))
        arrive(life, day - days(2900))
        held_in_use = number % 2 == 0
        if not held_in_use:
            come_back(life, day)
        life.add("held", day, reason=("Legal hold (synthetic)", "Battery recall (synthetic)")[number % 2])
        life.turn()
        life.add("released", workday(day + days(120 + number)))
        waste(life, workday(day + days(400)), back=held_in_use)


def dismantled(make: Make) -> None:
    """Taken apart: parts become items of their own, a drive goes on in another machine, the rest is waste."""
    for number in range(plan.DISMANTLED):
        life = make()
        day = monday(date(2016, 3, 7) + days(number * 54))
        arrive(life, day - days(2800), "desktop")
        come_back(life, day)
        known = bool(life.drives)
        bare = wipe(life, day + days(1), purpose="purge")
        if known and number % 4 == 0:
            _drive_goes_on(make, life, day)
            bare = True
        inspect(life, day + days(2), "dead", "C", "recycle", no_drive=bare)
        life.add("dismantled", day + days(2))
        life.add("declared_waste", day + days(3))
        leave_as_waste(life, given=False, contract=False)
        part = make()
        part.open("registered", workday(day + days(3)), by="technician", status="in_stock", **part.facts(day, "part"))
        if number % 2:
            part.add("deployed", workday(day + days(60)), location=part.room())


def _drive_goes_on(make: Make, life: Life, day: date) -> None:
    other = make()
    arrive(other, day - days(700), "desktop")
    uid = life.drives.pop()
    life.add("part_removed", day + days(2), uid=uid)
    if other.add("part_fitted", day + days(8), uid=uid, came="from_elsewhere"):
        other.drives.append(uid)
    serve(other, date(2025, 6, 30))


def older_records(make: Make) -> None:
    """Taken on from spreadsheets: what was done before the programme, and in its first months by others."""
    for outcome, count in plan.OLDER_BEFORE.items():
        for _ in range(count):
            _taken_on(make(), outcome, date(2014, 8, 4), date(2015, 5, 29))
    for _ in range(plan.OLDER_INSIDE):
        _taken_on(make(), "redeployed", date(2015, 6, 8), date(2015, 12, 18))
    for _ in range(plan.OLDER_DONATED):
        _taken_on(make(), "donated", date(2015, 6, 8), date(2015, 12, 18))


def _taken_on(life: Life, outcome: str, first: date, last: date) -> None:
    day = _some_day(life, first, last)
    kind = "laptop" if life.chance.random() < 0.5 else "desktop"
    facts = life.facts(day - days(1500 if outcome == "redeployed" else 2300), kind)
    facts.pop("drives", None)
    facts |= {"status": "in_use" if outcome == "redeployed" else outcome, "outcome": outcome}
    if outcome == "donated":
        facts["partner"] = life.chance.choice(PARTNERS)[0]
    if outcome == "redeployed":
        facts |= {"location": life.room(), "custodian": life.person()}
    proof = life.chance.choice(("none", "none", "spreadsheet", "letter", "certificate", "transfer_note"))
    heard = max(workday(day + days(21)), monday(date(2015, 6, 22)))
    life.open("taken_on", day, by="administrator", heard=heard, evidence=proof, **facts)


def unknown_kinds(make: Make) -> None:
    """Found at the stock-take, and nobody wrote down what it is: a gap to mend."""
    for number in range(plan.UNKNOWN_KIND + 6):
        life = make()
        day = workday(date(2015, 6, 3) + days(number))
        tag = [{"type": "legacy_barcode", "value": f"00{5_000_000 + life.number}"}]
        life.open(
            "registered",
            day,
            by="technician",
            status="in_use",
            identifiers=tag,
            department=life.school(),
            location=life.room(),
        )
        if number >= plan.UNKNOWN_KIND:
            life.add("amended", workday(day + days(600)), kind="other", forget="location", source="looked at again")
