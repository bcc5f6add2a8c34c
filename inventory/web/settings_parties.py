"""Partners, facilities, suppliers, lessors, buyers and custodians; name and contact can be erased for ever."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from inventory.errors import NotFound, ValidationRefused
from inventory.register.directory import list_parties, machines_at
from inventory.register.models import Party
from inventory.register.naming import ERASED
from inventory.register.service import PARTY_ROLES, add_party, change_party, erase_party
from inventory.web._records import Control, Form, Refused, asked, machines_in_words, save, show_list, show_record, typed
from inventory.web._shell import requires, session, settings
from inventory.web._show import show_day

blueprint = Blueprint("web_settings_parties", __name__)

_COLUMNS = (
    {"key": "name", "label": "Name"},
    {"key": "role", "label": "Role"},
    {"key": "contact", "label": "Contact"},
)
_ROLES = list(PARTY_ROLES.items())
_KEY = re.compile(r"[0-9a-f]{32}")


def _controls(found: Party | None = None) -> list[Control]:
    return [
        Control("name", "Name", found.name if found else "", required=True, attrs={"maxlength": "255"}),
        Control(
            "contact", "Contact", (found.contact or "") if found else "", "textarea",
            help="Address, telephone, person to ask for. Can be erased; the history keeps no name.",
            attrs={"maxlength": "2000"},
        ),
    ]  # fmt: skip


@blueprint.get("/settings/parties")
@requires("administer")
def index() -> Response:
    """People and organisations by name."""
    return _list()


def _list(refused: Refused | None = None) -> Response:
    q, role = asked("q"), asked("only")
    role = role if role in PARTY_ROLES else ""
    page = list_parties(
        session(), settings().page_size, role=role, q=q,
        after=request.args.get("after"), before=request.args.get("before"),
    )  # fmt: skip
    rows = [
        {
            "name": {"text": _name(each), "href": url_for("web_settings_parties.one", number=each.id)},
            "role": PARTY_ROLES.get(each.role, each.role),
            "contact": (each.contact or "").split("\n")[0] or "–",
        }
        for each in page.rows
    ]
    return show_list(
        "Partners and other parties",
        "Who receives machines, brings them, owns them or has them.",
        page,
        endpoint="web_settings_parties.index",
        columns=_COLUMNS,
        rows=rows,
        add=Form(
            "add",
            "Add a person or organisation",
            url_for("web_settings_parties.add"),
            "Add",
            [Control("role", "Role", role or "partner", "select", options=_ROLES, required=True), *_controls()],
            kind="primary",
            key=True,
        ),
        empty="Nobody yet. A partner that receives donations, or the contractor that collects waste, comes first.",
        noun="people and organisations",
        refused=refused,
        filters=[
            Control("only", "Role", role, "select", options=[("", "Any"), *_ROLES]),
            Control("q", "Name", q, "search"),
        ],
    )


def _name(found: Party) -> str:
    return ERASED if found.erased_at else found.name


@blueprint.post("/settings/parties")
@requires("administer")
def add() -> AnyResponse:
    """A new person or organisation; sent twice, recorded once."""

    def work() -> Callable[[Session], Party]:
        role, name, contact, key = (typed(each) for each in ("role", "name", "contact", "key"))
        if not _KEY.fullmatch(key):
            raise ValidationRefused("The form came without its key. Load the page again and send it once more.")
        return lambda db: add_party(db, role, name, contact, key)

    return save("add", work, lambda made: (url_for("web_settings_parties.index"), f"{made.name} is added."), _list)


@blueprint.get("/settings/parties/<int:number>")
@requires("administer")
def one(number: int) -> Response:
    """One person or organisation."""
    return _one(number)


def _found(db: Session, number: int) -> Party:
    found = db.get(Party, number)
    if found is None:
        raise NotFound("There is no such person or organisation.")
    return found


def _one(number: int, refused: Refused | None = None) -> Response:
    found = _found(session(), number)
    role = PARTY_ROLES.get(found.role, found.role)
    facts: list[tuple[str, object]] = [("Role", role), ("Id in the ledger", found.uid)]
    if found.role == "custodian":
        count = machines_at(session(), "custodian", [number]).get(number, 0)
        facts.append(
            ("Has now", {"text": machines_in_words(count), "href": url_for("web_listing.index", custodian=found.uid)})
        )
    if found.erased_at:
        facts.append(("Erased on", show_day(found.erased_at)))
    else:
        facts.append(("Contact", found.contact or "none"))
    forms = [
        Form(
            "change",
            "Name and contact",
            url_for("web_settings_parties.change", number=number),
            "Save",
            _controls(found),
        ),
        Form(
            "erase",
            "Erase name and contact",
            url_for("web_settings_parties.erase", number=number),
            "Erase for ever",
            [Control("sure", "Yes, forget the name and the contact", "1", "checkbox", required=True)],
            "For a person who asks to be forgotten. The history stays and still verifies, with nobody’s name in it. "
            "This cannot be undone.",
            kind="danger",
        ),
    ]
    return show_record(
        _name(found),
        role,
        up=("Partners and other parties", url_for("web_settings_parties.index")),
        facts=facts,
        forms=[] if found.erased_at else forms,
        refused=refused,
    )


@blueprint.post("/settings/parties/<int:number>")
@requires("administer")
def change(number: int) -> AnyResponse:
    """Another name or contact."""

    def work() -> Callable[[Session], Party]:
        name, contact = typed("name"), typed("contact")
        return lambda db: change_party(db, _found(db, number).uid, name, contact)

    return save("change", work, lambda found: (_here(number), f"{found.name} is saved."), lambda no: _one(number, no))


def _here(number: int) -> str:
    return url_for("web_settings_parties.one", number=number)


@blueprint.post("/settings/parties/<int:number>/erase")
@requires("administer")
def erase(number: int) -> AnyResponse:
    """Forget name and contact for ever."""

    def work() -> Callable[[Session], Party]:
        if typed("sure") != "1":
            raise ValidationRefused("Tick the box if the name and contact are to be forgotten.", field="sure")
        now = datetime.now(UTC)
        return lambda db: erase_party(db, _found(db, number).uid, now)

    return save("erase", work, lambda _: (_here(number), "Name and contact are erased."), lambda no: _one(number, no))
