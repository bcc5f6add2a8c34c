"""Imports: a file is kept, checked and brought in by a process of its own; the caller asks how far it has come."""

import hashlib
from datetime import datetime
from typing import Any

from flask import Flask, Response, current_app, send_file
from flask_smorest.fields import Upload
from marshmallow import Schema, fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.api._base import Strict, answer, caller, endpoints, only_parts, register, requires, session, settings
from inventory.db import storable, write
from inventory.errors import RuleRefused, ValidationRefused
from inventory.importers import jobs
from inventory.importers._base import importers
from inventory.importers.asking import DECIMAL_MARKS, MASS_UNITS, Asked
from inventory.importers.dates import ORDERS
from inventory.importers.models import ImportJob
from inventory.importers.names import CREATABLE
from inventory.lifecycle.fields import Words

group = endpoints("imports", "Bringing files in", body_limit=65 * 1024 * 1024)


class UploadSchema(Schema):
    """The file: CSV, XLSX, XLS or ODS."""

    file = Upload(required=True)


class AskedSchema(Strict):
    """How the file is read and what becomes of its rows; what is left out is found out, or as usual."""

    format = fields.String(validate=validate.OneOf(sorted(importers())))
    columns = fields.Dict(
        fields.String(), fields.String(), metadata={"description": "Header to target; empty to leave the column out."}
    )
    date_orders = fields.Dict(fields.String(), fields.String(validate=validate.OneOf(list(ORDERS))))
    decimal_mark = fields.String(validate=validate.OneOf(DECIMAL_MARKS))
    mass_unit = fields.String(validate=validate.OneOf(MASS_UNITS))
    words = fields.Dict(fields.String(), fields.Dict(fields.String(), fields.String()))
    encoding = Words(40)
    delimiter = fields.String(validate=validate.Length(1, 1))
    sheet = Words(255)
    header_row = fields.Integer(validate=validate.Range(1, 1000), strict=True)
    source = Words(80, metadata={"description": "Name of the system that the file comes from."})
    update_by = Words(40, metadata={"description": "tag, serial, ...: rows that name a machine on record update it."})
    skip_refused = fields.Boolean(metadata={"description": "Bring in the rows that are right; otherwise all or none."})
    create = fields.List(fields.String(validate=validate.OneOf(list(CREATABLE))))
    without_status = Words(32, metadata={"description": "Status of rows that state none."})


class JobSchema(Schema):
    """An import: uploaded, checking, checked, running, done, refused, failed or broken."""

    id = fields.String(required=True)
    filename = fields.String(required=True)
    sha256 = fields.String(required=True)
    state = fields.String(required=True)
    rows_done = fields.Integer(required=True)
    rows_total = fields.Integer(required=True, allow_none=True)
    tally = fields.Dict(required=True, metadata={"description": "What became of the rows at the last check or run."})
    message = fields.String(required=True, allow_none=True)
    created_at = fields.String(required=True)
    finished_at = fields.String(required=True, allow_none=True)


def _told(job: ImportJob) -> dict[str, Any]:
    stands = jobs.status(session(), job, current_app.instance_path)
    return {
        "id": job.uid,
        "filename": job.filename,
        "sha256": job.sha256,
        "state": stands.state,
        "rows_done": stands.done,
        "rows_total": stands.total,
        "tally": job.tally or {},
        "message": job.message,
        "created_at": _moment(job.created_at),
        "finished_at": _moment(job.finished_at),
    }


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _job(db: Session, uid: str) -> ImportJob:
    return jobs.job_of(db, uid if storable(uid) else "")


@group.post("/imports")
@requires("import")
@group.arguments(UploadSchema, location="files")
@group.response(201, JobSchema)
@group.alt_response(200, schema=JobSchema, description="This account brought the same file before", success=True)
def upload(given: dict[str, Any]) -> Response:
    """Upload a file

    Nothing is recorded yet. The same file from the same account, while it was not brought in, is the same import.
    """
    only_parts("file")
    content = given["file"].stream
    name = given["file"].filename or "file"
    if not storable(name):
        raise ValidationRefused("The name of the file has a character that cannot be stored.", field="file")
    digest = hashlib.file_digest(content, "sha256").hexdigest()
    owner, folder = caller().id, current_app.instance_path

    def keep(db: Session) -> tuple[str, bool]:
        same = select(ImportJob.uid).where(
            ImportJob.account_id == owner, ImportJob.sha256 == digest, ImportJob.state.not_in(jobs.ENDED)
        )
        if known := db.scalar(same.limit(1)):
            return known, False
        content.seek(0)
        return jobs.add_job(db, folder, owner, name, content, jobs.now_utc()).uid, True

    uid, fresh = write(session(), keep)
    return answer(_told(_job(session(), uid)), 201 if fresh else 200)


@group.get("/imports/<uid>")
@requires("import")
@group.response(200, JobSchema)
def show(uid: str) -> Response:
    """Read how far an import has come"""
    return answer(_told(_job(session(), uid)))


@group.post("/imports/<uid>/check")
@requires("import")
@group.arguments(AskedSchema)
@group.response(202, JobSchema)
def check(asked: dict[str, Any], uid: str) -> Response:
    """Check a file: every row gets a verdict, nothing is recorded"""
    wanted = Asked.of(asked)

    def work(db: Session) -> None:
        job = _job(db, uid)
        with wanted.open(jobs.Folder.of(current_app.instance_path, job.uid).upload) as table:
            wanted.reading(table)
        job.asked = wanted.as_dict()
        jobs.claim(db, job, current_app.instance_path, "checking", jobs.now_utc())

    return _started(uid, work)


@group.post("/imports/<uid>/run")
@requires("import")
@group.response(202, JobSchema)
def run(uid: str) -> Response:
    """Bring in a file as it was checked"""

    def work(db: Session) -> None:
        job = _job(db, uid)
        if job.state == "uploaded":
            raise RuleRefused("Check the file first.")
        jobs.claim(db, job, current_app.instance_path, "running", jobs.now_utc())

    return _started(uid, work)


def _started(uid: str, work: Any) -> Response:
    write(session(), work)
    jobs.spawn(settings(), current_app.instance_path, uid)
    return answer(_told(_job(session(), uid)), 202)


@group.get("/imports/<uid>/refused")
@requires("import")
@group.response(200, content_type="text/csv", description="The refused rows, each with its reasons")
def refused(uid: str) -> Response:
    """Take the refused rows along, to mend them and bring them again"""
    path = jobs.refused_rows(_job(session(), uid), current_app.instance_path)
    return send_file(path, mimetype="text/csv", as_attachment=True, download_name="refused.csv")


def add_to(app: Flask) -> None:
    """Add these endpoints to *app*."""
    register(app, group)
