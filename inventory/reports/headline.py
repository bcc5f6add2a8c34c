"""The headline: machines re-used internally or donated to external partners since the programme began."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from inventory.config import Settings
from inventory.lifecycle.models import OutcomeFact, Tally
from inventory.lifecycle.waste_hierarchy import HEADLINE_MEASURES
from inventory.reports._base import Column, Figure, ReportType, day_words
from inventory.reports._outcomes import filters, known_at, per_machine, stored_counts_answer
from inventory.reports._query import Query

DEFINITION = (
    "Distinct computers with at least one standing redeployment or donation since the programme began. A donation "
    "that came back without a second life does not count; one that served does. Counted once each, however often it "
    "was re-used. Kit given untested to be prepared for re-use is waste and not part of it."
)
_ROWS = (
    ("machines", "Machines re-used internally or donated", "machines"),
    ("internal_only", "Re-used internally only", "machines"),
    ("external_only", "Donated to external partners only", "machines"),
    ("both", "Both", "machines"),
    ("external", "Donated in all (only, or besides internal re-use)", "machines"),
    ("older", "Known only from older records", "machines"),
    ("events", "Re-use events", "events"),
)


def counts(session: Session, query: Query, settings: Settings) -> dict[str, int]:
    """Every figure of the headline by its cell key."""
    start = query.start or settings.programme_start
    if stored_counts_answer(session, query, settings) and not query.department and start <= settings.programme_start:
        return _from_tally(session, query)
    machines = per_machine(query, settings)
    joined = (
        select(machines, OutcomeFact.kind).join(OutcomeFact, _latest(query, machines)).where(*filters(query)).subquery()
    )
    row = session.execute(
        select(
            func.count(),
            func.sum(joined.c.inside * (1 - joined.c.outside)),
            func.sum(joined.c.outside * (1 - joined.c.inside)),
            func.sum(joined.c.inside * joined.c.outside),
            func.sum(joined.c.outside),
            func.sum(1 - joined.c.recorded),
            func.sum(joined.c.events),
        )
    ).one()
    return {key: int(value or 0) for (key, _, _), value in zip(_ROWS, row, strict=True)}


def _latest(query: Query, machines: Any) -> Any:
    return and_(OutcomeFact.asset_id == machines.c.asset_id, OutcomeFact.rank == machines.c.last, known_at(query))


def _from_tally(session: Session, query: Query) -> dict[str, int]:
    statement: Any = select(Tally.measure, Tally.machines).where(
        Tally.figure == "headline_all", Tally.kind == query.group
    )
    if query.to is not None:
        statement = (
            select(Tally.measure, func.sum(Tally.machines))
            .where(Tally.figure == "headline", Tally.kind == query.group, Tally.day <= query.to)
            .group_by(Tally.measure)
        )
    found = {measure: int(number) for measure, number in session.execute(statement)}
    inside, outside, both = (found.get(name, 0) for name in ("internal", "external", "both"))
    machines = inside + outside - both
    return {
        "machines": machines,
        "internal_only": inside - both,
        "external_only": outside - both,
        "both": both,
        "external": outside,
        "older": machines - found.get("recorded", 0),
        "events": found.get("events", 0),
    }


def _run(session: Session, query: Query, settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
    found = counts(session, query, settings)
    rows: list[dict[str, Any]] = [
        {"figure": label, "value": Figure(found[key], key), "unit": unit} for key, label, unit in _ROWS
    ]
    if query.group == "computer" and not query.kind:
        other = replace(query, group="peripheral")
        number = counts(session, other, settings)["machines"]
        rows.append(
            {
                "figure": "Peripherals re-used or donated (apart, not in the headline)",
                "value": Figure(number, "peripherals"),
                "unit": "machines",
            }
        )
    notes = [f"The programme began on {day_words(settings.programme_start)}."]
    return rows, notes


def _select(session: Session, query: Query, settings: Settings, cell: str) -> Select[Any] | None:
    if cell == "peripherals":
        query, cell = replace(query, group="peripheral", kind=()), "machines"
    machines = per_machine(query, settings)
    conditions: dict[str, list[Any]] = {
        "machines": [],
        "internal_only": [machines.c.inside == 1, machines.c.outside == 0],
        "external_only": [machines.c.outside == 1, machines.c.inside == 0],
        "both": [machines.c.inside == 1, machines.c.outside == 1],
        "external": [machines.c.outside == 1],
        "older": [machines.c.recorded == 0],
    }
    if cell == "events":
        return _events(query, settings, machines)
    if cell not in conditions:
        return None
    return (
        select(machines.c.asset_id, OutcomeFact.key.label("key"))
        .join(OutcomeFact, _latest(query, machines))
        .where(*conditions[cell], *filters(query))
    )


def _events(query: Query, settings: Settings, machines: Any) -> Select[Any]:
    """Every re-use event of the machines counted; a machine stands there once for each."""
    each = aliased(OutcomeFact)
    start = max(filter(None, (query.start, settings.programme_start)))
    return (
        select(machines.c.asset_id, each.key.label("key"))
        .join(OutcomeFact, _latest(query, machines))
        .join(each, and_(each.asset_id == machines.c.asset_id, known_at(query, each)))
        .where(
            each.measure.in_(sorted(HEADLINE_MEASURES)),
            each.day >= start,
            *([each.day <= query.to] if query.to else []),
            *filters(query),
        )
    )


REPORT = ReportType(
    "headline",
    "Machines re-used or donated",
    DEFINITION,
    (Column("figure", "Figure"), Column("value", "Number", "machines"), Column("unit", "Unit")),
    _run,
    _select,
    topic="Re-use",
    place=10,
)
