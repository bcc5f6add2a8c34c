"""Sets of factors: what is shipped, and which of several is in force at a moment."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from inventory.footprint.factors import SUBJECTS, FactorBook, FactorSet, read_set, shipped
from inventory.footprint.models import FactorSet as Row
from inventory.footprint.queries import factor_book
from inventory.register.kinds import KINDS
from tests.conftest import World

EARLIER, LATER = datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)


def content(key: str, mass: float = 2.0) -> dict[str, Any]:
    """A set of one class."""
    values = {"laptop": {"rows": 3, "embodied_kg": [1, 2, 3], "mass_kg": [1.0, mass, 3.0], "yearly_kwh": 9}}
    return {
        "key": key, "subject": "class_footprint", "title": "Ours", "version": key, "source": "a scale",
        "licence": "none", "published": "2024", "values": values,
    }  # fmt: skip


def test_every_shipped_set_names_its_version_source_licence_and_date() -> None:
    for each in shipped():
        assert each.subject in SUBJECTS
        assert all((each.version, each.source, each.licence, each.published, each.notice)), each.key
        assert each.words.startswith(each.title)
    assert len({each.key for each in shipped()}) == len(shipped())


def test_the_classes_are_kinds_of_the_register_in_order_of_their_quartiles() -> None:
    book = FactorBook(shipped())
    found = book.newest("class_footprint")
    assert found is not None
    assert "Open Database License" in found.notice
    assert set(found.values) <= set(KINDS)
    for kind in found.values:
        told = book.of_class(kind)
        assert told is not None
        assert told.embodied_kg.p25 < told.embodied_kg.median < told.embodied_kg.p75
        assert told.mass_kg.p25 < told.mass_kg.median < told.mass_kg.p75
    assert book.of_class("server") is None
    assert book.of_model("dell|optiplex7060") is None
    assert not book.knows_models


@pytest.mark.parametrize(
    ("sets", "pinned", "wanted"),
    [
        (["shipped"], (), "boavizta-2023-02-23-classes"),
        (["shipped", "earlier"], (), "earlier"),
        (["shipped", "earlier", "later"], (), "later"),
        (["shipped", "earlier", "later"], ("earlier",), "earlier"),
        (["shipped", "later"], ("boavizta-2023-02-23-classes",), "boavizta-2023-02-23-classes"),
        (["shipped", "later"], ("of another subject",), "later"),
    ],
)
def test_what_was_brought_in_last_goes_before_what_was_shipped_unless_one_is_pinned(
    sets: list[str], pinned: tuple[str, ...], wanted: str
) -> None:
    there: dict[str, list[FactorSet]] = {
        "shipped": list(shipped()),
        "earlier": [read_set(content("earlier"), EARLIER)],
        "later": [read_set(content("later"), LATER)],
    }
    found = FactorBook([one for name in sets for one in there[name]], pinned).newest("class_footprint")
    assert found is not None
    assert found.key == wanted


def test_a_set_is_in_force_from_the_moment_it_was_recorded(world: World) -> None:
    session = world.session
    session.add(
        Row(
            key="ours", subject="class_footprint", content=content("ours", 2.5), sha256="0" * 64, recorded_at=LATER,
            account_id=world.account.id,
        )
    )  # fmt: skip
    session.flush()

    def mass(as_at: datetime | None, pinned: tuple[str, ...] = ()) -> float:
        told = factor_book(session, as_at, pinned).of_class("laptop")
        assert told is not None
        return told.mass_kg.median

    assert mass(None) == mass(LATER) == 2.5
    assert mass(EARLIER) == 1.62
    assert mass(EARLIER, ("ours",)) == 2.5
    assert mass(None, ("boavizta-2023-02-23-classes",)) == 1.62


# -- the year of a conversion factor ---------------------------------------------------------------------------


def conversions(year: int, known_from: datetime | None = None, **more: float) -> FactorSet:
    """Factors of a year."""
    values = {"material_it": 20_000.0 + year} | more
    told = {name: {"value": value, "unit": "kg CO2e/t", "seen": "official"} for name, value in values.items()}
    made = {"key": f"uk-{year}-{bool(known_from)}", "subject": "conversion", "title": "UK", "version": str(year)}
    made |= {"source": "gov.uk", "licence": "OGL 3.0", "published": str(year)}
    return read_set(made | {"values": told}, known_from)


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [
        (date(2024, 8, 1), date(2025, 7, 31), 2025),  # five months and seven: an academic year
        (date(2024, 4, 1), date(2025, 3, 31), 2024),  # nine and three: a financial year
        (date(2024, 7, 1), date(2025, 6, 30), 2025),  # six and six: the newest
        (date(2024, 1, 1), date(2024, 12, 31), 2024),
        (date(2024, 12, 1), date(2025, 1, 31), 2025),
        (date(2015, 6, 1), date(2026, 11, 29), 2025),  # twelve, twelve and eleven: the newest whole year
        (date(2019, 8, 1), date(2020, 7, 31), 2026),  # none has any: the newest
        (date(2026, 2, 1), date(2026, 1, 1), 2026),
    ],
)
def test_the_factor_is_that_of_the_year_with_most_months_of_the_period(first: date, last: date, wanted: int) -> None:
    book = FactorBook([conversions(year) for year in (2024, 2025, 2026)])
    found = book.conversion("material_it", first, last)
    assert found is not None
    assert found.of.year == wanted and found.value == 20_000 + wanted
    assert found.words == f"{20_000.0 + wanted} kg CO2e/t (UK, {wanted})"
    of_set = book.fitting("conversion", first, last)
    assert of_set is not None and of_set.year == wanted


def test_what_was_brought_in_goes_before_the_shipped_set_of_the_same_year_and_a_gap_is_filled_by_another_year() -> None:
    book = FactorBook([conversions(2025, waste_landfill=9.0), conversions(2026), conversions(2026, EARLIER)])
    year = date(2026, 1, 1), date(2026, 12, 31)
    found = book.conversion("material_it", *year)
    assert found is not None and found.of.known_from == EARLIER
    landfill = book.conversion("waste_landfill", *year)
    assert landfill is not None and landfill.of.year == 2025
    assert book.conversion("nonsense", *year) is None
    assert FactorBook([]).conversion("material_it", *year) is None
    assert FactorBook([]).fitting("conversion", *year) is None


def test_the_shipped_factors_say_that_nobody_compared_them_with_the_official_file() -> None:
    found = FactorBook(shipped()).conversion("material_it", date(2026, 1, 1), date(2026, 12, 31))
    assert found is not None
    assert not found.official and found.value == 24_865.47556


def test_parameters_and_models_are_read_from_the_sets_in_force() -> None:
    book = FactorBook(shipped())
    assert book.assumed("displacement_donated") == (0.2, 0.4, 0.7)
    assert book.assumed("nonsense") is None and FactorBook([]).assumed("displacement_donated") is None
    assert book.models_with("mass_kg") == []
