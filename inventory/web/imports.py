"""Imports: upload, what it is, columns, check, problems first, run with progress, result to keep; list exports."""

from itertools import islice
from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    stream_with_context,
    url_for,
)
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import InventoryError, RuleRefused, ValidationRefused
from inventory.importers import jobs
from inventory.importers.asking import Asked
from inventory.importers.models import ImportJob, SavedMapping
from inventory.importers.own_columns import ASSET_COLUMNS, asset_cells, lines
from inventory.importers.refused import VERDICTS, problems_first
from inventory.importers.restoring import looks_whole
from inventory.register.queries import AssetFilter, matching_rows
from inventory.web import _import_form as form
from inventory.web._shell import NavigationEntry, account, requires, session, settings, wants_json

blueprint = Blueprint("web_imports", __name__)
NAVIGATION = [NavigationEntry("Import", "web_imports.index", "file-earmark-arrow-up", 70, "import")]

PAGE: Final = 50
_STATE_WORDS: Final = {
    "uploaded": "Uploaded",
    "checking": "Being checked",
    "checked": "Checked, not imported",
    "running": "Being imported",
    "done": "Imported",
    "refused": "Refused, nothing imported",
    "failed": "Failed, nothing imported",
    "broken": "Broken off, nothing imported",
}
_MOST_MAPPINGS: Final = 200


def _instance() -> str:
    return str(current_app.instance_path)


def _job(uid: str) -> ImportJob:
    return jobs.job_of(session(), uid)


@blueprint.get("/imports")
@requires("import")
def index() -> AnyResponse:
    """The way in, and the latest imports."""
    return _index()


def _index(refusal: InventoryError | None = None) -> AnyResponse:
    found = session().scalars(select(ImportJob).order_by(ImportJob.created_at.desc(), ImportJob.id.desc()).limit(PAGE))
    shown = [{"job": job, "state": _STATE_WORDS[jobs.status(session(), job, _instance()).state]} for job in found]
    text = render_template("imports/index.html", jobs=shown, refusal=refusal, most=settings().max_upload_mib)
    return Response(text, refusal.status if refusal else 200)


