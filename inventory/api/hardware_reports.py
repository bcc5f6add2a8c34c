"""Hardware reports: brought by programs that boot a machine from a stick, kept, and read again as findings."""

from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from flask import Flask, Response, request
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from inventory.api._base import (
    MOST_ROWS,
    Strict,
    Text,
    answer,
    endpoints,
    only_parts,
    recorder,
    register,
    requires,
    session,
    settings,
)
from inventory.arrivals.service import CHUNK, Filed, Opened, chunks, counts, file_all, open_all
from inventory.db import write
from inventory.errors import NotFound, ValidationRefused
from inventory.intake.answering import report_of
from inventory.intake.models import STANDINGS, HardwareReport
from inventory.intake.queries import Listed, reports, tags_of
from inventory.intake.questions import answers_to, title_of
from inventory.lifecycle.requests import Recorder
from inventory.register.queries import resolve_one

MOST_BYTES: Final = 65 * 1024 * 1024
_LARGEST: Final = 2**31 - 1
group = endpoints("hardware-reports", "Reports of what is inside a machine", body_limit=MOST_BYTES)


class BringQuery(Strict):
    name = Text(200, metadata={"description": "Name of the file that is the body; it stands in refusals."})
    register_new = fields.Boolean(
        load_default=False,
        metadata={"description": "Register a machine that nobody on record answers to, as returned to the hub."},
    )


class HardwareReportsQuery(Strict):
    standing = fields.String(validate=validate.OneOf(list(STANDINGS)))
    tag = Text(64, metadata={"description": "Only reports of this machine; any identifier finds it."})
    before = fields.Integer(
        strict=False,
        validate=validate.Range(1, _LARGEST),
        metadata={"description": "The “next” of the page before."},
    )
    size = fields.Integer(load_default=50, validate=validate.Range(1, MOST_ROWS))


class FiledPartSchema(Schema):
    """What became of a file at one of those who read files."""

    receiver = fields.String(required=True, allow_none=True, metadata={"description": "hardware, or another reader."})
    outcome = fields.String(required=True)
    already = fields.Boolean(required=True, metadata={"description": "It came before; nothing was changed now."})
    words = fields.String(required=True, metadata={"description": "A sentence for a person."})
    report = fields.Integer(required=True, allow_none=True, metadata={"description": "Number of the kept report."})
    tag = fields.String(required=True, allow_none=True, metadata={"description": "Tag of its machine, once known."})


class FiledSchema(Schema):
    """One file of what was brought."""

    file = fields.String(required=True)
    sha256 = fields.String(required=True)
    outcome = fields.String(
        required=True, metadata={"enum": ["refused", *[key for key in STANDINGS if key != "refused"]]}
    )
    parts = fields.List(fields.Nested(FiledPartSchema), required=True)


class BroughtSchema(Schema):
    counts = fields.Dict(fields.String(), fields.Integer(), required=True)
    files = fields.List(fields.Nested(FiledSchema), required=True)


