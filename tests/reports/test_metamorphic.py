"""What must hold of every report whatever it counts: parts add up, and the past does not move."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest

from inventory.reports._base import Figure, reports, run
from inventory.reports._query import Query
from tests.conftest import World
from tests.reports.test_figures import figures

BY_DEPARTMENT_ALREADY: Final = frozenset({"flow"})
"""Reports whose rows are the departments that were asked for: other rows for each part."""
TOP = ("CSE", "HCA", "-")
"""Departments at the top of the fleet's tree, and none."""


def everything(world: World, key: str, query: Query) -> list[dict[str, Any]]:
    """Every number and word of a report."""
    report = run(key, world.session, query, world.settings)
    return [
        {name: cell.value if isinstance(cell, Figure) else cell for name, cell in row.items()} for row in report.rows
    ]


@pytest.mark.parametrize("key", sorted(set(reports()) - BY_DEPARTMENT_ALREADY))
@pytest.mark.parametrize("query", [Query(), Query(year=2016), Query(to=date(2017, 3, 1)), Query(group="peripheral")])
def test_the_departments_add_up_to_the_whole(fleet: World, key: str, query: Query) -> None:
    parts: Counter[str] = Counter()
    for code in TOP:
        for cell, value in figures(fleet, key, replace(query, department=code)).items():
            parts[cell] += value or 0
    whole = Counter({cell: value or 0 for cell, value in figures(fleet, key, query).items()})
    assert +parts == +whole


@pytest.mark.parametrize("split", [date(2015, 12, 31), date(2016, 10, 1), date(2017, 2, 28), date(2018, 8, 31)])
def test_the_events_of_two_halves_add_up_to_those_of_the_whole(fleet: World, split: date) -> None:
    first, last = date(2015, 6, 1), date(2018, 9, 1)
    whole = figures(fleet, "headline", Query(start=first, to=last))["events"]
    before = figures(fleet, "headline", Query(start=first, to=split))["events"]
    after = figures(fleet, "headline", Query(start=split + timedelta(days=1), to=last))["events"]
    assert before + after == whole == 4


@pytest.mark.parametrize("key", sorted(reports()))
def test_a_correction_leaves_every_figure_as_at_before_it_as_it_was(fleet: World, key: str) -> None:
    before = datetime(2018, 9, 1, 12, tzinfo=UTC)
    asked = [Query(as_at=before), Query(as_at=before, year=2016), Query(as_at=before, department="INF")]
    told = [everything(fleet, key, query) for query in asked]
    fleet.now = datetime(2018, 10, 1, 9, tzinfo=UTC)
    fleet.correct("A", "re-A")
    fleet.record("amended", "D", "2018-10-01", mass_g=9_000, model="OptiPlex 9020", purchase_date="2011-01-01")
    fleet.record("found", "G", "2018-10-01")
    assert [everything(fleet, key, query) for query in asked] == told


def test_the_same_lines_move_the_figures_as_at_now(fleet: World) -> None:
    before = [everything(fleet, key, Query()) for key in ("headline", "hierarchy", "stock")]
    fleet.now = datetime(2018, 10, 1, 9, tzinfo=UTC)
    fleet.correct("A", "re-A")
    fleet.record("amended", "D", "2018-10-01", mass_g=9_000)
    fleet.record("found", "G", "2018-10-01")
    after = [everything(fleet, key, Query()) for key in ("headline", "hierarchy", "stock")]
    assert all(one != other for one, other in zip(before, after, strict=True))
