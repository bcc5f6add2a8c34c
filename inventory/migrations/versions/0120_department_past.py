"""what departments were before they were renamed or moved

Revision ID: 0120_department_past
Revises: 0110_requests
Create Date: 2026-11-29 21:50:00

"""

import sqlalchemy as sa
from alembic import op

from inventory.db import UtcDateTime

revision = "0120_department_past"
down_revision = "0110_requests"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "department_past",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(length=512), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_department_past_department_id_department")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["department.id"], name=op.f("fk_department_past_parent_id_department")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_past")),
    )
    with op.batch_alter_table("department_past", schema=None) as batch_op:
        for column in ("department_id", "parent_id"):
            batch_op.create_index(batch_op.f(f"ix_department_past_{column}"), [column], unique=False)


def downgrade():
    op.drop_table("department_past")
