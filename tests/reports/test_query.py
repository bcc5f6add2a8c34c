"""The question: read from an address and written into one, and refused where it has no meaning."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from inventory.config import Settings
from inventory.errors import ValidationRefused
from inventory.reports._base import reports, run
from inventory.reports._query import FILTERS, PARAMETERS, Query, read_query, year_words
from tests.conftest import World

SETTINGS = Settings()


@pytest.mark.parametrize(
    ("text", "first", "last", "words"),
    [
        ("2016/17", date(2016, 8, 1), date(2017, 7, 31), "Academic year 2016/17"),
        ("2016/2017", date(2016, 8, 1), date(2017, 7, 31), "Academic year 2016/17"),
        ("1999/00", date(1999, 8, 1), date(2000, 7, 31), "Academic year 1999/00"),
        ("FY2016/17", date(2016, 4, 1), date(2017, 3, 31), "Financial year 2016/17"),
        ("fy2019/20", date(2019, 4, 1), date(2020, 3, 31), "Financial year 2019/20"),
        ("CY2016", date(2016, 1, 1), date(2016, 12, 31), "Calendar year 2016"),
    ],
)
def test_a_year_is_of_the_kind_it_is_written_as(text: str, first: date, last: date, words: str) -> None:
    query = read_query({"year": text}, SETTINGS)
    cut = query.within(SETTINGS)
    assert (cut.start, cut.to) == (first, last)
    assert query.year is not None
    assert year_words(query.year, query.span) == words
    assert read_query(query.to_args(), SETTINGS) == query


@pytest.mark.parametrize("text", ["2016", "2016/18", "FY2016", "FY2016/18", "CY2016/17", "AY2016/17", "1066/67", "x"])
def test_what_could_be_any_of_several_years_or_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValidationRefused, match="is no year; write 2016/17"):
        read_query({"year": text}, SETTINGS)


def test_every_part_of_the_question_stands_in_the_address_again() -> None:
    asked: dict[str, Any] = {
        "from": "2016-08-01", "to": "2017-07-31", "as_at": "2018-01-01T12:00:00+00:00", "department": "CSE",
        "kind": ["laptop", "desktop"], "group": "peripheral", "partner": "remakery", "contractor": "weee",
        "factors": ["boavizta-2023-02-23-classes"],
    }  # fmt: skip
    query = read_query(asked, SETTINGS)
    assert query.to_args() == asked
    assert set(asked) | {"year"} == set(PARAMETERS)
    assert query.asked == set(FILTERS)


def test_who_received_the_machines_is_named_by_id_or_by_name(fleet: World) -> None:
    def donated(**asked: str) -> Any:
        report = run("headline", fleet.session, Query(**asked), fleet.settings)  # type: ignore[arg-type]
        return report.rows[0]["value"].value, report.scope

    assert donated(partner="remakery") == donated(partner="Northside Remakery")
    machines, scope = donated(partner="remakery")
    # A, C and OLD2; A was re-used inside as well, and its last re-use was the donation.
    assert machines == 3
    assert scope.endswith("; received by Northside Remakery")
    assert donated(contractor="weee")[0] == 0
    hierarchy = run("hierarchy", fleet.session, Query(year=2016, contractor="weee"), fleet.settings)
    assert {row["key"]: row["machines"].value for row in hierarchy.rows if row["machines"].value} == {
        "recycling": 1, "all": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (Query(partner="nobody"), "There is no partner 'nobody'"),
        (Query(partner="weee"), "There is no partner 'weee'"),
        (Query(contractor="remakery"), "There is no contractor 'remakery'"),
        (Query(factors=("mine",)), "There is no set of factors 'mine'"),
    ],
)
def test_a_receiver_or_a_set_of_factors_that_is_not_on_record_is_refused(
    fleet: World, query: Query, words: str
) -> None:
    with pytest.raises(ValidationRefused, match=words):
        run("hierarchy", fleet.session, query, fleet.settings)


def test_two_partners_of_one_name_are_told_apart_by_their_ids(fleet: World) -> None:
    from inventory.register.models import Party

    fleet.session.add(Party(uid="second", role="partner", name="Northside Remakery"))
    fleet.session.flush()
    with pytest.raises(ValidationRefused, match="Two partners are called"):
        run("headline", fleet.session, Query(partner="Northside Remakery"), fleet.settings)
    assert run("headline", fleet.session, Query(partner="second"), fleet.settings).rows[0]["value"].value == 0


@pytest.mark.parametrize("key", sorted(reports()))
def test_a_filter_without_a_meaning_for_a_report_is_refused_by_name(fleet: World, key: str) -> None:
    asked: dict[str, dict[str, Any]] = {
        "department": {"department": "CSE"},
        "kind": {"kind": ("laptop",)},
        "group": {"group": "peripheral"},
        "partner": {"partner": "remakery"},
        "contractor": {"contractor": "weee"},
    }
    assert set(asked) == set(FILTERS)
    for name, part in asked.items():
        query = replace(Query(), **part)
        if name in reports()[key].filters:
            assert run(key, fleet.session, query, fleet.settings).key == key
        else:
            with pytest.raises(ValidationRefused, match=f"cannot be asked by {name}"):
                run(key, fleet.session, query, fleet.settings)
