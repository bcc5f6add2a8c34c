"""evidence of sanitisation: reports, records, certificates, independent checks

Revision ID: 0070_erasures
Revises: 0060_hardware_reports
Create Date: 2026-11-29 15:00:00

"""

import sqlalchemy as sa
from alembic import op

from inventory.db import UtcDateTime

revision = "0070_erasures"
down_revision = "0060_hardware_reports"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _account(table, name):
    return sa.ForeignKeyConstraint([name], ["account.id"], name=op.f(f"fk_{table}_{name}_account"))


def _index(table, *names):
    with op.batch_alter_table(table, schema=None) as batch_op:
        for name in names:
            batch_op.create_index(batch_op.f(f"ix_{table}_{name}"), [name], unique=False)


def upgrade():
    op.create_table(
        "erasure_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("reader_version", sa.Integer(), nullable=False),
        sa.Column("tool", sa.String(length=120), nullable=False),
        sa.Column("tool_version", sa.String(length=60), nullable=True),
        sa.Column("host", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        _account("erasure_report", "account_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_report")),
        sa.UniqueConstraint("sha256", name=op.f("uq_erasure_report_sha256")),
        sa.UniqueConstraint("uid", name=op.f("uq_erasure_report_uid")),
    )
    _index("erasure_report", "account_id")
    op.create_table(
        "erasure_record",
        sa.Column("id", BIG, nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part_uid", sa.String(length=64), nullable=True),
        sa.Column("asset_id", BIG, nullable=True),
        sa.Column("property_no", sa.String(length=64), nullable=True),
        sa.Column("serial", sa.String(length=128), nullable=True),
        sa.Column("serial_key", sa.String(length=128), nullable=True),
        sa.Column("manufacturer", sa.String(length=255), nullable=True),
        sa.Column("model", sa.String(length=255), nullable=True),
        sa.Column("medium", sa.String(length=16), nullable=True),
        sa.Column("capacity_bytes", sa.BigInteger(), nullable=True),
        sa.Column("interface", sa.String(length=40), nullable=True),
        sa.Column("confidentiality_before", sa.String(length=60), nullable=True),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("technique", sa.String(length=40), nullable=True),
        sa.Column("pattern", sa.String(length=255), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_precision", sa.String(length=8), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("verification", sa.String(length=8), nullable=False),
        sa.Column("verified_by", sa.Integer(), nullable=True),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
        sa.Column("validated_by", sa.Integer(), nullable=True),
        sa.Column("validated_at", UtcDateTime(), nullable=True),
        sa.Column("decision", sa.String(length=8), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("performed_by", sa.String(length=255), nullable=True),
        sa.Column("performed_org", sa.String(length=255), nullable=True),
        sa.Column("destination", sa.String(length=255), nullable=True),
        sa.Column("certificate_no", sa.String(length=120), nullable=True),
        sa.Column("standing", sa.String(length=12), nullable=False),
        sa.Column("quarantine", sa.Text(), nullable=True),
        sa.Column("event_key", sa.String(length=80), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        _account("erasure_record", "verified_by"),
        _account("erasure_record", "validated_by"),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_erasure_record_asset_id_asset")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["erasure_report.id"], name=op.f("fk_erasure_record_report_id_erasure_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_record")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_erasure_record_report_id_number")),
        sa.UniqueConstraint("uid", name=op.f("uq_erasure_record_uid")),
    )
    _index("erasure_record", "part_uid", "serial_key", "verified_by", "validated_by", "event_key")
    with op.batch_alter_table("erasure_record", schema=None) as batch_op:
        batch_op.create_index("ix_erasure_record_standing", ["standing", "id"], unique=False)
        batch_op.create_index("ix_erasure_record_asset_id", ["asset_id", "id"], unique=False)
    op.create_table(
        "sanitisation_certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("asset_id", BIG, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=False),
        sa.Column("voided_at", UtcDateTime(), nullable=True),
        sa.Column("voided_by", sa.Integer(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        _account("sanitisation_certificate", "issued_by"),
        _account("sanitisation_certificate", "voided_by"),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_sanitisation_certificate_asset_id_asset")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanitisation_certificate")),
        sa.UniqueConstraint("key", name=op.f("uq_sanitisation_certificate_key")),
        sa.UniqueConstraint("number", name=op.f("uq_sanitisation_certificate_number")),
        sa.UniqueConstraint("token", name=op.f("uq_sanitisation_certificate_token")),
    )
    _index("sanitisation_certificate", "asset_id", "issued_by", "voided_by")
    op.create_table(
        "audit_sample",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", BIG, nullable=False),
        sa.Column("drawn_at", UtcDateTime(), nullable=False),
        sa.Column("result", sa.String(length=8), nullable=False),
        sa.Column("checked_by", sa.Integer(), nullable=True),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.Column("not_held", sa.JSON(), nullable=False),
        _account("audit_sample", "checked_by"),
        sa.ForeignKeyConstraint(
            ["record_id"], ["erasure_record.id"], name=op.f("fk_audit_sample_record_id_erasure_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_sample")),
        sa.UniqueConstraint("record_id", name=op.f("uq_audit_sample_record_id")),
    )
    _index("audit_sample", "checked_by")
    with op.batch_alter_table("audit_sample", schema=None) as batch_op:
        batch_op.create_index("ix_audit_sample_result", ["result", "id"], unique=False)


def downgrade():
    for table in ("audit_sample", "sanitisation_certificate", "erasure_record", "erasure_report"):
        op.drop_table(table)
