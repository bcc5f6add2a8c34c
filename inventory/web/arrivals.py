"""Reports that come in: bring many at once, see what became of each, answer what is asked."""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from inventory.arrivals.service import Filed, Opened, chunks, counts, file_all, open_all, receivers, worst_first
from inventory.db import write
from inventory.errors import InventoryError, NotFound, ValidationRefused
from inventory.intake import queries
from inventory.intake.answering import answer, answer_alike, report_of
from inventory.intake.models import STANDINGS, HardwareReport
from inventory.intake.questions import IT_IS, alike, answers_to, title_of
from inventory.intake.stored import from_json
from inventory.lifecycle.requests import Recorder
from inventory.web._inside import drive_of, facts_of, report_line
from inventory.web._recording import first_refusal
from inventory.web._shell import NavigationEntry, recorder, requires, session, settings

blueprint = Blueprint("web_arrivals", __name__)
NAVIGATION = [NavigationEntry("Hardware reports", "web_arrivals.index", "cpu", 32, "record")]
PAGE: Final = 25
SHOWN: Final = 1_000
"""Files told one by one on the page of results; the others are counted."""


@blueprint.get("/hardware-reports")
@requires("record")
def index() -> AnyResponse:
    """The way in, and the latest reports."""
    return _index()


def _index(refusal: InventoryError | None = None) -> AnyResponse:
    text = request.args.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    page = queries.reports(session(), PAGE, before=before)
    shown = render_template(
        "arrivals/index.html",
        refusal=refusal,
        most=settings().max_upload_mib,
        formats=[label for each in receivers().values() for label in each.formats().values()],
        rows=[_row(each) for each in page.rows],
        waiting=queries.count_waiting(session()),
        register_new=request.form.get("register_new", ""),
        older_href=url_for(".index", before=page.next) if page.next else None,
        newer_href=url_for(".index") if before else None,
    )
    return Response(shown, refusal.status if refusal else 200)


def _row(each: queries.Listed) -> dict[str, Any]:
    return {"report": each.report, "tag": each.tag, "standing": STANDINGS[each.report.standing]}


@blueprint.post("/hardware-reports")
@requires("record")
def bring() -> AnyResponse:
    """Take every file; each is recorded or refused by itself."""
    files = [each for each in request.files.getlist("file") if each.filename]
    if not files:
        return _index(ValidationRefused("Choose the files first: as many as you like, or a zip of them.", field="file"))
    who, register_new = recorder(), request.form.get("register_new") == "1"
    opened = open_all((file.filename or "report", file.stream.read()) for file in files)
    filed: list[Filed] = []
    try:
        for part in chunks(opened):
            filed += write(session(), partial(_file, part=part, who=who, register_new=register_new))
    except InventoryError as error:
        session().rollback()
        return _index(first_refusal(error))
    text = render_template(
        "arrivals/result.html",
        counts=[(name, STANDINGS[name], count) for name, count in counts(filed).items()],
        rows=[_told(each) for each in worst_first(filed)[:SHOWN]],
        total=len(filed),
        left_out=max(0, len(filed) - SHOWN),
    )
    return Response(text)


def _file(db: Session, part: list[Opened], who: Recorder, register_new: bool) -> list[Filed]:
    return file_all(db, part, who, register_new=register_new)


def _told(each: Filed) -> dict[str, Any]:
    parts = [part for _, part in each.told]
    facts = next((part.facts for part in parts if part.facts), {})
    named = " ".join(str(facts[name]) for name in ("manufacturer", "model") if facts.get(name))
    return {
        "name": each.name,
        "outcome": each.outcome,
        "standing": STANDINGS[each.outcome],
        "words": each.words,
        "already": all(part.already for part in parts),
        "tag": next((part.tag for part in parts if part.tag), None),
        "report": next((part.number for key, part in each.told if key == "hardware"), None),
        "what": named,
        "serial": facts.get("serial") or "",
    }


# -- one report ----------------------------------------------------------------------------------------------


@blueprint.get("/hardware-reports/<int:number>")
@requires("view")
def report(number: int) -> AnyResponse:
    """What stands in a report, what became of it, and what is still asked."""
    return _report(report_of(session(), number))


