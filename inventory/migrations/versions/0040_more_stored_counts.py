"""lives extended, and the headline of all days together, stand in the stored counts

Revision ID: 0040_more_stored_counts
Revises: 0030_stock_takes
Create Date: 2026-11-25 16:10:00

"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from inventory.db import UtcDateTime

revision = "0040_more_stored_counts"
down_revision = "0030_stock_takes"
branch_labels = None
depends_on = None

BASIS = sa.table("projection_basis", sa.column("name"), sa.column("value"))
ASSET = sa.table("asset", sa.column("id"), sa.column("kind"), sa.column("status"), sa.column("department_id"))
LINE = sa.table(
    "lifecycle_event",
    sa.column("asset_id"),
    sa.column("key"),
    sa.column("kind"),
    sa.column("voids"),
    sa.column("occurred_at", UtcDateTime()),
)
TALLY = sa.table(
    "tally",
    sa.column("figure", sa.String()),
    sa.column("year", sa.Integer()),
    sa.column("day", sa.Date()),
    sa.column("measure", sa.String()),
    sa.column("tier", sa.String()),
    sa.column("certainty", sa.String()),
    sa.column("kind"),
    sa.column("department_id"),
    sa.column("older", sa.Boolean()),
    sa.column("machines"),
    sa.column("weighed"),
    sa.column("mass_g"),
)


def upgrade():
    connection = op.get_bind()
    connection.execute(_all_days())
    basis = dict(connection.execute(sa.select(BASIS.c.name, BASIS.c.value)).all())
    if not {"academic_year_start_month", "time_zone"} <= basis.keys():
        return  # Nothing believes the stored counts yet; what makes them makes these too.
    month, zone = int(basis["academic_year_start_month"]), ZoneInfo(basis["time_zone"])
    extending = LINE.c.kind.in_(("repaired", "upgraded"))
    ends = sa.select(sa.func.min(LINE.c.occurred_at), sa.func.max(LINE.c.occurred_at)).where(extending)
    first, last = connection.execute(ends).one()
    if first is None:
        return
    for year in range(first.year - 1, last.year + 2):
        start, end = (datetime.combine(date(each, month, 1), time(), zone) for each in (year, year + 1))
        connection.execute(_fill(year, extending, start.astimezone(UTC), end.astimezone(UTC)))


def _all_days():
    """The headline's counts by day, summed over the days."""
    kept = (TALLY.c.measure, TALLY.c.tier, TALLY.c.certainty, TALLY.c.kind, TALLY.c.department_id, TALLY.c.older)
    day = sa.literal(date(1970, 1, 1), sa.Date())
    sums = [sa.func.sum(each) for each in (TALLY.c.machines, TALLY.c.weighed, TALLY.c.mass_g)]
    summed = (
        sa.select(sa.literal("headline_all", sa.String()), TALLY.c.year, day, *kept, *sums)
        .where(TALLY.c.figure == "headline")
        .group_by(TALLY.c.year, *kept)
    )
    return sa.insert(TALLY).from_select([each.name for each in TALLY.c], summed)


def _fill(year, extending, start, end):
    """Each machine once, by its kind and department of now, for the academic year *year*."""
    void = LINE.alias("void")
    department = sa.func.coalesce(ASSET.c.department_id, 0)
    neutral = sa.literal("", sa.String())
    counted = (
        sa.select(
            sa.literal("extended", sa.String()),
            sa.literal(year, sa.Integer()),
            sa.literal(date(1970, 1, 1), sa.Date()),
            neutral,
            neutral,
            neutral,
            ASSET.c.kind,
            department,
            sa.literal(False, sa.Boolean()),
            sa.func.count(sa.distinct(LINE.c.asset_id)),
            sa.literal(0, sa.Integer()),
            sa.literal(0, sa.Integer()),
        )
        .select_from(LINE.join(ASSET, ASSET.c.id == LINE.c.asset_id))
        .where(
            extending,
            LINE.c.occurred_at >= start,
            LINE.c.occurred_at < end,
            ASSET.c.status != "withdrawn",
            ~sa.exists().where(void.c.voids == LINE.c.key),
        )
        .group_by(ASSET.c.kind, department)
    )
    return sa.insert(TALLY).from_select([each.name for each in TALLY.c], counted)


def downgrade():
    op.execute("DELETE FROM tally WHERE figure IN ('extended', 'headline_all')")
