"""The list of scans that wait to be settled: both sides of each, and the ways out."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import InventoryError, NotFound
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.register.queries import resolve_many
from inventory.scanning.models import TO_SETTLE, Scan
from inventory.scanning.settling import LONGEST_REASON, count_waiting, record_now, sees_all, set_aside, waiting
from inventory.web import _recording as recording
from inventory.web._shell import NavigationEntry, recorder, requires, session, settings
from inventory.web._sides import sides_of
from inventory.web.scan_sync import handlers

blueprint = Blueprint("web_scan_settle", __name__)
_MOST_CHOICES: Final = 8
NAVIGATION = [NavigationEntry("To settle", "web_scan_settle.index", "check2-square", 60, "record")]


def scan_boot(account: Any) -> dict[str, Any]:
    """How many wait: of the own scans, and of everybody's for those who may settle them."""
    who = recorder()
    told = {"to_settle": count_waiting(session(), who)}
    if sees_all(who):
        told["to_settle_all"] = count_waiting(session(), who, everybodys=True)
    return told


@blueprint.get("/scan/settle")
@requires("view")
def index() -> AnyResponse:
    """What waits."""
    return _list()


def _list(number: int | None = None, refusal: InventoryError | None = None, typed: str = "") -> AnyResponse:
    who = recorder()
    everybodys = request.args.get("whose") == "all" and sees_all(who)
    page = waiting(
        session(),
        who,
        settings().page_size,
        everybodys=everybodys,
        after=request.args.get("after"),
        before=request.args.get("before"),
    )
    sides = sides_of(page.rows)
    choices = _choices([each for each in page.rows if each.action == "record" and not sides[each.key].tag])
    whose: dict[str, Any] = {"whose": "all"} if everybodys else {}
    text = render_template(
        "scan/settle.html",
        entries=[
            {
                "scan": each,
                "sides": sides[each.key],
                "choices": choices.get(each.key),
                "can_choose": each.key in choices,
            }
            for each in page.rows
        ],
        events=EVENT_TYPES,
        everybodys=everybodys,
        may_see_all=sees_all(who),
        own=count_waiting(session(), who),
        all=count_waiting(session(), who, everybodys=True),
        refused=number,
        refusal=refusal,
        typed=typed,
        longest=LONGEST_REASON,
        here=whose,
        newer_href=url_for("web_scan_settle.index", before=page.previous, **whose) if page.previous else None,
        older_href=url_for("web_scan_settle.index", after=page.next, **whose) if page.next else None,
    )
    return Response(text, refusal.status if refusal else 200)


def _choices(lost: list[Scan]) -> dict[str, list[str]]:
    """For scans that named no machine: the tags of those they may mean, as the register stands now."""
    found = resolve_many(session(), [each.text for each in lost], settings()) if lost else []
    return {
        each.key: [near.tag] if near.tag else [row.tag for row in near.candidates[:_MOST_CHOICES]] or near.suggestions
        for each, near in zip(lost, found, strict=True)
    }


@blueprint.post("/scan/settle/<int:number>/record")
@requires("view")
def record(number: int) -> AnyResponse:
    """Record it now, with what the scan said."""
    text, who = request.form.get("tag", "")[:300], recorder()
    return _settle(number, lambda db: record_now(db, number, who, handlers(), text), text)


@blueprint.post("/scan/settle/<int:number>/set-aside")
@requires("view")
def aside(number: int) -> AnyResponse:
    """End it without recording anything."""
    reason, who = request.form.get("reason", ""), recorder()
    return _settle(number, lambda db: set_aside(db, number, who, reason), reason)


def _settle(number: int, work: Callable[[Session], Scan], typed: str) -> AnyResponse:
    try:
        settled = write(session(), work)
    except NotFound:
        raise
    except InventoryError as error:
        session().rollback()
        return _list(number, recording.first_refusal(error), typed[:LONGEST_REASON])
    flash(_told(settled), "good")
    whose: dict[str, Any] = {"whose": "all"} if request.args.get("whose") == "all" else {}
    return redirect(url_for("web_scan_settle.index", **whose), 303)


def _told(settled: Scan) -> str:
    named = settled.tag or settled.text[:64]
    if settled.outcome == "set_aside":
        return f"{named}: set aside, nothing was recorded."
    if settled.outcome == "settled":
        return f"{named}: {settled.headline.lower()}, recorded as of now."
    assert settled.outcome != TO_SETTLE  # noqa: S101 - else it was refused
    return f"{named}: {settled.words}"
