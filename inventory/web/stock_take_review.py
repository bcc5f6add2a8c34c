"""The end of a count: its machines by group, what becomes of them, unknown tags, preview and confirmation."""

from collections import Counter
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import transaction, write
from inventory.errors import BatchRefused, InventoryError, ValidationRefused
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.register.statuses import STATUSES
from inventory.register.tags import problem_with
from inventory.stocktaking import closing, queries, service, unknowns
from inventory.stocktaking.models import StockTake, StockTakeMachine
from inventory.stocktaking.rules import DECISION_WORDS, DECISIONS, GROUPS, MISSING, OPEN, PURPOSES, UNEXPECTED
from inventory.web._finding import what_it_is
from inventory.web._recording import first_refusal
from inventory.web._shell import recorder, requires, session, settings

blueprint = Blueprint("web_stock_take_review", __name__, url_prefix="/stock-takes")

CHOICES: Final = {
    MISSING: (("report", "Report missing"), ("leave", "Record nothing")),
    UNEXPECTED: (
        ("move", "They stay here: move them in the register"),
        ("back", "They go back to where they should be"),
        ("leave", "Record nothing"),
    ),
}


@blueprint.get("/<code>/<any(found,missing,unexpected):group>")
@requires("view")
def machines(code: str, group: str) -> Response:
    """The machines of one group, by tag."""
    return _machines(code, group)


def _machines(code: str, group: str, refusal: InventoryError | None = None) -> Response:
    take = service.find_take(session(), code)
    args = request.args
    page = queries.machines_of(
        session(), take, group, settings().page_size, after=args.get("after"), before=args.get("before")
    )
    numbers = queries.numbers_of(session(), take)
    text = render_template(
        "stock_takes/machines.html",
        take=take,
        group=group,
        label=GROUPS[group] if PURPOSES[take.purpose].expects else "On the list",
        total=getattr(numbers, group),
        rows=[_row(each) for each in page.rows],
        choices=CHOICES.get(group, ()) if take.state in OPEN and "count" in recorder().permissions else (),
        refusal=refusal,
        older_href=url_for(".machines", code=take.code, group=group, after=page.next) if page.next else None,
        newer_href=url_for(".machines", code=take.code, group=group, before=page.previous) if page.previous else None,
    )
    return Response(text, refusal.status if refusal else 200)


def _row(each: queries.Counted) -> dict[str, Any]:
    machine, asset = each.machine, each.asset
    return {
        "tag": asset.tag,
        "value": machine.tag,
        "href": url_for("web_machines.machine", tag=asset.tag),
        "what": what_it_is(asset.kind, asset.manufacturer, asset.model),
        "status": STATUSES[asset.status],
        "place": each.place or machine.place,
        "seen_at": machine.seen_at,
        "seen_by": each.seen_by,
        "seen_place": each.seen_place,
        "decision": DECISION_WORDS.get(machine.decision or ""),
        "event": EVENT_TYPES[machine.event].label if machine.event else None,
        "refusal": machine.refusal,
    }


@blueprint.post("/<code>/<any(found,missing,unexpected):group>")
@requires("count")
def decide(code: str, group: str) -> AnyResponse:
    """Keep what becomes of the ticked machines, or of all of the group."""
    decision = request.form.get("decision", "")
    every = request.form.get("select_all") == "1" or request.form.get("everything") == "1"
    tags = None if every else [tag.replace("\x00", "")[:64] for tag in request.form.getlist("tag")]
    try:
        changed = write(session(), lambda db: service.decide(db, code, group, decision, tags))
    except ValidationRefused as error:
        session().rollback()
        return _machines(code, group, error)
    noun = "machine" if changed == 1 else "machines"
    flash(f"{changed:,} {noun}: {DECISION_WORDS[decision]}. Nothing is recorded until the count is confirmed.", "good")
    back = ".review" if request.form.get("back") == "review" else ".machines"
    return redirect(url_for(back, code=code, group=group if back == ".machines" else None), 303)


# -- unknown tags --------------------------------------------------------------------------------------------


@blueprint.get("/<code>/unknown")
@requires("view")
def unknown(code: str) -> Response:
    """What was scanned and led to no one machine."""
    return _unknown(code)


def _unknown(code: str, refusal: InventoryError | None = None) -> Response:
    take = service.find_take(session(), code)
    args = request.args
    page = queries.unknown_of(session(), take, settings().page_size, after=args.get("after"), before=args.get("before"))
    may = recorder().permissions
    text = render_template(
        "stock_takes/unknown.html",
        take=take,
        numbers=queries.numbers_of(session(), take),
        rows=[
            {"row": row, "who": who, "may_be_tag": problem_with(row.text) is None and len(row.text) <= 64}
            for row, who in page.rows
        ],
        open=take.state in OPEN and "count" in may,
        may_register=bool({"record", "procure", "import"} & may),
        may_relabel="record" in may,
        refusal=refusal,
        at=request.form.get("number"),
        older_href=url_for(".unknown", code=take.code, after=page.next) if page.next else None,
        newer_href=url_for(".unknown", code=take.code, before=page.previous) if page.previous else None,
    )
    return Response(text, refusal.status if refusal else 200)


