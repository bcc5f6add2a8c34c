"""Requests for machines that are used again: the list, a new one, one with its machines, and reserving for it."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import storable, write
from inventory.errors import InventoryError, ValidationRefused
from inventory.lifecycle.details import ROUTES
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.lifecycle.requests import EventRequest
from inventory.lifecycle.service import record_events
from inventory.register.kinds import KINDS
from inventory.register.naming import names_of
from inventory.register.queries import AssetFilter, list_assets
from inventory.register.statuses import STATUSES
from inventory.reuse import queries, service
from inventory.reuse.models import ReuseRequest
from inventory.reuse.rules import ACTIONS, OPEN, STATES, kinds_in_words
from inventory.reuse.schemas import WANTABLE
from inventory.web import _recording as recording
from inventory.web import _request_form as form
from inventory.web._recording import first_choices
from inventory.web._records import asked, typed
from inventory.web._shell import NavigationEntry, client_key, recorder, requires, session, settings

blueprint = Blueprint("web_requests", __name__, url_prefix="/requests")
NAVIGATION = [NavigationEntry("Requests", "web_requests.index", "box2-heart", 28)]

_MACHINES: Final = 50
_ON_THE_SHELF: Final = 12
_MOST_DIGITS: Final = 9
_HAND_OVER: Final = {"department": "redeployed", "partner": "donated"}
"""The event by which what is promised goes to whoever asked."""


@blueprint.get("/")
@requires("view")
def index() -> Response:
    """Requests, those asked first first: open ones unless another state is chosen."""
    state, kind, q = asked("state"), asked("kind"), asked("q")
    state = state if state in (*STATES, "all") else OPEN
    kind = kind if kind in WANTABLE else ""
    page = queries.list_requests(
        session(), settings().page_size, state="" if state == "all" else state, kind=kind, q=q,
        after=request.args.get("after"), before=request.args.get("before"),
    )  # fmt: skip

    def here(**place: Any) -> str:
        chosen: dict[str, Any] = {"state": None if state == OPEN else state, "kind": kind or None, "q": q or None}
        return url_for(".index", **(chosen | place))

    text = render_template(
        "requests/index.html",
        rows=page.rows,
        state=state,
        states=[(key, label, here(state=key)) for key, label in (*STATES.items(), ("all", "All"))],
        kind=kind,
        kinds=[("", "Any kind"), *WANTABLE.items()],
        q=q,
        filtered=bool(kind or q),
        in_words=kinds_in_words,
        labels=STATES,
        today=_today(),
        newer_href=here(before=page.previous) if page.previous else None,
        older_href=here(after=page.next) if page.next else None,
    )
    return Response(text)


def _today() -> date:
    return recorder().now.astimezone(settings().zone).date()


@blueprint.get("/new")
@requires("request")
def new() -> Response:
    """The form of a new request; the address may have filled part of it."""
    given = {name: text for name, text in request.args.items() if len(text) < 1_000}
    kinds = [each for each in request.args.getlist("kinds") if each in WANTABLE]
    return _form(None, {"asker": "department", "number": "1"} | given | {"kinds": kinds})


def _form(found: ReuseRequest | None, values: dict[str, Any], refusal: InventoryError | None = None) -> Response:
    field = (refusal.field or "").partition(".")[0] if refusal else ""
    text = render_template(
        "requests/form.html",
        found=found,
        values=values,
        kinds=WANTABLE,
        askers=form.ASKERS,
        department=form.DEPARTMENT,
        partner=form.PARTNER,
        lists=first_choices([form.DEPARTMENT, form.PARTNER]),
        errors={field: refusal.message} if refusal and field and field != "key" else {},
        refusal=refusal if refusal and field in ("", "key") else None,
        key=client_key(),
        action=url_for(".change", uid=found.uid) if found else url_for(".start"),
        back=url_for(".show", uid=found.uid) if found else url_for(".index"),
    )
    return Response(text, refusal.status if refusal else 200)


@blueprint.post("/new")
@requires("request")
def start() -> AnyResponse:
    """Open a request; sent twice, it is opened once."""
    who = recorder()
    try:
        said, key = form.said_in_form(), typed("key")
        uid = write(session(), lambda db: service.open_request(db, key, said, who).uid)
    except InventoryError as error:
        session().rollback()
        return _form(None, form.values_typed(), error)
    flash(f"The request {uid} is open.", "good")
    return redirect(url_for(".show", uid=uid), 303)


@blueprint.get("/<uid>")
@requires("view")
def show(uid: str) -> Response:
    """One request: what is asked, how far it is served, by which machines, and what is ready for it."""
    return _page(service.find_request(session(), uid))


def _page(found: ReuseRequest, refusal: InventoryError | None = None) -> Response:
    after = request.args.get("after", "")
    place = int(after) if after.isascii() and after.isdigit() and len(after) <= _MOST_DIGITS else 0
    row, may = queries.row_of(session(), found), recorder().permissions
    machines, following = queries.machines_of(session(), found, _MACHINES, place)
    asker = "department" if found.department_id else "partner"
    ready = found.state == OPEN and row.progress.waiting > 0
    text = render_template(
        "requests/show.html",
        found=found,
        row=row,
        asker=asker,
        what=kinds_in_words(found.kinds, found.number),
        state=STATES[found.state],
        is_open=found.state == OPEN,
        machines=machines,
        statuses=STATUSES,
        kinds=KINDS,
        how={key: event.label for key, event in EVENT_TYPES.items()} | {"promised": "Promised"},
        hand_over=EVENT_TYPES[_HAND_OVER[asker]],
        hand_over_to={asker: row.department or row.partner},
        more_href=url_for(".show", uid=found.uid, after=following) if following else None,
        shelf=_ready(found) if ready else None,
        routes=ROUTES,
        history=_history(found),
        may_reserve="release" in may,
        may_change="request" in may,
        sees_texts=bool(may & {"request", "release"}),
        today=_today(),
        key=client_key,
        refusal=refusal,
    )
    return Response(text, refusal.status if refusal else 200)


def _ready(found: ReuseRequest) -> Any:
    """Machines on the shelf that are of a kind that is asked for, those that wait longest first."""
    wanted = AssetFilter(status=("ready_for_reuse",), kind=tuple(found.kinds))
    return list_assets(session(), wanted, settings(), "status_since", size=_ON_THE_SHELF)


def _history(found: ReuseRequest) -> list[dict[str, Any]]:
    """Who did what, with what a change changed."""
    lines = queries.history_of(session(), found)
    said = [each.said for each in lines]
    wanted = {("department", each["department"]) for each in said if "department" in each}
    wanted |= {("party", each["partner"]) for each in said if "partner" in each}
    names, told = names_of(session(), wanted), []
    before: dict[str, Any] = {}
    for each in lines:
        changed = form.changes_in_words(before, each.said, names) if each.action == "changed" else []
        before = dict(each.said) if each.action in ("opened", "changed") else before
        told.append({"action": ACTIONS[each.action], "by": each.by, "at": each.at, "changed": changed})
    return told


@blueprint.get("/<uid>/change")
@requires("request")
def edit(uid: str) -> AnyResponse:
    """The form of a request that is open, as it stands."""
    found = service.find_request(session(), uid)
    if found.state != OPEN:
        return redirect(url_for(".show", uid=found.uid))
    return _form(found, form.values_of(session(), service.content_of(session(), found)))


@blueprint.post("/<uid>/change")
@requires("request")
def change(uid: str) -> AnyResponse:
    """Let the request say what the form says."""
    found, who = service.find_request(session(), uid), recorder()
    try:
        said, key = form.said_in_form(), typed("key")
        write(session(), lambda db: service.change_request(db, uid, key, said, who).uid)
    except InventoryError as error:
        session().rollback()
        return _form(found, form.values_typed(), error)
    flash(f"The request {found.uid} is changed.", "good")
    return redirect(url_for(".show", uid=found.uid), 303)


def _act(uid: str, work: Callable[[Session], Any], message: str) -> AnyResponse:
    try:
        write(session(), work)
    except InventoryError as error:
        session().rollback()
        return _page(service.find_request(session(), uid), recording.first_refusal(error))
    flash(message, "good")
    return redirect(url_for(".show", uid=uid.strip().upper()), 303)


@blueprint.post("/<uid>/end")
@requires("request")
def end(uid: str) -> AnyResponse:
    """Close the request, or withdraw it with a reason."""
    action, who = request.form.get("action", ""), recorder()

    def work(db: Session) -> None:
        key, reason = typed("key"), typed("reason")
        if action == "close":
            service.close_request(db, uid, key, reason, who)
        elif action == "withdraw":
            service.withdraw_request(db, uid, key, reason, who)
        else:
            raise ValidationRefused("Choose whether to close the request or to withdraw it.", field="action")

    return _act(uid, work, "The request is closed." if action == "close" else "The request is withdrawn.")


@blueprint.post("/<uid>/erase")
@requires("request")
def erase(uid: str) -> AnyResponse:
    """Forget contact and note for ever."""
    who = recorder()

    def work(db: Session) -> None:
        if typed("sure") != "1":
            raise ValidationRefused("Tick the box if contact and note are to be forgotten.", field="sure")
        service.erase_texts(db, uid, typed("key"), who)

    return _act(uid, work, "Contact and note are erased.")


@blueprint.post("/<uid>/reserve")
@requires("release")
def reserve(uid: str) -> AnyResponse:
    """Promise a machine that is ready to whoever asked; one tap."""
    found, who = service.find_request(session(), uid), recorder()
    tag, key = request.form.get("tag", "")[:300].strip(), request.form.get("key", "").strip()
    if not storable(tag):
        tag = ""

    def work(db: Session) -> None:
        if not tag:
            raise ValidationRefused("Choose the machine that is to be reserved.", field="tag")
        details = {"request": found.uid, **_party(db, found)}
        record_events(db, [EventRequest("reserved", key, tag, None, details)], who)

    return _act(uid, work, f"{tag} is reserved for {found.uid}.")


def _party(db: Session, found: ReuseRequest) -> dict[str, str]:
    partner = service.content_of(db, found).get("partner")
    return {"party": partner} if partner else {}