class ReportQuestionSchema(Schema):
    """What a person is asked about a report, on the page of questions."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    report = fields.String(required=True)
    record = fields.String(required=True)
    why = fields.String(required=True)
    answers = fields.List(fields.String(), required=True)


class HardwareReportSchema(Schema):
    """A kept report. ``found``: what was read in it, as in the guide; null where it could not be read."""

    id = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    name = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "Bytes."})
    reader = fields.String(required=True)
    reader_version = fields.Integer(required=True)
    made_at = fields.String(required=True, allow_none=True)
    received_at = fields.String(required=True)
    tag = fields.String(required=True, allow_none=True)
    standing = fields.String(required=True, metadata={"enum": list(STANDINGS)})
    words = fields.String(required=True)
    questions = fields.List(fields.Nested(ReportQuestionSchema), required=True)
    found = fields.Dict(required=True, allow_none=True)


class HardwareReportsSchema(Schema):
    reports = fields.List(fields.Nested(HardwareReportSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


_BODY: Final = {
    "required": True,
    "description": "One report or a zip file of reports as the body itself, or any number of files in a form.",
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary", "minLength": 1}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "array", "items": {"type": "string", "format": "binary"}}},
            }
        },
    },
}


@group.post("/hardware-reports")
@requires("record")
@group.arguments(BringQuery, location="query")
@group.doc(requestBody=_BODY)  # type: ignore[untyped-decorator]
@group.response(200, BroughtSchema)
def bring(query: dict[str, Any]) -> Response:
    """Bring hardware reports

    The bytes are the key: the same report again changes nothing and is answered with what became of it. Each file
    stands for itself; when not one of them can be read, the request is refused with the reason.
    """
    opened = open_all(_brought(query))
    who, register_new = recorder(), query["register_new"]
    filed: list[Filed] = []
    for part in chunks(opened):
        filed += write(session(), partial(_file, part=part, who=who, register_new=register_new))
    if not any(each.outcome != "refused" for each in filed):
        raise _refusal(filed)
    return answer({"counts": counts(filed), "files": [each.as_dict() for each in filed]})


def _file(db: Session, part: list[Opened], who: Recorder, register_new: bool) -> list[Filed]:
    filed = file_all(db, part, who, register_new=register_new)
    if len(part) < CHUNK and all(each.outcome == "refused" for each in filed):
        # What is answered with a refusal leaves nothing behind.
        raise _refusal(filed)
    return filed


def _refusal(filed: list[Filed]) -> ValidationRefused:
    words = filed[0].words if filed else "There is nothing in it."
    return ValidationRefused(words, field="file")


def _brought(query: dict[str, Any]) -> list[tuple[str, bytes]]:
    """(name, bytes) of each file of the request."""
    if request.mimetype == "multipart/form-data":
        only_parts("file")
        files = request.files.getlist("file")
        found = [(each.filename or "report", each.stream.read()) for each in files]
    else:
        found = [(query.get("name") or "report", request.get_data(cache=False))]
    if not any(content for _, content in found):
        raise ValidationRefused(
            "No report came with the request. Send it as the body, or in a form as “file”.", field="file"
        )
    return found


@group.get("/hardware-reports")
@requires("view")
@group.arguments(HardwareReportsQuery, location="query")
@group.response(200, HardwareReportsSchema)
def listing(query: dict[str, Any]) -> Response:
    """List hardware reports, newest first"""
    asset_id = resolve_one(session(), query["tag"], settings()).asset_id if query.get("tag") else None
    page = reports(
        session(), query["size"], standing=query.get("standing", ""), asset_id=asset_id, before=query.get("before")
    )
    told = [_told(each) for each in page.rows]
    kept = {name: value for name, value in query.items() if name != "before"} | {"before": page.next}
    link = {"Link": f'<{request.path}?{urlencode(kept)}>; rel="next"'} if page.next else {}
    return answer({"reports": told, "next": page.next}, headers=link)


@group.get("/hardware-reports/<number>")
@requires("view")
@group.response(200, HardwareReportSchema)
def show(number: str) -> Response:
    """Read a hardware report"""
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound("There is no such report.")
    row = report_of(session(), int(number))
    tags = tags_of(session(), [row.asset_id] if row.asset_id is not None else [])
    return answer(_told(Listed(row, tags.get(row.asset_id or 0))))


def _told(each: Listed) -> dict[str, Any]:
    row: HardwareReport = each.report
    return {
        "id": row.id,
        "sha256": row.sha256,
        "name": row.name,
        "size": row.size,
        "reader": row.reader,
        "reader_version": row.reader_version,
        "made_at": row.made_at.isoformat() if row.made_at else None,
        "received_at": row.received_at.isoformat(),
        "tag": each.tag,
        "standing": row.standing,
        "words": row.words,
        "questions": [
            {
                "id": asked["id"],
                "title": title_of(asked),
                "report": asked["report"],
                "record": asked["record"],
                "why": asked["why"],
                "answers": [one.key for one in answers_to(asked)],
            }
            for asked in row.question or ()
        ],
        "found": row.found,
    }


def add_to(app: Flask) -> None:
    """Add these endpoints to *app*."""
    register(app, group)
