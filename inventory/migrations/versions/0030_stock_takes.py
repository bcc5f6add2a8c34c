"""counts of rooms and lists

Revision ID: 0030_stock_takes
Revises: 0020_label_printers
Create Date: 2026-11-25 16:27:00

"""

import sqlalchemy as sa
from alembic import op

from inventory.db import UtcDateTime

revision = "0030_stock_takes"
down_revision = "0020_label_printers"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "stock_take",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("scope_words", sa.String(length=500), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_stock_take_account_id_account")),
        sa.ForeignKeyConstraint(["ended_by"], ["account.id"], name=op.f("fk_stock_take_ended_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_take")),
        sa.UniqueConstraint("code", name=op.f("uq_stock_take_code")),
        sa.UniqueConstraint("key", name=op.f("uq_stock_take_key")),
        sa.UniqueConstraint("uid", name=op.f("uq_stock_take_uid")),
    )
    with op.batch_alter_table("stock_take", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_take_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stock_take_ended_by"), ["ended_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_stock_take_state"), ["state"], unique=False)

    op.create_table(
        "stock_take_machine",
        sa.Column("stock_take_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("expected", sa.Boolean(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.Column("seen_by", sa.Integer(), nullable=True),
        sa.Column("seen_place", sa.String(length=64), nullable=True),
        sa.Column("decision", sa.String(length=8), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("event", sa.String(length=32), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_stock_take_machine_asset_id_asset")),
        sa.ForeignKeyConstraint(["seen_by"], ["account.id"], name=op.f("fk_stock_take_machine_seen_by_account")),
        sa.ForeignKeyConstraint(
            ["stock_take_id"], ["stock_take.id"], name=op.f("fk_stock_take_machine_stock_take_id_stock_take")
        ),
        sa.PrimaryKeyConstraint("stock_take_id", "asset_id", name=op.f("pk_stock_take_machine")),
    )
    with op.batch_alter_table("stock_take_machine", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_take_machine_asset_id"), ["asset_id"], unique=False)
        batch_op.create_index(
            "ix_stock_take_machine_group", ["stock_take_id", "expected", "tag", "asset_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_stock_take_machine_seen_by"), ["seen_by"], unique=False)

    op.create_table(
        "stock_take_scan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stock_take_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=True),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("place", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("taken_back_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_stock_take_scan_account_id_account")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_stock_take_scan_asset_id_asset")),
        sa.ForeignKeyConstraint(
            ["stock_take_id"], ["stock_take.id"], name=op.f("fk_stock_take_scan_stock_take_id_stock_take")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_take_scan")),
        sa.UniqueConstraint("key", name=op.f("uq_stock_take_scan_key")),
    )
    with op.batch_alter_table("stock_take_scan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_take_scan_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_stock_take_scan_asset", ["stock_take_id", "asset_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stock_take_scan_asset_id"), ["asset_id"], unique=False)

    op.create_table(
        "stock_take_unknown",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stock_take_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("ambiguous", sa.Boolean(), nullable=False),
        sa.Column("scans", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("first_by", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_stock_take_unknown_asset_id_asset")),
        sa.ForeignKeyConstraint(["first_by"], ["account.id"], name=op.f("fk_stock_take_unknown_first_by_account")),
        sa.ForeignKeyConstraint(["settled_by"], ["account.id"], name=op.f("fk_stock_take_unknown_settled_by_account")),
        sa.ForeignKeyConstraint(
            ["stock_take_id"], ["stock_take.id"], name=op.f("fk_stock_take_unknown_stock_take_id_stock_take")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_take_unknown")),
        sa.UniqueConstraint("stock_take_id", "text", name=op.f("uq_stock_take_unknown_stock_take_id_text")),
    )
    with op.batch_alter_table("stock_take_unknown", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_take_unknown_asset_id"), ["asset_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stock_take_unknown_first_by"), ["first_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_stock_take_unknown_settled_by"), ["settled_by"], unique=False)


def downgrade():
    with op.batch_alter_table("stock_take_unknown", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stock_take_unknown_settled_by"))
        batch_op.drop_index(batch_op.f("ix_stock_take_unknown_first_by"))
        batch_op.drop_index(batch_op.f("ix_stock_take_unknown_asset_id"))

    op.drop_table("stock_take_unknown")
    with op.batch_alter_table("stock_take_scan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stock_take_scan_asset_id"))
        batch_op.drop_index("ix_stock_take_scan_asset")
        batch_op.drop_index(batch_op.f("ix_stock_take_scan_account_id"))

    op.drop_table("stock_take_scan")
    with op.batch_alter_table("stock_take_machine", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stock_take_machine_seen_by"))
        batch_op.drop_index("ix_stock_take_machine_group")
        batch_op.drop_index(batch_op.f("ix_stock_take_machine_asset_id"))

    op.drop_table("stock_take_machine")
    with op.batch_alter_table("stock_take", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stock_take_state"))
        batch_op.drop_index(batch_op.f("ix_stock_take_ended_by"))
        batch_op.drop_index(batch_op.f("ix_stock_take_account_id"))

    op.drop_table("stock_take")
