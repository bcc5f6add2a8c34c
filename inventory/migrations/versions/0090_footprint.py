"""sets of factors; model and purchase beside each outcome

Revision ID: 0090_footprint
Revises: 0080_inspection_photos
Create Date: 2026-11-29 17:20:00

"""

import sqlalchemy as sa
from alembic import op

from inventory.db import UtcDateTime
from inventory.register.model_keys import model_key

revision = "0090_footprint"
down_revision = "0080_inspection_photos"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "factor_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=24), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_factor_set_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_set")),
        sa.UniqueConstraint("key", name=op.f("uq_factor_set_key")),
    )
    with op.batch_alter_table("factor_set", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_factor_set_account_id"), ["account_id"], unique=False)
    op.add_column("outcome", sa.Column("model_key", sa.String(length=160), nullable=True))
    op.add_column("outcome", sa.Column("purchase_date", sa.Date(), nullable=True))
    _fill(op.get_bind())


def _fill(connection):
    """From the register as it stands: what was known of a model before was not kept beside its outcomes."""
    outcome = sa.table("outcome", *map(sa.column, ("asset_id", "model_key", "purchase_date")))
    asset = sa.table("asset", *map(sa.column, ("id", "manufacturer", "model", "purchase_date")))
    bought = sa.select(asset.c.purchase_date).where(asset.c.id == outcome.c.asset_id).scalar_subquery()
    connection.execute(outcome.update().values(purchase_date=bought))
    named = sa.select(asset.c.manufacturer, asset.c.model).where(asset.c.model.is_not(None)).distinct()
    for manufacturer, model in connection.execute(named).all():
        of_model = sa.select(asset.c.id).where(
            asset.c.model == model, asset.c.manufacturer.is_not_distinct_from(manufacturer)
        )
        key = model_key(manufacturer, model)
        connection.execute(outcome.update().where(outcome.c.asset_id.in_(of_model)).values(model_key=key))


def downgrade():
    with op.batch_alter_table("outcome", schema=None) as batch_op:
        batch_op.drop_column("purchase_date")
        batch_op.drop_column("model_key")
    op.drop_table("factor_set")
