"""The bench: one machine inspected, on a phone or with a scanner; its photos."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from inventory.advice.service import advice_for, advice_of_inspection
from inventory.db import write
from inventory.errors import InventoryError, NotFound, ValidationRefused
from inventory.lifecycle.bench import below_floor
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.lifecycle.requests import EventRequest
from inventory.lifecycle.rules import refusal
from inventory.lifecycle.service import record_events
from inventory.lifecycle.state import Line
from inventory.register.photos import add_inspection_photos, inspection_photo
from inventory.web import _inspection as inspection
from inventory.web import _recording as recording
from inventory.web._finding import Found, machine_of
from inventory.web._forms import Reading
from inventory.web._shell import recorder, requires, session, settings

blueprint = Blueprint("web_inspection", __name__)

_ROW = EVENT_TYPES[inspection.KEY]


@blueprint.route("/t/<path:tag>/inspected", methods=["GET", "POST"])
@requires(_ROW.permission)
def inspect(tag: str) -> AnyResponse:
    """The bench's form for one machine."""
    found = machine_of(tag)
    values, equal = dict(request.form.items()), None
    reading, refused = Reading(), None
    if request.method == "POST" and values.pop("fill", "") == "all_passed":
        values = inspection.all_passed(values, found.state.kind)
    elif request.method == "POST":
        reading = inspection.read_form(values)
        try:
            return _record(found, reading, values)
        except InventoryError as error:
            session().rollback()
            refused = recording.first_refusal(error)
            reading.paths |= {"occurred_at": "occurred_at", "photos": "photos"}
            if refused.field:
                reading.blame(refused.field, refused.message)
            if reading.errors:
                refused = None
    elif found.status not in _ROW.allowed_from:
        now = recorder().now
        refused = refusal(found.state, _ROW, Line("-", _ROW.key, now, "instant", now, "", {}))
    else:
        values, equal = _prefilled(found)
    return _page(found, values, reading, refused, equal)


def _prefilled(found: Found) -> tuple[dict[str, str], str | None]:
    facts = found.state.facts
    asked = {name: text for name, text in request.args.items() if len(text) < 1_000}
    equal = inspection.of_an_equal(
        found.state.kind, facts.get("manufacturer"), facts.get("model"), found.machine.asset.id
    )
    values, tag = equal if equal else ({}, None)
    return values | asked, tag


def _page(
    found: Found, values: dict[str, str], reading: Reading, refused: InventoryError | None, equal: str | None
) -> Response:
    number = found.machine.asset.id
    advice = advice_for(session(), {number: found.state}, settings(), recorder().now).get(number)
    if advice and advice.route and not values.get("advised_route"):
        values = values | {"advised_route": advice.route}
    errors = {name: text for name, text in reading.errors.items() if name != "form"}
    if refused is None and (words := reading.errors.get("form")):
        refused = InventoryError(words + ".")
    page = render_template(
        "machines/inspection.html",
        tag=found.tag,
        what=found.words,
        bench=inspection.shown(found.state.kind, found.drives, advice),
        values=values,
        errors=errors,
        refusal=refused,
        blocked=found.status not in _ROW.allowed_from,
        equal=equal,
        key=recording.key_of(values),
        zone=settings().time_zone,
        back=url_for("web_machines.machine", tag=found.tag),
        remove=url_for("web_events.record", tag=found.tag, kind="part_removed"),
    )
    return Response(page, refused.status if refused else 422 if errors else 200)


def _record(found: Found, reading: Reading, values: dict[str, str]) -> AnyResponse:
    key, who, number = recording.key_of(values), recorder(), found.machine.asset.id
    occurred_at = recording.moment_of(values)
    if reading.errors:
        raise ValidationRefused("Some entries need another look.")
    advice = advice_of_inspection(session(), number, found.state, reading.details, settings(), who.now)
    details = reading.details | ({"computed_route": advice.route} if advice.route else {})
    pictures = [content for each in request.files.getlist("photos") if (content := each.read())]

    def work(db: Any) -> Any:
        result = record_events(db, [EventRequest(_ROW.key, key, found.tag, occurred_at, details)], who)[0]
        if pictures:
            add_inspection_photos(db, number, key, pictures, who.now)
        return result

    result = write(session(), work)
    words = _ROW.label
    if details.get("advised_route") == "donate" and (low := below_floor(details, settings().donation_floor)):
        words += f"; mind that {low}"
    recording.remember(result, words, key)
    return redirect(url_for("web_machines.machine", tag=result.tag), 303)


@blueprint.get("/t/<path:tag>/inspection-photos/<int:number>")
@requires("view")
def photo(tag: str, number: int) -> AnyResponse:
    """One photo of an inspection."""
    found = machine_of(tag)
    picture = inspection_photo(session(), found.machine.asset.id, number) if number < 2**31 else None
    if picture is None:
        raise NotFound(f"{found.tag} has no such photo.")
    answer = Response(picture.content, mimetype="image/jpeg")
    answer.set_etag(picture.sha256)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer.make_conditional(request)
