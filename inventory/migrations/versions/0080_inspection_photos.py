"""several photos of an inspection

Revision ID: 0080_inspection_photos
Revises: 0070_erasures
Create Date: 2026-11-29 14:40:00

"""

import sqlalchemy as sa
from alembic import op

from inventory.db import UtcDateTime

revision = "0080_inspection_photos"
down_revision = "0070_erasures"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "inspection_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_key", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_inspection_photo_asset_id_asset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_photo")),
        sa.UniqueConstraint("event_key", "sha256", name=op.f("uq_inspection_photo_event_key_sha256")),
    )
    with op.batch_alter_table("inspection_photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inspection_photo_asset_id"), ["asset_id"], unique=False)


def downgrade():
    op.drop_table("inspection_photo")