@blueprint.post("/<code>/unknown")
@requires("count")
def settle(code: str) -> AnyResponse:
    """Look again, put one to a machine, or set it aside with a reason."""
    try:
        flash(write(session(), _settling(code)), "good")
    except InventoryError as error:
        session().rollback()
        return _unknown(code, first_refusal(error))
    return redirect(url_for(".unknown", code=code), 303)


def _settling(code: str) -> Any:
    action, text = request.form.get("action", ""), request.form.get("number", "")
    who = recorder()

    def work(db: Session) -> str:
        if action == "again":
            found = unknowns.look_again(db, code, who)
            return (
                f"{found:,} of them {'leads' if found == 1 else 'lead'} to a machine now."
                if found
                else ("None of them leads to a machine yet.")
            )
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise ValidationRefused("Choose one of the unknown tags.", field="number")
        if action == "label":
            machine = request.form.get("machine", "").replace("\x00", "")[:300]
            if not machine.strip():
                raise ValidationRefused("Name the machine: its tag, serial or old barcode.", field="machine")
            row, tag = unknowns.is_label_of(db, code, int(text), machine, request.form.get("relabel") == "1", who)
            return f"{row.text[:64]} counts as {tag}."
        if action == "ignore":
            reason = request.form.get("reason", "").replace("\x00", " ")
            return f"{unknowns.ignore(db, code, int(text), reason, who).text[:64]} is set aside."
        raise ValidationRefused("Choose what becomes of this tag.", field="action")

    return work


# -- review and confirmation ---------------------------------------------------------------------------------


@blueprint.get("/<code>/review")
@requires("view")
def review(code: str) -> AnyResponse:
    """What was found, and what will become of it."""
    take = service.find_take(session(), code)
    if take.state not in OPEN:
        return redirect(url_for("web_stock_take_report.show", code=take.code))
    return _review(take)


def _review(take: StockTake, refusal: InventoryError | None = None) -> Response:
    text = render_template(
        "stock_takes/review.html",
        take=take,
        purpose=PURPOSES[take.purpose],
        numbers=queries.numbers_of(session(), take),
        decided=_decided(take),
        choices=CHOICES,
        may_count="count" in recorder().permissions,
        may_confirm="record" in recorder().permissions,
        sight=request.form.get("sight", "1"),
        refusal=refusal,
    )
    return Response(text, refusal.status if refusal else 200)


def _decided(take: StockTake) -> dict[str, Counter[str]]:
    """How many machines of each group have which decision; one statement."""
    machine = StockTakeMachine
    seen = machine.seen_at.is_not(None)
    rows = session().execute(
        select(machine.expected, seen, machine.decision, func.count())
        .where(machine.stock_take_id == take.id)
        .group_by(machine.expected, seen, machine.decision)
    )
    found: dict[str, Counter[str]] = {group: Counter() for group in DECISIONS}
    for expected, was_seen, decision, count in rows:
        group = MISSING if expected and not was_seen else UNEXPECTED if not expected else None
        if group is not None:
            found[group][decision or ""] += count
    return found


class _Undone(Exception):
    """Ends a trial: what was written is rolled back."""


@blueprint.post("/<code>/confirm")
@requires("count")
def confirm(code: str) -> AnyResponse:
    """First a trial that is taken back, then, for the numbers that were shown, the recording."""
    who, sight = recorder(), request.form.get("sight", "1") == "1"
    step, text = request.form.get("step", "preview"), request.form.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    if step != "preview" and version is None:
        version = -1
    closed = closing.Closed()
    try:
        if step == "preview":
            try:
                with transaction(session()) as db:
                    closed = closing.confirm(db, code, who, version=None, sight=sight)
                    raise _Undone
            except _Undone:
                pass
            return _preview(service.find_take(session(), code), closed, sight)
        closed = write(session(), lambda db: closing.confirm(db, code, who, version=version, sight=sight))
    except InventoryError as error:
        session().rollback()
        take = service.find_take(session(), code)
        if take.state not in OPEN:
            return redirect(url_for("web_stock_take_report.show", code=take.code), 303)
        return _review(take, error.refusals[0][1] if isinstance(error, BatchRefused) else error)
    refused = f" {closed.refused:,} were refused; the report says why." if closed.refused else ""
    flash(f"The count is confirmed: {closed.machines:,} machines on record.{refused}", "good")
    return redirect(url_for("web_stock_take_report.show", code=code), 303)


def _preview(take: StockTake, closed: closing.Closed, sight: bool) -> Response:
    text = render_template(
        "stock_takes/preview.html",
        take=take,
        numbers=queries.numbers_of(session(), take),
        lines=[(EVENT_TYPES[kind], count) for kind, count in sorted(closed.lines.items())],
        closed=closed,
        told=[{"tag": tag, "group": GROUPS[group], "reason": words} for tag, group, words in closed.told],
        sight="1" if sight else "0",
    )
    return Response(text)
