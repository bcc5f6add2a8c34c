"""published statements, the public page, wall screens

Revision ID: 0100_statements
Revises: 0096_ways_of_disposal
Create Date: 2026-11-29 17:30:00

"""

import sqlalchemy as sa
from alembic import op

from inventory.db import UtcDateTime

revision = "0100_statements"
down_revision = "0096_ways_of_disposal"
branch_labels = None
depends_on = None


def _by(table, *columns):
    return [
        sa.ForeignKeyConstraint([column], ["account.id"], name=op.f(f"fk_{table}_{column}_account"))
        for column in columns
    ]


def upgrade():
    op.create_table(
        "statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("as_at", UtcDateTime(), nullable=False),
        sa.Column("restates_id", sa.Integer(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=True),
        *_by("statement", "account_id"),
        sa.ForeignKeyConstraint(["restates_id"], ["statement.id"], name=op.f("fk_statement_restates_id_statement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("uid", name=op.f("uq_statement_uid")),
        sa.UniqueConstraint("key", name=op.f("uq_statement_key")),
        sa.UniqueConstraint("restates_id", name=op.f("uq_statement_restates_id")),
    )
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statement_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_statement_public"), ["public"], unique=False)

    op.create_table(
        "statement_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_statement_act_statement_id_statement")
        ),
        *_by("statement_act", "account_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_act")),
    )
    with op.batch_alter_table("statement_act", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statement_act_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_statement_act_statement_id"), ["statement_id"], unique=False)

    op.create_table(
        "public_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        *_by("public_page", "account_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_page")),
    )
    with op.batch_alter_table("public_page", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_public_page_account_id"), ["account_id"], unique=False)

    op.create_table(
        "wall_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        *_by("wall_key", "made_by", "ended_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wall_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_wall_key_digest")),
    )
    with op.batch_alter_table("wall_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wall_key_ended_by"), ["ended_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_wall_key_made_by"), ["made_by"], unique=False)


def downgrade():
    op.drop_table("wall_key")
    op.drop_table("public_page")
    op.drop_table("statement_act")
    op.drop_table("statement")
