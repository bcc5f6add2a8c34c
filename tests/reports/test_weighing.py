"""Every kilogram is the sum of the masses of the machines behind it, each with its source."""

from datetime import UTC, datetime

import pytest

from inventory.errors import NotFound
from inventory.reports._base import Figure, members_of, reports, run
from inventory.reports._query import Query
from inventory.reports._weighing import Weight, mass_behind, weights_of
from tests.conftest import World

QUERIES = [Query(), Query(year=2016), Query(year=2017, department="CSE"), Query(as_at=datetime(2018, 8, 1, tzinfo=UTC))]
GRAMS = {"kg": 1_000, "t": 1_000_000}


@pytest.mark.parametrize("key", sorted(reports()))
@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_a_mass_is_the_sum_of_the_masses_of_its_machines(fleet: World, key: str, query: Query) -> None:
    report = run(key, fleet.session, query, fleet.settings)
    for row in report.rows:
        for column in report.columns:
            cell = row.get(column.key)
            if not isinstance(cell, Figure) or column.unit not in GRAMS:
                continue
            name = str(cell.cell)
            members = members_of(key, name, fleet.session, query, fleet.settings)
            each = weights_of(fleet.session, query, members.rows)
            summed = sum(weight.grams or 0 for weight in each.values())
            assert mass_behind(key, name, fleet.session, query, fleet.settings).grams == summed, name
            assert (cell.value or 0) == pytest.approx(summed / GRAMS[column.unit], abs=0.051), name


def test_each_machine_says_where_its_mass_comes_from(fleet: World) -> None:
    members = members_of("hierarchy", "all", fleet.session, Query(year=2016), fleet.settings)
    found = weights_of(fleet.session, Query(year=2016), members.rows)
    assert sorted(found.values()) == [Weight(1_620, "class"), Weight(1_620, "class"), Weight(7_250, "measured")]


def test_a_machine_that_no_outcome_counts_is_weighed_as_it_stands_now(fleet: World) -> None:
    members = members_of("stock", "all", fleet.session, Query(group="unknown"), fleet.settings)
    assert set(weights_of(fleet.session, Query(), members.rows).values()) == {Weight(None, "unknown")}
    assert weights_of(fleet.session, Query(), []) == {}


def test_a_cell_that_is_not_there_has_no_mass(fleet: World) -> None:
    with pytest.raises(NotFound, match="no figure 'nonsense'"):
        mass_behind("hierarchy", "nonsense", fleet.session, Query(), fleet.settings)
