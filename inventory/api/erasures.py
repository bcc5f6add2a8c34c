"""Evidence of sanitisation: what a wiping stick posts, the records made of it, and decisions on them."""

from datetime import datetime
from typing import Any

from flask import Flask, Response, request
from marshmallow import Schema, fields, validate

from inventory.api._base import (
    MOST_ROWS,
    Strict,
    Text,
    answer,
    endpoints,
    recorder,
    register,
    requires,
    session,
)
from inventory.db import write
from inventory.errors import ValidationRefused
from inventory.reading.documents import LARGEST, Document
from inventory.sanitisation import queries, service
from inventory.sanitisation.queries import RecordRow
from inventory.sanitisation.readers._base import readers
from inventory.sanitisation.standings import DECISIONS, STANDINGS

MOST_FILES = 20
group = endpoints("erasures", "Reports of wipes, and what was made of them", body_limit=LARGEST + 2**20)
_LARGEST = 2**31 - 1


class ReportQuery(Strict):
    format = fields.String(
        validate=validate.OneOf(sorted(readers())), metadata={"description": "Found out where it is not given."}
    )
    name = Text(255, metadata={"description": "Name of the file, for a body that is the report itself."})


class RecordsQuery(Strict):
    standing = fields.String(validate=validate.OneOf(list(STANDINGS)))
    report = Text(32, metadata={"description": "Id of a report."})
    before = fields.Integer(
        validate=validate.Range(1, _LARGEST), metadata={"description": "The “next” of the page before."}
    )
    size = fields.Integer(load_default=50, validate=validate.Range(1, MOST_ROWS))


class DecisionSchema(Strict):
    records = fields.List(Text(32), required=True, validate=validate.Length(1, MOST_ROWS))
    decision = fields.String(required=True, validate=validate.OneOf(list(DECISIONS)))
    reason = Text(500)


class DriveVerdictSchema(Schema):
    """What became of one drive. ``verdict``: pass, pass_with_warnings, unknown, aborted or fail."""

    record = fields.String(required=True)
    serial = fields.String(required=True, allow_none=True)
    tag = fields.String(required=True, allow_none=True)
    verdict = fields.String(required=True)
    standing = fields.String(required=True)
    method = fields.String(required=True)
    reasons = fields.List(fields.String(), required=True)
    flags = fields.List(fields.String(), required=True)


class ReceivedSchema(Schema):
    """What became of one file: recorded, already (the same bytes came before) or refused."""

    name = fields.String(required=True)
    sha256 = fields.String(required=True)
    outcome = fields.String(required=True)
    format = fields.String()
    report = fields.String()
    drives = fields.List(fields.Nested(DriveVerdictSchema))
    notes = fields.List(fields.String())
    refusal = fields.Dict()


class ReceivedListSchema(Schema):
    reports = fields.List(fields.Nested(ReceivedSchema), required=True)


class RecordSchema(DriveVerdictSchema):
    """A record: one run on one drive, and what people made of it."""

    number = fields.Integer(required=True)
    model = fields.String(required=True, allow_none=True)
    medium = fields.String(required=True, allow_none=True)
    technique = fields.String(required=True, allow_none=True)
    pattern = fields.String(required=True, allow_none=True)
    tool = fields.String(required=True)
    started_at = fields.String(required=True, allow_none=True)
    ended_at = fields.String(required=True, allow_none=True)
    ended_precision = fields.String(required=True)
    verification = fields.String(required=True)
    decision = fields.String(required=True, allow_none=True)
    event = fields.String(required=True, allow_none=True, metadata={"description": "Key of the ledger's line."})
    report = fields.String(required=True)
    report_sha256 = fields.String(required=True)
    received_at = fields.String(required=True)


