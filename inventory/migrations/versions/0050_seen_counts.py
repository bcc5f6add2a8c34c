"""machines by the day on which somebody last saw them stand in the stored counts

Revision ID: 0050_seen_counts
Revises: 0040_more_stored_counts
Create Date: 2026-11-25 18:00:00

"""

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from inventory.db import UtcDateTime
from inventory.register.kinds import KINDS
from inventory.register.statuses import ON_SITE

revision = "0050_seen_counts"
down_revision = "0040_more_stored_counts"
branch_labels = None
depends_on = None

NO_DAY = date(1970, 1, 1)
BASIS = sa.table("projection_basis", sa.column("name"), sa.column("value"))
ASSET = sa.table("asset", sa.column("kind"), sa.column("status"), sa.column("last_seen_at", UtcDateTime()))
TALLY = sa.table(
    "tally",
    sa.column("figure", sa.String()),
    sa.column("year", sa.Integer()),
    sa.column("day", sa.Date()),
    sa.column("measure", sa.String()),
    sa.column("tier", sa.String()),
    sa.column("certainty", sa.String()),
    sa.column("kind", sa.String()),
    sa.column("department_id", sa.Integer()),
    sa.column("older", sa.Boolean()),
    sa.column("machines", sa.Integer()),
    sa.column("weighed", sa.Integer()),
    sa.column("mass_g", sa.Integer()),
)


def upgrade():
    connection = op.get_bind()
    zone = connection.scalar(sa.select(BASIS.c.value).where(BASIS.c.name == "time_zone"))
    if zone is None:
        return  # Nothing believes the stored counts yet; what makes them makes these too.
    found = Counter()
    seen = (
        sa.select(ASSET.c.last_seen_at, ASSET.c.kind, sa.func.count())
        .where(ASSET.c.status.in_(sorted(ON_SITE)))
        .group_by(ASSET.c.last_seen_at, ASSET.c.kind)
    )
    for moment, kind, number in connection.execute(seen):
        day = moment.astimezone(ZoneInfo(zone)).date() if moment else NO_DAY
        found[day, KINDS[kind].group] += number
    neutral = {"figure": "seen", "year": 0, "measure": "", "tier": "", "certainty": "", "department_id": 0,
               "older": False, "weighed": 0, "mass_g": 0}  # fmt: skip
    rows = [neutral | {"day": day, "kind": group, "machines": number} for (day, group), number in found.items()]
    if rows:
        connection.execute(sa.insert(TALLY), rows)


def downgrade():
    op.execute("DELETE FROM tally WHERE figure = 'seen'")
