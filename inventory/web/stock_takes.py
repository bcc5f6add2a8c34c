"""Counts: the list, a new one, the count in progress with its scans, pausing and giving up; scans by script."""

from typing import Any, Final

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import InventoryError, ValidationRefused
from inventory.stocktaking import queries, service
from inventory.stocktaking.answers import Answer
from inventory.stocktaking.models import StockTake
from inventory.stocktaking.rules import ABANDONED, CONFIRMED, COUNTING, GROUPS, OPEN, PURPOSES, STATES
from inventory.stocktaking.scanning import Scanned, take_back, take_scans
from inventory.stocktaking.scope import SCOPES
from inventory.web import _counting as counting
from inventory.web._forms import Entry
from inventory.web._recording import first_choices
from inventory.web._shell import NavigationEntry, client_key, recorder, requires, session, settings, wants_json
from inventory.web._words import when

blueprint = Blueprint("web_stock_takes", __name__, url_prefix="/stock-takes")
NAVIGATION = [
    NavigationEntry(
        "Stock-takes",
        "web_stock_takes.index",
        "clipboard-check",
        25,
        also=("web_stock_take_review", "web_stock_take_report"),
    )
]

SCAN_ACTIONS: Final = {"list": counting.take_list_scans}
SCAN_UNDO: Final = {"list": counting.take_back_receipts}
_LONGEST_SCAN: Final = 300
_HIGHEST: Final = 2**31 - 1
_PLACE = Entry("place", "place", "Place", "text", True, lookup=("location", ""), attrs={"autocomplete": "off"})
_DEPARTMENT = Entry(
    "department", "department", "Department", "text", True, lookup=("department", ""), attrs={"autocomplete": "off"}
)
_HERE = Entry(
    "here", "here", "I am in", "text", lookup=("location", ""), attrs={"autocomplete": "off", "form": "count-scan"}
)


def scan_boot(who: Any) -> dict[str, Any]:
    """The open counts, for the page that scans without the network."""
    rows = queries.open_takes(session()) if "count" in recorder().permissions else []
    return {
        "lists": [
            {
                "uid": row.take.uid,
                "code": row.take.code,
                "name": row.take.name,
                "purpose": row.take.purpose,
                "state": row.take.state,
                "expected": row.numbers.expected,
                "seen": row.numbers.seen,
            }
            for row in rows
        ]
    }


@blueprint.get("/")
@requires("view")
def index() -> Response:
    """Every count, newest first."""
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    before, after = _number("before"), _number("after")
    page = queries.list_takes(session(), settings().page_size, state=state, before=before, after=after)
    text = render_template(
        "stock_takes/index.html",
        rows=page.rows,
        states=STATES,
        state=state,
        purposes=PURPOSES,
        older_href=url_for(".index", state=state or None, before=page.next) if page.next else None,
        newer_href=url_for(".index", state=state or None, after=page.previous) if page.previous else None,
    )
    return Response(text)


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= _HIGHEST):
        raise ValidationRefused("This page of the list cannot be found; start again from the first.", field=name)
    return int(text)


@blueprint.get("/new")
@requires("count")
def new() -> Response:
    """Choose what is counted; the address may have chosen already."""
    return _new(request.args.to_dict())


def _new(values: dict[str, str], refusal: InventoryError | None = None) -> Response:
    filters = values.get("filters", "").replace("\x00", "")[:4_000]
    values.setdefault("purpose", "stock_take")
    values.setdefault("scope", "filter" if filters else "room")
    text = render_template(
        "stock_takes/new.html",
        values=values,
        filters=filters,
        filter_given=bool(filters),
        purposes=list(PURPOSES.values()),
        scopes={key: label for key, label in SCOPES.items() if key != "filter" or filters},
        groups=[(key, label) for key, label in GROUPS.items() if key != "unknown"],
        place=_PLACE,
        department=_DEPARTMENT,
        lists=first_choices([_PLACE, _DEPARTMENT]),
        errors={refusal.field: refusal.message} if refusal and refusal.field else {},
        refusal=refusal if refusal and not refusal.field else None,
        key=client_key(),
    )
    return Response(text, refusal.status if refusal else 200)


@blueprint.post("/new")
@requires("count")
def start() -> AnyResponse:
    """Freeze the expected list and begin."""
    who = recorder()
    try:
        asked = counting.asked_start()
        code = write(session(), lambda db: service.start(db, asked, who).code)
    except InventoryError as error:
        session().rollback()
        return _new(request.form.to_dict(), error)
    return redirect(url_for(".show", code=code), 303)


