"""requests for machines that are used again

Revision ID: 0110_requests
Revises: 0100_statements
Create Date: 2026-11-29 17:50:00

"""

import sqlalchemy as sa
from alembic import op

from inventory.db import UtcDateTime

revision = "0110_requests"
down_revision = "0100_statements"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "reuse_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("least", sa.String(length=500), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint("(department_id IS NULL) <> (party_id IS NULL)", name=op.f("ck_reuse_request_one_asks")),
        sa.CheckConstraint("number > 0", name=op.f("ck_reuse_request_wants_some")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reuse_request_account_id_account")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_reuse_request_department_id_department")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["account.id"], name=op.f("fk_reuse_request_ended_by_account")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_reuse_request_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reuse_request")),
        sa.UniqueConstraint("key", name=op.f("uq_reuse_request_key")),
        sa.UniqueConstraint("uid", name=op.f("uq_reuse_request_uid")),
    )
    with op.batch_alter_table("reuse_request", schema=None) as batch_op:
        for column in ("account_id", "department_id", "ended_by", "party_id"):
            batch_op.create_index(batch_op.f(f"ix_reuse_request_{column}"), [column], unique=False)
        batch_op.create_index("ix_reuse_request_state", ["state", "id"], unique=False)
    op.create_table(
        "reuse_request_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_reuse_request_change_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["reuse_request.id"], name=op.f("fk_reuse_request_change_request_id_reuse_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reuse_request_change")),
        sa.UniqueConstraint("key", name=op.f("uq_reuse_request_change_key")),
    )
    with op.batch_alter_table("reuse_request_change", schema=None) as batch_op:
        for column in ("account_id", "request_id"):
            batch_op.create_index(batch_op.f(f"ix_reuse_request_change_{column}"), [column], unique=False)


def downgrade():
    op.drop_table("reuse_request_change")
    op.drop_table("reuse_request")
