"""label runs know their labels

Revision ID: 0002_label_runs
Revises: 0001
Create Date: 2026-11-25 12:45:00

"""

import sqlalchemy as sa
from alembic import op

revision = "0002_label_runs"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("label_run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("skipped", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("reprint_of", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_label_run_reprint_of"), ["reprint_of"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_label_run_reprint_of_label_run"), "label_run", ["reprint_of"], ["id"]
        )

    op.create_table(
        "label_run_tag",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["label_run.id"], name=op.f("fk_label_run_tag_run_id_label_run")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_label_run_tag")),
    )


def downgrade():
    op.drop_table("label_run_tag")
    with op.batch_alter_table("label_run", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_label_run_reprint_of_label_run"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_label_run_reprint_of"))
        batch_op.drop_column("reprint_of")
        batch_op.drop_column("skipped")
