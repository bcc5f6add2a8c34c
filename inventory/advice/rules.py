"""The recommended route with its reasons, from what is known of a machine. Pure. It advises; people decide.

The age rule is the University of Edinburgh's of 2016 (ed.ac.uk, “PC reuse”): use inside if usable; from 5 to 8 years
donate; older than 8 the waste contractor. Ages and floors are settings.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from inventory.advice.systems import NONE, SYSTEMS, WINDOWS_10_ENDED, Hardware, path_of
from inventory.footprint.carbon import CAUTION
from inventory.footprint.factors import FactorBook, shipped
from inventory.lifecycle.bench import below_floor, what_failed, what_is_locked
from inventory.register.kinds import COMPUTER_KINDS, KINDS
from inventory.reuse.rules import Demand, kinds_in_words, listed

RULES_VERSION: Final = "2"
ORDER: Final = ("redeploy", "donate", "recycle")
"""Routes that the rules advise, best first."""


@dataclass(frozen=True, slots=True)
class Floors:
    """The settings that the rules rest on."""

    donate_years: int = 5
    recycle_years: int = 8
    battery_percent: int = 50
    donation_floor: str = "F3 C3"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a machine; None: not known."""

    kind: str
    today: date
    bought: date | None = None
    inspection: dict[str, Any] | None = None
    """Details of the last inspection since it came back."""
    battery_percent: int | None = None
    drives_failing: tuple[str, ...] = ()
    """Names of drives that call themselves failing."""
    hardware: Hardware = field(default_factory=Hardware)
    has_report: bool = False
    """Whether a hardware report is on record."""
    demand: Demand | None = None
    """What open requests wait for of its kind; None where nothing does, or the machine is promised already."""


@dataclass(frozen=True, slots=True)
class Advice:
    """``route`` None: too little is known. ``reasons`` lead to it; ``cautions`` are to be seen to on the way."""

    route: str | None
    reasons: tuple[str, ...]
    cautions: tuple[str, ...] = ()
    os_path: str | None = None
    notice: str = ""
    """Where a reason rests on data that must be named."""
    version: str = RULES_VERSION


@dataclass(frozen=True, slots=True)
class Cap:
    """The best route that one rule leaves open, and why (a sentence)."""

    route: str
    because: str


def _years(known: Known) -> float | None:
    return (known.today - known.bought).days / 365.2425 if known.bought else None


def _by_age(known: Known, floors: Floors) -> Cap | None:
    years = _years(known)
    if years is None:
        return None
    told = f"It is {years:.1f} years old"
    if years > floors.recycle_years:
        return Cap("recycle", f"{told}; above {floors.recycle_years} years the rule is the waste contractor.")
    if years >= floors.donate_years:
        return Cap("donate", f"{told}; from {floors.donate_years} years on the rule is to donate.")
    return Cap("redeploy", f"{told}; under {floors.donate_years} years the rule is to use it inside.")


def _by_function(known: Known, floors: Floors) -> Cap | None:
    if known.inspection is None:
        return None
    word = known.inspection["functional"]
    failed = what_failed(known.inspection)
    if word == "dead":
        return Cap("recycle", "The inspection found that it does not work; take out what can be used.")
    if failed:
        return Cap("recycle", f"{_sentence('; '.join(failed))} Mend it, or let it go as waste.")
    if word == "working":
        return Cap("redeploy", "The inspection found that it works.")
    return Cap("donate", "It works with faults, which a user inside would not put up with.")


def _by_grade(known: Known, floors: Floors) -> Cap | None:
    if known.inspection is None:
        return None
    low = below_floor(known.inspection, floors.donation_floor)
    return Cap("recycle", _sentence(low)) if low else None


def _by_system(known: Known, floors: Floors) -> Cap | None:
    if known.kind not in COMPUTER_KINDS or not known.has_report:
        return None
    path = path_of(known.hardware, known.today)
    told = _sentence("; ".join(path.because))
    if path.key is None:
        return None
    if path.key == NONE:
        return Cap("recycle", told)
    if path.key != "WIN11" and known.today >= WINDOWS_10_ENDED:
        return Cap("donate", f"{told} Windows 10 ended on {_day(WINDOWS_10_ENDED)}, so its way is to somebody outside.")
    return Cap("redeploy", told)


