"""The page of one machine, the look-up that leads to it, its photo, and what a tag that is nobody's shows."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask import session as browser_session
from sqlalchemy import exists, select
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import NotFound, ValidationRefused
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.register.models import Photo
from inventory.register.queries import Resolution, resolve
from inventory.register.service import set_photo
from inventory.register.statuses import STATUSES
from inventory.register.tags import from_scan, normalise, problem_with, readings
from inventory.web import _machine_page as machine_page
from inventory.web._finding import machine_by_id, machine_of, what_it_is
from inventory.web._shell import recorder, requires, session, settings

blueprint = Blueprint("web_machines", __name__)

_LONGEST = 300


@blueprint.get("/lookup")
@requires("view")
def lookup() -> AnyResponse:
    """Whatever was typed or scanned, on the way to its machine."""
    text = request.args.get("q", "").strip()[:_LONGEST]
    if not text:
        return redirect(url_for("web_listing.index"))
    found = resolve(session(), text, settings())
    if found.asset_id is not None and found.tag is not None:
        return redirect(_came_by(found.tag, text))
    return _unknown(text, found)


def _came_by(tag: str, text: str) -> str:
    """The machine's address; it tells of another name that led here, not of another way to write its tag."""
    own = normalise(tag) in readings(text, settings().tag_prefix)
    return url_for("web_machines.machine", tag=tag, by=None if own else from_scan(text)[:64])


@blueprint.get("/T/<path:tag>")
@requires("view")
def capitals(tag: str) -> AnyResponse:
    """Labels carry the address in capitals, which makes a smaller code."""
    return redirect(url_for("web_machines.machine", tag=tag))


@blueprint.get("/t/<path:tag>")
@requires("view")
def machine(tag: str) -> AnyResponse:
    """Where the machine stands, and what may be done now by this person; records nothing."""
    found = resolve(session(), tag[:_LONGEST], settings())
    if found.asset_id is None or found.tag is None:
        return _unknown(tag[:_LONGEST], found)
    if found.tag != tag:
        return redirect(_came_by(found.tag, tag))
    shown = machine_by_id(found.asset_id)
    just = browser_session.pop("just_recorded", None)
    if just and just.get("tag") != found.tag:
        just = None
    if just and just.get("key") and "correct" in recorder().permissions:
        just["undo"] = url_for("web_events.correct", tag=found.tag, key=just["key"])
    has_photo = bool(session().scalar(select(exists().where(Photo.asset_id == found.asset_id))))
    page = machine_page.build(shown, request.args.get("by", "")[:64] or None, just, has_photo)
    return Response(render_template("machines/machine.html", page=page))


def _unknown(text: str, found: Resolution) -> Response:
    """A page for a name that leads to no one machine: candidates, near misses, and the offer to register it."""
    asked = from_scan(text)[:64]
    row = next((row for row in EVENT_TYPES.values() if row.opens and row.permission in recorder().permissions), None)
    may_register = not found.candidates and problem_with(asked) is None and row is not None
    if found.candidates:
        title = f"{len(found.candidates)} machines answer to {asked}"
        lead, status = "Open the one you hold; its tag is on its label.", 300
    elif found.blank:
        title, lead, status = f"{asked} is a blank label", "No machine bears it yet.", 404
    else:
        title, lead, status = f"No machine bears {asked}", "Check the tag, or look for what is near.", 404
    page = render_template(
        "machines/unknown.html",
        asked=asked,
        title=title,
        lead=lead,
        blank=found.blank,
        suggestions=found.suggestions[:6],
        candidates=[_candidate(row) for row in found.candidates[:20]],
        register_href=url_for("web_events.new", tag=asked) if may_register else None,
        search_href=None if found.blank else url_for("web_listing.index", q=text),
    )
    # 300 would make some browsers wait for a place to go; the page itself is the choice.
    return Response(page, 200 if status == 300 else status)


def _candidate(row: Any) -> dict[str, Any]:
    return {
        "tag": row.tag,
        "words": what_it_is(row.kind, row.manufacturer, row.model),
        "chip": STATUSES[row.status],
    }


@blueprint.get("/machines/claim")
@requires("record")
def claim() -> AnyResponse:
    """Put a blank label on a machine that is on record: leads to its relabelling."""
    label, text = request.args.get("label", "")[:64], request.args.get("q", "")[:_LONGEST]
    found = machine_of(text)
    return redirect(url_for("web_events.record", tag=found.tag, kind="relabelled") + f"?tag={quote(label)}")


@blueprint.get("/t/<path:tag>/photo")
@requires("view")
def photo(tag: str) -> AnyResponse:
    """The photo of a machine."""
    asset_id, present = _pictured(tag)
    picture = session().scalar(select(Photo).where(Photo.asset_id == asset_id))
    if picture is None:
        raise NotFound(f"{present} has no photo.")
    answer = Response(picture.content, mimetype="image/jpeg")
    answer.set_etag(picture.sha256)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer.make_conditional(request)


def _pictured(tag: str) -> tuple[int, str]:
    found = resolve(session(), tag[:_LONGEST], settings())
    if found.asset_id is None:
        raise NotFound(f"No machine bears {tag[:64]}.")
    return found.asset_id, str(found.tag)


@blueprint.post("/t/<path:tag>/photo")
@requires("record")
def save_photo(tag: str) -> AnyResponse:
    """Put another photo in its place."""
    asset_id, present = _pictured(tag)
    upload = request.files.get("photo")
    content = upload.read() if upload else b""
    if not content:
        raise ValidationRefused("No picture came with the form. Choose a file and save again.", field="photo")
    now = recorder().now
    write(session(), lambda db: set_photo(db, asset_id, content, now))
    browser_session["just_recorded"] = {"tag": present, "words": "Photo saved", "key": None}
    return redirect(url_for("web_machines.machine", tag=present), 303)