class RecordsSchema(Schema):
    records = fields.List(fields.Nested(RecordSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class DecidedSchema(Schema):
    """``outcome``: done, already or refused."""

    record = fields.String(required=True)
    outcome = fields.String(required=True)
    standing = fields.String(required=True, allow_none=True)
    refusal = fields.Dict()


class DecidedListSchema(Schema):
    results = fields.List(fields.Nested(DecidedSchema), required=True)


def _documents(name: str | None) -> list[Document]:
    """The files of a form, or the body itself as one."""
    if request.mimetype != "multipart/form-data":
        return [Document(name or "report", request.get_data(cache=True))]
    sent = [each for _, each in request.files.items(multi=True)]
    if not 1 <= len(sent) <= MOST_FILES:
        raise ValidationRefused(f"Send 1 to {MOST_FILES} files.", field="file")
    return [Document(each.filename or "report", each.read()) for each in sent]


@group.post("/erasure-reports")
@requires("sanitise")
@group.arguments(ReportQuery, location="query")
@group.response(201, ReceivedListSchema)
@group.alt_response(200, schema=ReceivedListSchema, description="Nothing in it was new", success=True)
def upload(query: dict[str, Any]) -> Response:
    """Bring reports of wipes

    The body is the report itself, whatever its content type, or a form with files. The same bytes once more change
    nothing. A drive that failed shuts the gate at once; a clean one waits for a person to accept it.
    """
    documents, who = _documents(query.get("name")), recorder()
    received = write(session(), lambda db: service.receive(db, documents, who, format_=query.get("format")))
    if len(received) == 1 and received[0].refusal is not None:
        raise received[0].refusal
    fresh = any(each.outcome == "recorded" for each in received)
    return answer({"reports": [each.as_dict() for each in received]}, 201 if fresh else 200)


@group.get("/erasure-records")
@requires("view")
@group.arguments(RecordsQuery, location="query")
@group.response(200, RecordsSchema)
def listing(query: dict[str, Any]) -> Response:
    """List records, newest first"""
    page = queries.list_records(
        session(),
        query["size"],
        standing=query.get("standing", ""),
        report=query.get("report", ""),
        before=query.get("before"),
    )
    told = {"records": [_told(row) for row in page.rows], "next": page.next}
    return answer(told, headers=_next(query, page.next))


def _next(query: dict[str, Any], number: str | None) -> dict[str, str]:
    if number is None:
        return {}
    kept = {name: value for name, value in query.items() if name != "before"} | {"before": number}
    return {"Link": f'<{request.path}?{"&".join(f"{name}={value}" for name, value in kept.items())}>; rel="next"'}


@group.post("/erasure-records/decisions")
@requires("validate")
@group.arguments(DecisionSchema)
@group.response(200, DecidedListSchema)
def decide(asked: dict[str, Any]) -> Response:
    """Accept records as proof, or say what is to be done instead

    Each stands for itself, and the same decision once more is harmless.
    """
    who = recorder()
    found = write(
        session(), lambda db: service.decide(db, asked["records"], asked["decision"], who, asked.get("reason"))
    )
    return answer({"results": [each.as_dict() for each in found]})


def _told(row: RecordRow) -> dict[str, Any]:
    record, report = row.record, row.report
    verdict = service.verdict_of(record)
    return {
        "record": record.uid,
        "number": record.id,
        "serial": record.serial,
        "tag": row.tag,
        "verdict": record.verdict,
        "standing": record.standing,
        "method": record.method,
        "reasons": verdict.reasons,
        "flags": verdict.flags,
        "model": record.model,
        "medium": record.medium,
        "technique": record.technique,
        "pattern": record.pattern,
        "tool": " ".join(filter(None, (report.tool, report.tool_version))),
        "started_at": _moment(record.started_at),
        "ended_at": _moment(record.ended_at),
        "ended_precision": record.ended_precision,
        "verification": record.verification,
        "decision": record.decision,
        "event": record.event_key,
        "report": report.uid,
        "report_sha256": report.sha256,
        "received_at": record.received_at.isoformat(),
    }


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def add_to(app: Flask) -> None:
    """Add these endpoints to *app*."""
    register(app, group)
