"""receipts of scans

Revision ID: 0010_scans
Revises: 0002_label_runs
Create Date: 2026-11-27 09:10:00

"""

import sqlalchemy as sa
from alembic import op

revision = "0010_scans"
down_revision = "0002_label_runs"
branch_labels = None
depends_on = None

WAITS = sa.text("outcome = 'to_settle'")


def upgrade():
    op.create_table(
        "scan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=True),
        sa.Column("details", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("undoes", sa.String(length=80), nullable=True),
        sa.Column("list", sa.String(length=64), nullable=True),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offset_ms", sa.BigInteger(), nullable=True),
        sa.Column("clock_off_ms", sa.BigInteger(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("headline", sa.String(length=80), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_scan_account_id_account")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_scan_asset_id_asset")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["account.id"], name=op.f("fk_scan_settled_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
        sa.UniqueConstraint("key", name=op.f("uq_scan_key")),
    )
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scan_asset_id"), ["asset_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scan_settled_by_id"), ["settled_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scan_undoes"), ["undoes"], unique=False)
        batch_op.create_index("ix_scan_waiting", ["account_id", "id"], sqlite_where=WAITS, postgresql_where=WAITS)
        batch_op.create_index("ix_scan_waiting_owner", ["owner", "id"], sqlite_where=WAITS, postgresql_where=WAITS)


def downgrade():
    op.drop_table("scan")
