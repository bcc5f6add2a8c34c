"""All the machines of the demonstration, group by group, in a fixed order. Pure."""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from inventory.demo import hub, oddities, plan
from inventory.demo.life import Life, monday, workday
from inventory.demo.stories import arrive, come_back, days, donate, inspect, prepare_for, redeploy, serve, waste, wipe

Make = Callable[[], Life]


def population(tags: Sequence[str], shift: timedelta) -> list[Life]:
    """Every life. *tags*: two tags of ours for each machine; *shift* moves every date."""
    lives: list[Life] = []

    def make() -> Life:
        number = len(lives)
        # One source of chance for each machine: a change in one group leaves the others as they were.
        chance = random.Random(plan.SEED * 1_000_003 + number)  # noqa: S311 - invented lives, not secrets
        lives.append(Life(number, tags[2 * number], tags[2 * number + 1], chance, shift))
        return lives[-1]

    _reused(make)
    _peripherals_reused(make)
    oddities.older_records(make)
    oddities.refused_donations(make)
    oddities.donations_in_error(make)
    oddities.duplicates(make)
    oddities.orders_and_errors(make)
    oddities.losses(make)
    oddities.holds(make)
    oddities.dismantled(make)
    oddities.unknown_kinds(make)
    _sold(make)
    _leased(make)
    hub.today(make)
    _wasted(make)
    while len(lives) < plan.ASSETS:
        _in_use(make())
    return lives


def _day_of_year(year: int, chance: random.Random) -> date:
    """A working day of the academic year that began in *year*; in the first, since the hub opened."""
    first = date(year, 8, 3) if year > 2015 else plan.HUB_OPENS + days(35)
    last = min(date(year + 1, 7, 29), plan.LAST_DAY)
    return workday(first + days((last - first).days * chance.random()))


def _reused(make: Make) -> None:
    """The computers of the headline."""
    both = slips = served = 0
    for place, (total, inside) in enumerate(zip(plan.REUSED, plan.INSIDE, strict=True)):
        year = 2015 + place
        older_in, older_out = (plan.OLDER_INSIDE, plan.OLDER_DONATED) if place == 0 else (0, 0)
        for number in range(inside - older_in):
            life = make()
            day = _day_of_year(year, life.chance)
            _start(life, day, 2.6 + 2.3 * life.chance.random())
            redeploy(life, day)
            if 1 <= place <= 6 and number % 5 == 0 and both < plan.BOTH:
                both += 1
                donate(life, workday(day + days(780 + number % 60)))
            elif place <= 6 and number % 12 == 1:
                redeploy(life, workday(day + days(900)))
            elif life.chance.random() < 0.8:
                waste(life, workday(day + days(1100 + 800 * life.chance.random())))
        # Two of 2018/19 belong to the pair that was donated under two records.
        for number in range(total - inside - older_out - (2 if year == 2018 else 0)):
            life = make()
            day = _day_of_year(year, life.chance)
            roll = life.chance.random()
            age = (
                5.1 + 2.8 * life.chance.random()
                if roll < 0.93
                else 3.2 + 1.7 * life.chance.random()
                if roll < 0.97
                else 8.2
            )
            _start(life, day, age)
            if number % 90 == 7 and slips < plan.DONATED_WITH_SLIP:
                slips += 1
                oddities.slip_of_partner(life, day)
                continue
            donate(life, day)
            if place <= 6 and number % 24 == 3 and served < plan.DONATED_AND_SERVED:
                served += 1
                life.turn()
                come_back(life, workday(max(life.day, day) + days(900)), second_life="served")
                waste(life, life.day, back=False)


def _start(life: Life, day: date, age: float) -> None:
    """A computer that is *age* years old on *day*, fit for another life."""
    bought = day - days(age * 365.25)
    roll = life.chance.random()
    arrive(
        life,
        bought,
        "laptop" if roll < 0.5 else "desktop" if roll < 0.9 else "all_in_one" if roll < 0.95 else "micro_desktop",
    )
    serve(life, day - days(60))


def _peripherals_reused(make: Make) -> None:
    for number in range(plan.PERIPHERALS_REUSED):
        life = make()
        day = _day_of_year(2015 + number % 10, life.chance)
        arrive(life, day - days(1900), "monitor" if number % 3 else "dock")
        (redeploy if number % 4 == 0 else donate)(life, day)


def _sold(make: Make) -> None:
    for number in range(plan.SOLD):
        life = make()
        day = _day_of_year(2017 + number % 7, life.chance)
        arrive(life, day - days(1700), "laptop")
        prepare_for(life, day, "sell")
        life.add("sold", day, buyer="staff-sale", price=f"{90 + number}.00", currency="GBP")
        if number % 20 == 5:
            come_back(life, day + days(12), second_life="none")


def _leased(make: Make) -> None:
    """Leased machines go back to their owner, who mostly tells what became of them."""
    for number in range(plan.LEASED_BACK):
        life = make()
        day = monday(_day_of_year(2017 + number % 8, life.chance))
        arrive(life, day - days(1440), "laptop")
        come_back(life, day)
        bare = wipe(life, day + days(1))
        if bare:
            inspect(life, day + days(1), "working", "B", no_drive=True)
        life.add("returned_to_lessor", day + days(3), lessor="firth-leasing", reference=f"LEASE-{number // 40}")
        roll = life.chance.random()
        if roll < 0.78:
            fate = "reused" if roll < 0.6 else "recycled" if roll < 0.74 else "prepared_for_reuse"
            life.add("lessor_reported", monday(day + days(120)), by="sustainability_officer", exact=False, fate=fate)


def _wasted(make: Make) -> None:
    """The many that became waste: over eight years old, or younger and past repair."""
    span = (plan.LAST_DAY - date(2015, 8, 3)).days
    for number in range(plan.RETIRED_AS_WASTE):
        life = make()
        day = workday(date(2015, 8, 3) + days(span * (number + life.chance.random()) / plan.RETIRED_AS_WASTE))
        peripheral = number % 9 == 0
        young = life.chance.random() < 0.13
        age = 4.5 + 3.4 * life.chance.random() if young else min(8.05 + life.chance.expovariate(1 / 0.9), 11.5)
        arrive(life, day - days(age * 365.25), peripheral=peripheral)
        if life.chance.random() < 0.45:
            serve(life, day)
        waste(life, max(day, life.day + days(7)), age=age)


def _in_use(life: Life) -> None:
    """With its custodian to this day."""
    age = 8.4 * life.chance.random() ** 1.1
    bought = plan.LAST_DAY - days(45 + age * 365.25)
    arrive(life, bought, peripheral=life.number % 8 == 0)
    serve(life, plan.LAST_DAY)
