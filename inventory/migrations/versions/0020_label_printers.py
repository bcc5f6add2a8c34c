"""printers with their offsets, a logo, and what a run's labels showed

Revision ID: 0020_label_printers
Revises: 0010_scans
Create Date: 2026-11-25 16:20:00

"""

import sqlalchemy as sa
from alembic import op

from inventory.db import UtcDateTime

revision = "0020_label_printers"
down_revision = "0010_scans"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "label_printer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("family", sa.String(length=20), nullable=False),
        sa.Column("right_tenths", sa.Integer(), nullable=False),
        sa.Column("down_tenths", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_printer")),
        sa.UniqueConstraint("name", name=op.f("uq_label_printer_name")),
    )
    op.create_table(
        "label_logo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_logo")),
    )
    with op.batch_alter_table("label_run", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("shows", sa.String(length=120), server_default="model institution", nullable=False)
        )
        batch_op.add_column(sa.Column("wording", sa.String(length=16), server_default="asset", nullable=False))
        batch_op.add_column(sa.Column("copy", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("printer_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_label_run_printer_id"), ["printer_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_label_run_printer_id_label_printer"), "label_printer", ["printer_id"], ["id"]
        )


def downgrade():
    with op.batch_alter_table("label_run", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_label_run_printer_id_label_printer"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_label_run_printer_id"))
        batch_op.drop_column("printer_id")
        batch_op.drop_column("copy")
        batch_op.drop_column("wording")
        batch_op.drop_column("shows")
    op.drop_table("label_logo")
    op.drop_table("label_printer")
