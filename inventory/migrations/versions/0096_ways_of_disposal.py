"""an outcome tells whether what was disposed of was incinerated or landfilled

Revision ID: 0096_ways_of_disposal
Revises: 0090_footprint
Create Date: 2026-11-29 17:50:00

"""

import sqlalchemy as sa
from alembic import op

revision = "0096_ways_of_disposal"
down_revision = "0090_footprint"
branch_labels = None
depends_on = None

OUTCOME = sa.table("outcome", sa.column("fate"), sa.column("confirmed_by"))
LINE = sa.table("lifecycle_event", sa.column("key"), sa.column("kind"))
WAYS = ("incinerated", "landfilled")


def upgrade():
    """The ledger always told it: by the very line that confirmed the fate, in whatever period it was known."""
    for way in WAYS:
        told = sa.select(LINE.c.key).where(LINE.c.kind == way)
        changed = OUTCOME.update().where(OUTCOME.c.fate == "disposed", OUTCOME.c.confirmed_by.in_(told))
        op.get_bind().execute(changed.values(fate=way))


def downgrade():
    told = sa.select(LINE.c.key).where(LINE.c.kind.in_(WAYS))
    changed = OUTCOME.update().where(OUTCOME.c.fate.in_(WAYS), OUTCOME.c.confirmed_by.in_(told))
    op.get_bind().execute(changed.values(fate="disposed"))