def _report(row: HardwareReport, refusal: InventoryError | None = None, about: str = "") -> AnyResponse:
    found = from_json(row.found) if row.found is not None else None
    machine = found.machine if found is not None else None
    drives = machine.drives if machine is not None else found.drives if found is not None else ()
    [listed] = [queries.Listed(row, tag) for tag in [_tag(row)]]
    shown = render_template(
        "arrivals/report.html",
        row=row,
        standing=STANDINGS[row.standing],
        tag=listed.tag,
        machine=machine,
        facts=facts_of(machine) if machine is not None else [],
        drives=[drive_of(each) for each in drives],
        notes=found.notes if found is not None else (),
        source=report_line(row),
        entry=_entry(listed) if row.question else None,
        may_answer="record" in recorder().permissions,
        refusal=refusal,
        about=about,
    )
    return Response(shown, refusal.status if refusal else 200)


def _tag(row: HardwareReport) -> str | None:
    return queries.tags_of(session(), [row.asset_id]).get(row.asset_id) if row.asset_id is not None else None


@blueprint.get("/hardware-reports/<int:number>/raw")
@requires("view")
def raw_report(number: int) -> AnyResponse:
    """The bytes as they came, to look at and never to run."""
    row = report_of(session(), number)
    name = "".join(each if each.isascii() and (each.isalnum() or each in "._-") else "_" for each in row.name)[-80:]
    return Response(
        queries.raw(row),
        mimetype="text/plain",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.txt"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


# -- questions -----------------------------------------------------------------------------------------------


@blueprint.get("/hardware-reports/questions")
@requires("record")
def questions() -> AnyResponse:
    """What waits for a person, the earliest first."""
    return _questions()


def _questions(number: int | None = None, refusal: InventoryError | None = None, about: str = "") -> AnyResponse:
    args = request.args
    page = queries.waiting(session(), PAGE, after=args.get("after"), before=args.get("before"))
    asked = (alike(each) for _, question in queries.waiting_questions(session()) for each in question)
    same = Counter(each for each in asked if each is not None)
    text = render_template(
        "arrivals/questions.html",
        entries=[_entry(each, same) for each in page.rows],
        total=queries.count_waiting(session()),
        refused=number,
        refusal=refusal,
        about=about,
        may_answer=True,
        older_href=url_for(".questions", after=page.next) if page.next else None,
        newer_href=url_for(".questions", before=page.previous) if page.previous else None,
    )
    return Response(text, refusal.status if refusal else 200)


def _entry(each: queries.Listed, same: Mapping[str, int] = MappingProxyType({})) -> dict[str, Any]:
    may = recorder().permissions
    asked = [
        {
            "id": one["id"],
            "title": title_of(one),
            "report": one["report"],
            "record": one["record"],
            "why": one["why"],
            "candidates": one.get("candidates", ()),
            "answers": [way for way in answers_to(one) if way.permission in may and way is not IT_IS],
            "alike": same.get(alike(one) or "", 1),
            "names_machine": IT_IS in answers_to(one),
        }
        for one in each.report.question or ()
    ]
    return {"report": each.report, "tag": each.tag, "asked": asked, "source": report_line(each.report)}


@blueprint.post("/hardware-reports/<int:number>/answer")
@requires("record")
def settle(number: int) -> AnyResponse:
    """Follow the answer to one item of a report."""
    form, who = request.form, recorder()
    about, key = form.get("about", "")[:400], form.get("answer", "")
    machine = form.get("machine", "")[:300]
    if form.get("it_is"):
        key, machine = IT_IS.key, form.get("it_is", "")[:300]
    try:
        if form.get("alike") == "1":
            done, left = write(session(), lambda db: answer_alike(db, number, about, key, who))
            more = f" {left:,} more ask the same; answer them as well." if left else ""
            flash(f"{done:,} report{'s' if done != 1 else ''} answered together.{more}", "good")
            return redirect(url_for(".questions"), 303)
        row = write(session(), lambda db: answer(db, number, about, key, who, machine))
    except NotFound as error:
        session().rollback()
        if error.field is None:
            raise
        return _again(number, error, about)
    except InventoryError as error:
        session().rollback()
        return _again(number, first_refusal(error), about)
    tag = _tag(row)
    rest = f" {len(row.question)} more to answer." if row.question else ""
    flash(f"{tag or row.name}: {row.words}{rest}", "good")
    if form.get("back") == "report":
        return redirect(url_for(".report", number=number), 303)
    return redirect(url_for(".questions"), 303)


def _again(number: int, refusal: InventoryError, about: str) -> AnyResponse:
    if request.form.get("back") == "report":
        return _report(report_of(session(), number), refusal, about)
    return _questions(number, refusal, about)
