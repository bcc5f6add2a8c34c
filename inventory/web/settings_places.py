"""Places: sites, buildings and rooms in which machines stand."""

from collections.abc import Callable

from flask import Blueprint, Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from inventory.errors import NotFound
from inventory.register.directory import list_locations, machines_at
from inventory.register.models import Location
from inventory.register.service import add_location, change_location
from inventory.web._records import Control, Form, Refused, asked, machines_in_words, save, show_list, show_record, typed
from inventory.web._shell import requires, session, settings

blueprint = Blueprint("web_settings_places", __name__)

_COLUMNS = (
    {"key": "code", "label": "Code", "mono": True},
    {"key": "site", "label": "Site"},
    {"key": "building", "label": "Building"},
    {"key": "room", "label": "Room"},
    {"key": "machines", "label": "Machines now", "numeric": True},
)
_PARTS = ("site", "building", "room")


def _controls(found: Location | None = None) -> list[Control]:
    return [
        Control(part, part.capitalize(), getattr(found, part, None) or "", attrs={"maxlength": "120"})
        for part in _PARTS
    ]


@blueprint.get("/settings/places")
@requires("administer")
def index() -> Response:
    """Every place, by code."""
    return _list()


def _list(refused: Refused | None = None) -> Response:
    q = asked("q")
    page = list_locations(
        session(), settings().page_size, q=q, after=request.args.get("after"), before=request.args.get("before")
    )
    counts = machines_at(session(), "location", [each.id for each in page.rows])
    rows = [
        {
            "code": {"text": each.code, "href": url_for("web_settings_places.one", number=each.id)},
            **{part: getattr(each, part) or "–" for part in _PARTS},
            "machines": {
                "text": f"{counts.get(each.id, 0):,}",
                "href": url_for("web_listing.index", location=each.code),
            },
        }
        for each in page.rows
    ]
    code = Control(
        "code", "Code", required=True, mono=True, help="Stays for ever: the ledger holds it.", attrs={"maxlength": "64"}
    )
    return show_list(
        "Places",
        "Where machines stand: as much of site, building and room as is known.",
        page,
        endpoint="web_settings_places.index",
        columns=_COLUMNS,
        rows=rows,
        add=Form(
            "add", "Add a place", url_for("web_settings_places.add"), "Add place", [code, *_controls()], kind="primary"
        ),
        empty="No places yet. The store of the reuse hub is a good first one.",
        noun="places",
        refused=refused,
        filters=[Control("q", "Code, site, building or room", q, "search")],
    )


@blueprint.post("/settings/places")
@requires("administer")
def add() -> AnyResponse:
    """A new place."""

    def work() -> Callable[[Session], Location]:
        code, site, building, room = (typed(name) for name in ("code", *_PARTS))
        return lambda db: add_location(db, code, site, building, room)

    return save("add", work, lambda made: (url_for("web_settings_places.index"), f"{made.label} is added."), _list)


@blueprint.get("/settings/places/<int:number>")
@requires("administer")
def one(number: int) -> Response:
    """One place."""
    return _one(number)


def _found(db: Session, number: int) -> Location:
    found = db.get(Location, number)
    if found is None:
        raise NotFound("There is no such place.")
    return found


def _one(number: int, refused: Refused | None = None) -> Response:
    found = _found(session(), number)
    count = machines_at(session(), "location", [number]).get(number, 0)
    machines = {"text": machines_in_words(count), "href": url_for("web_listing.index", location=found.code)}
    return show_record(
        found.label,
        f"Place {found.code}",
        up=("Places", url_for("web_settings_places.index")),
        facts=[("Code", found.code), ("Here now", machines)],
        forms=[
            Form(
                "change",
                "Site, building and room",
                url_for("web_settings_places.change", number=number),
                "Save",
                _controls(found),
                "For another spelling or a new name of the same place. Machines that move get a line of their own.",
            )
        ],
        refused=refused,
    )


@blueprint.post("/settings/places/<int:number>")
@requires("administer")
def change(number: int) -> AnyResponse:
    """Other words for the place; the code stays."""

    def work() -> Callable[[Session], Location]:
        site, building, room = (typed(name) for name in _PARTS)
        return lambda db: change_location(db, _found(db, number).code, site, building, room)

    return save(
        "change",
        work,
        lambda found: (url_for("web_settings_places.one", number=number), f"The place is {found.label}."),
        lambda refused: _one(number, refused),
    )
