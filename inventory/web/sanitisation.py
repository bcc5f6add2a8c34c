"""Evidence of sanitisation: what waits, what is in quarantine, one record with its decisions, bringing reports."""

import zlib
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import InventoryError, ValidationRefused
from inventory.lifecycle.details import VERIFICATIONS
from inventory.reading.documents import Document
from inventory.sanitisation import queries, service
from inventory.sanitisation.judging import VERDICTS
from inventory.sanitisation.readers._base import readers
from inventory.sanitisation.standings import DECISIONS, STANDINGS
from inventory.web._evidence import ICONS, facts, number_asked, told
from inventory.web._shell import NavigationEntry, recorder, requires, session, settings

blueprint = Blueprint("web_sanitisation", __name__, url_prefix="/sanitisation")
NAVIGATION = [
    NavigationEntry(
        "Sanitisation",
        "web_sanitisation.index",
        "shield-check",
        30,
        also=("web_statements", "web_certificates", "web_samples"),
    )
]
MOST_FILES = 200
_EVERY = "all"


@blueprint.get("/")
@requires("view")
def index() -> str:
    """Records by where they stand, newest first."""
    standing = request.args.get("standing", "waiting")
    standing = standing if standing in STANDINGS or standing == _EVERY else "waiting"
    narrowed = "" if standing == _EVERY else standing
    page = queries.list_records(
        session(),
        settings().page_size,
        standing=narrowed,
        before=number_asked("before"),
        after=number_asked("after"),
    )
    counts = queries.count_by_standing(session())
    rows = [told(row) for row in page.rows]
    return render_template(
        "sanitisation/index.html",
        rows=rows,
        standing=standing,
        standings=[(key, label, counts.get(key, 0)) for key, label in STANDINGS.items()],
        any_record=bool(counts),
        may_accept="validate" in recorder().permissions and any(row.acceptable for row in rows),
        older_href=url_for(".index", standing=standing, before=page.next) if page.next else None,
        newer_href=url_for(".index", standing=standing, after=page.previous) if page.previous else None,
    )


@blueprint.post("/decide")
@requires("validate")
def decide() -> AnyResponse:
    """Accept the ticked records, or one record's other decisions; back to where they were decided."""
    uids = [each[:32] for each in request.form.getlist("record")]
    decision, reason = request.form.get("decision", "accept"), request.form.get("reason", "")[:2_000]
    who = recorder()
    if not uids:
        raise ValidationRefused("Tick the wipes that you accept, then press the button.", field="record")
    found = write(session(), lambda db: service.decide(db, uids, decision, who, reason))
    done = [each for each in found if each.outcome != "refused"]
    if done:
        words = {"accept": "accepted as proof"}.get(decision, f"decided: {DECISIONS[decision].lower()}")
        flash(f"{len(done)} wipe{'s' if len(done) != 1 else ''} {words}.", "good")
    for each in [each for each in found if each.refusal is not None][:5]:
        flash(each.refusal.message if each.refusal else "", "danger")
    back = request.form.get("back", "")
    if back.isascii() and back.isdigit() and len(back) < 10:
        return redirect(url_for(".record", number=int(back)), 303)
    return redirect(url_for(".index"), 303)


@blueprint.get("/records/<int:number>")
@requires("view")
def record(number: int) -> str:
    """One record: what the report says, what the register makes of it, and what may be done."""
    return _record(number)


def _record(number: int, refusal: InventoryError | None = None) -> str:
    row = queries.record_row(session(), number)
    shown, permissions = told(row), recorder().permissions
    open_ = row.record.standing in ("waiting", "quarantined")
    decisions = [key for key in DECISIONS if key != "accept" or shown.acceptable]
    return render_template(
        "sanitisation/record.html",
        row=shown,
        number=number,
        facts=facts(row),
        report=row.report,
        notes=row.report.notes,
        host=[(label.replace("_", " ").capitalize(), text) for label, text in row.report.host.items()],
        quarantined=row.record.standing == "quarantined",
        decisions=[(key, DECISIONS[key]) for key in decisions],
        may_decide="validate" in permissions and row.record.standing in ("waiting", "failed"),
        may_settle="validate" in permissions and row.record.standing == "quarantined",
        may_verify="sanitise" in permissions and open_,
        verifications=[(key, words) for key, words in VERIFICATIONS.items() if key != "none"],
        verification=row.record.verification,
        refusal=refusal,
    )


def _settled(number: int, work: Any) -> AnyResponse:
    """Run *work* on the record's uid; a refusal is told on the record's own page."""
    uid = queries.record_row(session(), number).record.uid
    try:
        write(session(), lambda db: work(db, uid))
    except InventoryError as error:
        session().rollback()
        return Response(_record(number, error), error.status)
    return redirect(url_for(".record", number=number), 303)


@blueprint.post("/records/<int:number>/verify")
@requires("sanitise")
def verify(number: int) -> AnyResponse:
    """Note who made sure of the wipe, and how."""
    how, who = request.form.get("verification", ""), recorder()

    def work(db: Any, uid: str) -> None:
        [answer] = service.verify(db, [uid], how, who)
        if answer.refusal is not None:
            raise answer.refusal

    return _settled(number, work)


@blueprint.post("/records/<int:number>/attach")
@requires("validate")
def attach(number: int) -> AnyResponse:
    """Say in which machine the drive of a quarantined record is."""
    tag, who = request.form.get("tag", "")[:300], recorder()
    return _settled(number, lambda db, uid: service.attach(db, uid, tag, who))


@blueprint.post("/records/<int:number>/dismiss")
@requires("validate")
def dismiss(number: int) -> AnyResponse:
    """Set a quarantined record aside, with a reason."""
    reason, who = request.form.get("reason", "")[:2_000], recorder()
    return _settled(number, lambda db, uid: service.dismiss(db, uid, reason, who))


@blueprint.get("/records/<int:number>/report")
@requires("view")
def report(number: int) -> AnyResponse:
    """The report as it came, to keep; never shown inside a page."""
    kept = queries.record_row(session(), number).report
    answer = Response(zlib.decompress(kept.content), mimetype="application/octet-stream")
    name = "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in kept.name if sign.isascii())
    answer.headers["Content-Disposition"] = f'attachment; filename="{name[-120:] or "report"}"'
    return answer


@blueprint.route("/upload", methods=["GET", "POST"])
@requires("sanitise")
def upload() -> AnyResponse:
    """Bring reports; each file is told what became of it."""
    received: list[service.Received] = []
    refusal: InventoryError | None = None
    if request.method == "POST":
        try:
            received = _received()
        except InventoryError as error:
            session().rollback()
            refusal = error
    page = render_template(
        "sanitisation/upload.html",
        received=received,
        refusal=refusal,
        formats=[each.label for each in readers().values()],
        verdicts=VERDICTS,
        standings=STANDINGS,
        icons=ICONS,
    )
    return Response(page, refusal.status if refusal else 200)


def _received() -> list[service.Received]:
    files = [each for each in request.files.getlist("file") if each.filename]
    if not files:
        raise ValidationRefused("No file came with the form. Choose the reports and send again.", field="file")
    if len(files) > MOST_FILES:
        raise ValidationRefused(f"At most {MOST_FILES} files are brought at once.", field="file")
    documents, who = [Document(str(each.filename), each.read()) for each in files], recorder()
    return write(session(), lambda db: service.receive(db, documents, who))