@blueprint.post("/imports")
@requires("import")
def upload() -> AnyResponse:
    """Keep the file; what it is comes next."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return _index(ValidationRefused("Choose a file first.", field="file"))
    owner, now = account().id, jobs.now_utc()
    name = given.filename

    def keep(db: Session) -> str:
        given.stream.seek(0)
        return jobs.add_job(db, _instance(), owner, name, given.stream, now).uid

    uid = write(session(), keep)
    given.close()
    return redirect(url_for("web_imports.show", uid=uid), 303)


@blueprint.get("/imports/<uid>")
@requires("import")
def show(uid: str) -> AnyResponse:
    """The step at which the import stands."""
    job = _job(uid)
    status = jobs.status(session(), job, _instance())
    if status.state in jobs.BUSY:
        return Response(render_template("imports/progress.html", job=job, status=status, text=_progress_words(status)))
    if status.state == "uploaded":
        return _columns(job)
    return _result(job, status)


@blueprint.get("/imports/<uid>/columns")
@requires("import")
def columns(uid: str) -> AnyResponse:
    """Back to the columns, while nothing was imported."""
    job = _job(uid)
    if jobs.status(session(), job, _instance()).state in jobs.BUSY | jobs.ENDED:
        return redirect(url_for("web_imports.show", uid=uid), 303)
    return _columns(job)


def _columns(job: ImportJob, refusal: InventoryError | None = None, asked: Asked | None = None) -> AnyResponse:
    folder = jobs.Folder.of(_instance(), job.uid)
    asked = asked or Asked.of(job.asked)
    context: dict[str, Any] = {"job": job, "columns": [], "facts": None, "importer": None}
    try:
        if looks_whole(folder.upload):
            raise ValidationRefused(
                "This is a whole export of this program. It is restored at the terminal, into an empty register: "
                "flask import own FILE."
            )
        with asked.open(folder.upload) as table:
            context["facts"] = table.facts
            context["importer"] = asked.reading(table).importer
            context["columns"] = form.columns_of(table, asked)
    except InventoryError as error:
        refusal = refusal or error
    text = render_template(
        "imports/columns.html",
        refusal=refusal,
        asked=asked,
        words=form.show_words(asked),
        targets=form.target_options(),
        choices=form.choices(context["facts"]),
        saved=_saved(),
        **context,
    )
    return Response(text, refusal.status if refusal else 200)


def _saved() -> list[tuple[int, str]]:
    found = select(SavedMapping.id, SavedMapping.name).order_by(SavedMapping.name).limit(_MOST_MAPPINGS)
    return [(number, name) for number, name in session().execute(found)]


@blueprint.post("/imports/<uid>/columns")
@requires("import")
def say(uid: str) -> AnyResponse:
    """Take what the form says: check the file with it, keep it under a name, or take a kept one."""
    job = _job(uid)
    if jobs.status(session(), job, _instance()).state in jobs.BUSY | jobs.ENDED:
        return redirect(url_for("web_imports.show", uid=uid), 303)
    asked: Asked | None = None
    try:
        if request.form.get("action") == "apply":
            asked = _kept(request.form.get("saved", ""))
        else:
            before = Asked.of(job.asked)
            with before.open(jobs.Folder.of(_instance(), uid).upload) as table:
                asked = form.read_form(request.form, table, before)
                asked.reading(table)
        _take(uid, asked)
    except InventoryError as error:
        session().rollback()
        return _columns(_job(uid), error, asked)
    if request.form.get("action") == "check":
        jobs.spawn(settings(), _instance(), uid)
        return redirect(url_for("web_imports.show", uid=uid), 303)
    return redirect(url_for("web_imports.columns", uid=uid), 303)


def _kept(number: str) -> Asked:
    found = session().get(SavedMapping, int(number)) if number.isdecimal() and len(number) < 10 else None
    if found is None:
        raise ValidationRefused("Choose one of the saved columns.", field="saved")
    return Asked.of(found.asked)


def _take(uid: str, asked: Asked) -> None:
    action, name = request.form.get("action"), " ".join(request.form.get("mapping_name", "").split())
    if action == "save" and (not 1 <= len(name) <= 80 or not name.isprintable()):
        raise ValidationRefused("Give the columns a name of at most 80 characters.", field="mapping_name")
    owner, now = account().id, jobs.now_utc()

    def work(db: Session) -> None:
        job = jobs.job_of(db, uid)
        job.asked, job.message = asked.as_dict(), None
        if action == "save":
            kept = db.scalar(select(SavedMapping).where(SavedMapping.name == name))
            if kept is None:
                kept = SavedMapping(name=name, account_id=owner, asked={}, saved_at=now)
                db.add(kept)
            kept.asked, kept.account_id, kept.saved_at = asked.as_dict(), owner, now
        if action == "check":
            jobs.claim(db, job, _instance(), "checking", now)

    write(session(), work)
    if action == "save":
        flash(f"The columns are saved as “{name}”.", "good")


@blueprint.post("/imports/<uid>/run")
@requires("import")
def run(uid: str) -> AnyResponse:
    """Import the file as it was checked."""

    def work(db: Session) -> None:
        job = jobs.job_of(db, uid)
        if job.state == "uploaded":
            raise RuleRefused("Check the file first.")
        jobs.claim(db, job, _instance(), "running", jobs.now_utc())
        skip = request.form.get("together")
        if skip in ("all", "each"):
            job.asked = job.asked | {"skip_refused": skip == "each"}

    write(session(), work)
    jobs.spawn(settings(), _instance(), uid)
    return redirect(url_for("web_imports.show", uid=uid), 303)


@blueprint.get("/imports/<uid>/progress")
@requires("import")
def progress(uid: str) -> AnyResponse:
    """How far it has come: JSON for the page that follows it."""
    status = jobs.status(session(), _job(uid), _instance())
    if not wants_json():
        return redirect(url_for("web_imports.show", uid=uid), 303)
    found: dict[str, Any] = {"done": status.done, "total": status.total, "text": _progress_words(status)}
    if status.state not in jobs.BUSY:
        found["location"] = url_for("web_imports.show", uid=uid)
    return jsonify(found)


def _progress_words(status: jobs.Status) -> str:
    if not status.total:
        return "Reading the file once, for what only the whole of it tells."
    return f"{status.done:,} of {status.total:,} rows"


def _result(job: ImportJob, status: jobs.Status) -> AnyResponse:
    """After a check, a run, or its end without a word."""
    folder = jobs.Folder.of(_instance(), job.uid)
    tally = job.tally or {}
    text = request.args.get("page", "1")
    page = int(text) if text.isdecimal() and 0 < len(text) < 7 else 1
    counts = {name: int(tally.get(name, 0)) for name in (*VERDICTS, "merged", "rows", "lines")}
    found = list(islice(problems_first(folder.problems), (page - 1) * PAGE, page * PAGE + 1)) if tally else []
    rows = form.told_rows(found[:PAGE])
    return Response(
        render_template(
            "imports/result.html",
            job=job,
            state=status.state,
            words=_STATE_WORDS[status.state],
            counts=counts,
            made={name: count for name, count in tally.get("made", {}).items() if count},
            rows=rows,
            skip=bool(job.asked.get("skip_refused")),
            newer=url_for("web_imports.show", uid=job.uid, page=page - 1) if page > 1 else None,
            older=url_for("web_imports.show", uid=job.uid, page=page + 1) if len(found) > PAGE else None,
        )
    )


@blueprint.get("/imports/<uid>/refused.csv")
@requires("import")
def refused(uid: str) -> AnyResponse:
    """The refused rows with their reasons, to mend and import again."""
    job = _job(uid)
    path = jobs.refused_rows(job, _instance())
    name = f"{job.filename.rpartition('.')[0] or job.filename} refused.csv"
    return send_file(path, mimetype="text/csv", as_attachment=True, download_name=name)


@blueprint.post("/imports/<uid>/delete")
@requires("import")
def delete(uid: str) -> AnyResponse:
    """Take away the file and its result; what was recorded stays."""
    write(session(), lambda db: jobs.forget(db, jobs.job_of(db, uid), _instance()))
    flash("The file is deleted. What it brought into the register stays.", "good")
    return redirect(url_for("web_imports.index"), 303)


@blueprint.get("/machines.csv")
@requires("view")
def export() -> AnyResponse:
    """Exactly the machines that the filters in the address match, as a file that can be imported again."""
    asked = AssetFilter.from_args(request.args)
    here = settings()
    rows = (asset_cells(row, here) for row in matching_rows(session(), asked, here))
    return Response(
        stream_with_context(lines(ASSET_COLUMNS, rows)),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="machines.csv"'},
    )
