"""hardware reports and what was read in them

Revision ID: 0060_hardware_reports
Revises: 0050_seen_counts
Create Date: 2026-11-29 14:20:00

"""

import sqlalchemy as sa
from alembic import op

from inventory.db import UtcDateTime

revision = "0060_hardware_reports"
down_revision = "0050_seen_counts"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITS = sa.text("standing = 'asked'")


def upgrade():
    op.create_table(
        "hardware_report",
        sa.Column("id", KEY, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(length=40), nullable=False),
        sa.Column("reader_version", sa.Integer(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=True),
        sa.Column("lists_drives", sa.Boolean(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", KEY, nullable=True),
        sa.Column("standing", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("question", sa.JSON(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_hardware_report_account_id_account")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_hardware_report_asset_id_asset")),
        sa.ForeignKeyConstraint(["settled_by"], ["account.id"], name=op.f("fk_hardware_report_settled_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hardware_report")),
        sa.UniqueConstraint("sha256", name=op.f("uq_hardware_report_sha256")),
    )
    op.create_index("ix_hardware_report_account_id", "hardware_report", ["account_id"])
    op.create_index("ix_hardware_report_settled_by", "hardware_report", ["settled_by"])
    op.create_index("ix_hardware_report_asset", "hardware_report", ["asset_id", "id"])
    op.create_index("ix_hardware_report_waiting", "hardware_report", ["id"], sqlite_where=WAITS, postgresql_where=WAITS)


def downgrade():
    op.drop_table("hardware_report")