@blueprint.get("/<code>")
@requires("view")
def show(code: str) -> AnyResponse:
    """The count as it goes on; once it has ended, its report."""
    take = service.find_take(session(), code)
    if take.state not in OPEN:
        return redirect(url_for("web_stock_take_report.show", code=take.code))
    return _page(take)


def _page(
    take: StockTake, answer: Answer | None = None, refusal: InventoryError | None = None, here: str | None = None
) -> Response:
    numbers = queries.numbers_of(session(), take)
    may_count = "count" in recorder().permissions
    text = render_template(
        "stock_takes/show.html",
        take=take,
        purpose=PURPOSES[take.purpose],
        state=STATES[take.state],
        counting=take.state == COUNTING,
        numbers=numbers,
        people=queries.by_person(session(), take),
        latest=counting.latest_scans(take),
        answer=counting.shown_answer(answer, take.code, may_take_back=may_count) if answer else None,
        refusal=refusal,
        may_count=may_count,
        here_entry=None if take.place else _HERE,
        here=here if here is not None else request.values.get("here", "").replace("\x00", "")[:300],
        lists=first_choices([_HERE]) if not take.place else {},
        key=client_key(),
    )
    return Response(text, refusal.status if refusal else 200)


@blueprint.get("/<code>/progress")
@requires("view")
def progress(code: str) -> AnyResponse:
    """How far it has come: JSON for the page that follows it."""
    take = service.find_take(session(), code)
    if not wants_json():
        return redirect(url_for(".show", code=take.code), 303)
    numbers = queries.numbers_of(session(), take)
    told: dict[str, Any] = {
        "state": take.state,
        "expected": numbers.expected,
        "found": numbers.found,
        "missing": numbers.missing,
        "unexpected": numbers.unexpected,
        "unknown": numbers.unknown,
        "people": [
            {"name": name, "machines": count, "last": when(last, settings().zone)}
            for name, count, last in queries.by_person(session(), take)
        ],
    }
    if take.state in (CONFIRMED, ABANDONED):
        told["location"] = url_for("web_stock_take_report.show", code=take.code)
    return jsonify(told)


@blueprint.post("/<code>/scan")
@requires("count")
def scan(code: str) -> Response:
    """Take one scan from the page's form, which works with a scanner that types, and without script."""
    take = service.find_take(session(), code)
    text, key = request.form.get("tag", "")[:_LONGEST_SCAN].strip(), request.form.get("key", "").strip()
    here = request.form.get("here", "").replace("\x00", "")[:300]
    answer, refusal = None, None
    try:
        place = counting.place_in(here)
        answer = _take(take.code, text, key, place)
        take = service.find_take(session(), code)
    except InventoryError as error:
        session().rollback()
        take, refusal = service.find_take(session(), code), error
    return _page(take, answer, refusal, here)


def _take(code: str, text: str, key: str, place: str | None) -> Answer:
    if not 1 <= len(key) <= 80 or not key.isprintable() or not key.isascii():
        raise ValidationRefused("The form came without its key. Load the page again and scan once more.", field="key")
    if not text.replace("\x00", "").strip():
        raise ValidationRefused("The field was empty. Scan a label or type its tag.", field="tag")
    text = text.encode("utf-8", "replace").decode()
    who = recorder()
    scanned = Scanned(key, text, who.account_id, who.now, None, place)
    return write(session(), lambda db: take_scans(db, code, [scanned], who.now, who.settings))[0]


@blueprint.post("/<code>/take-back")
@requires("count")
def undo(code: str) -> AnyResponse:
    """Take one scan back."""
    key, now = request.values.get("key", "")[:80].replace("\x00", ""), recorder().now
    answer = write(session(), lambda db: take_back(db, key, now))
    flash(f"{answer.tag}: the scan is taken back. It stays readable, and counts no more.", "good")
    return redirect(url_for(".show", code=code, here=request.form.get("here") or None), 303)


@blueprint.post("/<code>/state")
@requires("count")
def change(code: str) -> AnyResponse:
    """Pause, resume, or give the count up with a reason."""
    action, who = request.form.get("action", ""), recorder()
    reason = request.form.get("reason", "").replace("\x00", " ")

    def work(db: Session) -> str:
        if action == "pause":
            return service.pause(db, code, who.now).code
        if action == "resume":
            return service.resume(db, code).code
        if action == "abandon":
            return service.abandon(db, code, reason, who).code
        raise ValidationRefused("Choose whether to pause, to resume or to abandon the count.", field="action")

    try:
        found = write(session(), work)
    except ValidationRefused as error:
        session().rollback()
        return _page(service.find_take(session(), code), None, error)
    words = {"pause": "The count is paused.", "resume": "The count goes on.", "abandon": "The count is abandoned."}
    flash(words[action], "good")
    return redirect(url_for(".show", code=found), 303)
