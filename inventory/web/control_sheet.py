"""The printed sheet that steers the scan page by scanning: modes of whoever prints it, places chosen or most used."""

from collections import Counter
from io import BytesIO
from typing import Final

from flask import Blueprint, request, send_file
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from inventory.errors import ValidationRefused
from inventory.labels.control_sheet import Control, Group, control_sheet
from inventory.register.models import Asset, Location
from inventory.register.statuses import STATUSES
from inventory.scanning.controls import CONFIRM, LOOK_UP, UNDO, mode_text, place_text
from inventory.web._shell import requires, session, settings
from inventory.web.scan import modes

blueprint = Blueprint("web_control_sheet", __name__)

MOST_PLACES: Final = 200
USUAL_PLACES: Final = 6
"""Places on a sheet for which none was chosen."""


@blueprint.get("/scan/control-sheet.pdf")
@requires("view")
def sheet() -> AnyResponse:
    """The PDF. ``place`` (again and again): codes of the places on it; none: where most machines wait."""
    asked = list(dict.fromkeys(code.strip() for code in request.args.getlist("place") if code.strip()))
    places = _chosen(asked) if asked else _most_used()
    groups = [
        Group(
            "Steering",
            [
                Control(UNDO, "Undo the last scan"),
                Control(CONFIRM, "Confirm what the page asks"),
                Control(LOOK_UP, "Look up, record nothing"),
            ],
        ),
        Group("What the next scans record", [Control(mode_text(row.key), row.label) for row in modes()]),
        Group("Where", [Control(place_text(place.code), place.label) for place in places]),
    ]
    content = control_sheet(groups, settings().institution)
    return send_file(BytesIO(content), mimetype="application/pdf", download_name="control-sheet.pdf", max_age=0)


def _chosen(codes: list[str]) -> list[Location]:
    if len(codes) > MOST_PLACES:
        raise ValidationRefused(f"These are more than {MOST_PLACES} places. Print several sheets.", field="place")
    found = {place.code: place for place in session().scalars(select(Location).where(Location.code.in_(codes)))}
    for code in codes:
        if code not in found:
            raise ValidationRefused("No place has the code {code}.", field="place", code=code[:64])
    places = [found[code] for code in codes]
    if twins := _read_alike(places):
        names = " and ".join(twins)
        raise ValidationRefused(
            "The places {names} would have the same barcode. Print one of them, or give one another code.",
            field="place",
            names=names,
        )
    return places


def _most_used() -> list[Location]:
    """Where most machines stand that wait for something: the hub and its stores."""
    waiting = [status.key for status in STATUSES.values() if status.waiting]
    machines = func.count(Asset.id)
    found = session().scalars(
        select(Location)
        .join(Asset, Asset.location_id == Location.id)
        .where(Asset.status.in_(waiting))
        .group_by(Location.id)
        .order_by(machines.desc(), Location.code)
        .limit(USUAL_PLACES)
    )
    places = list(found)
    twins = _read_alike(places)
    return [place for place in places if place.code not in twins]


def _read_alike(places: list[Location]) -> list[str]:
    """Codes of *places* whose texts another of the register's places has too: a scan would mean either."""
    texts = {place_text(place.code) for place in places}
    every = Counter(text for code in session().scalars(select(Location.code)) if (text := place_text(code)) in texts)
    return [place.code for place in places if every[place_text(place.code)] > 1]