RULES: Final[tuple[Callable[[Known, Floors], Cap | None], ...]] = (_by_function, _by_age, _by_system, _by_grade)
"""Each says which route is the best that it leaves open, or nothing; the lowest of them is the advice."""


def _demand_for(known: Known, route: str) -> str | None:
    """Who waits for a machine that goes this way: anybody for what is fit to be used inside, else partners.

    It speaks for a route that is open and opens none: what is waste for another reason stays waste.
    """
    demand = known.demand
    if demand is None or route not in ("redeploy", "donate"):
        return None
    inside = route == "redeploy"
    machines = demand.outside + (demand.inside if inside else 0)
    names = (*(demand.departments if inside else ()), *demand.partners)
    if not machines:
        return None
    them = "it" if machines == 1 else "them"
    return (
        f"{_asked(known, machines, names)}, and none on the shelf is promised for {them} (as at {_day(known.today)})."
    )


def _demand_beside(known: Known, route: str | None) -> str | None:
    """Who waits for it where the advice is not theirs, or is not known yet."""
    demand = known.demand
    if demand is None:
        return None
    if route is None:
        names = (*demand.departments, *demand.partners)
        return f"{_asked(known, demand.inside + demand.outside, names)}: look at it soon."
    if route == "donate" and demand.inside:
        told = _asked(known, demand.inside, demand.departments)
        return f"{told}: ask whether they would take it before it is given away."
    return None


def _asked(known: Known, machines: int, names: Sequence[str]) -> str:
    what = kinds_in_words([known.kind], machines)
    return f"{machines:,} more {what} {'is' if machines == 1 else 'are'} asked for by {listed(names)}"


SHIPPED: Final = FactorBook(shipped())


def advise(known: Known, floors: Floors, book: FactorBook = SHIPPED) -> Advice:
    """The advice for a machine, with every reason that bears on it; *book*: the factors in force."""
    caps = [cap for rule in RULES if (cap := rule(known, floors))]
    path = path_of(known.hardware, known.today) if known.kind in COMPUTER_KINDS and known.has_report else None
    if not caps:
        missing = "Neither its date of purchase nor an inspection is on record, so there is no advice yet."
        return Advice(None, (missing,), _cautions(known, floors, None), path.key if path else None)
    worst = max(ORDER.index(cap.route) for cap in caps)
    # What decided stands first.
    reasons = [cap.because for cap in caps if ORDER.index(cap.route) == worst]
    reasons += [cap.because for cap in caps if ORDER.index(cap.route) != worst]
    if waiting := _demand_for(known, ORDER[worst]):
        reasons.append(waiting)
    of_class = book.of_class(known.kind) if worst < ORDER.index("recycle") else None
    notice = ""
    if of_class is not None:
        low, median, high = map(round, of_class.embodied_kg)
        reasons.append(
            f"Making a new {KINDS[known.kind].label.lower()} costs about {median} kg CO2e "
            f"({low} to {high}); using this one longer puts that off."
        )
        notice = _notice(book)
    return Advice(
        ORDER[worst], tuple(reasons), _cautions(known, floors, ORDER[worst]), path.key if path else None, notice
    )


def _notice(book: FactorBook) -> str:
    found = book.newest("class_footprint")
    cited = f" {found.title}: {found.version}, {found.licence}." if found else ""
    return f"{CAUTION}{cited}"


def _cautions(known: Known, floors: Floors, route: str | None) -> tuple[str, ...]:
    found = [f"Drive {name} calls itself failing: replace it." for name in known.drives_failing]
    if known.battery_percent is not None and known.battery_percent < floors.battery_percent:
        found.append(f"The battery holds {known.battery_percent} % of its first charge: replace it, or say so.")
    if known.inspection:
        found += [_sentence(clause) + " Remove it first." for clause in what_is_locked(known.inspection)]
    if known.kind in COMPUTER_KINDS and known.has_report:
        path = path_of(known.hardware, known.today)
        if path.key is None:
            found.append(_sentence("; ".join(path.because)))
    if beside := _demand_beside(known, route):
        found.append(beside)
    return tuple(found)


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}."


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def system_label(key: str | None) -> str | None:
    """The system in words."""
    return SYSTEMS[key].label if key in SYSTEMS else ("None that is still supported" if key == NONE else None)
