"""Recording one event: forms made from the table of event types, new machines, corrections of a line."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import InventoryError, NotAllowed, NotFound
from inventory.lifecycle.effects import drive_uid
from inventory.lifecycle.event_types import CORRECTION, EVENT_TYPES, EventType
from inventory.lifecycle.fields import Lines, schema_of
from inventory.lifecycle.requests import EventRequest
from inventory.lifecycle.rules import refusal
from inventory.lifecycle.service import correct_event
from inventory.lifecycle.state import Line
from inventory.register.naming import names_of, search_named
from inventory.register.references import references_in
from inventory.web import _recording as recording
from inventory.web._finding import Found, machine_of
from inventory.web._forms import Reading, entries, filled, read
from inventory.web._shell import recorder, requires, session, settings
from inventory.web._words import details_in_words, happened

blueprint = Blueprint("web_events", __name__)

_KINDS = ",".join(f"'{key}'" for key in EVENT_TYPES if key != CORRECTION)
_SPARE_ROWS = 2


@dataclass
class Form:
    """One form on its way: the event, its machine (none yet for a first line), what stands in its fields."""

    row: EventType
    found: Found | None
    values: dict[str, str]
    reading: Reading = field(default_factory=Reading)
    refusal: InventoryError | None = None
    line: Line | None = None
    """The line that is corrected."""

    def lines(self) -> dict[str, int]:
        """How many groups each repeated detail shows: those with something in them, and spare ones."""
        counts = {}
        for name, shape in schema_of(self.row.schema).fields.items():
            if isinstance(shape, Lines):
                told = [key.split("-") for key in self.values if key.startswith(f"{name}-")]
                last = max((int(parts[1]) for parts in told if len(parts) == 3 and parts[1].isdigit()), default=-1)
                spare = 0 if recording.names_drives(self.row.schema) and last >= 0 else _SPARE_ROWS
                counts[name] = last + 1 + spare
        return counts

    def answer(self, **more: Any) -> Response:
        """The page, with 409 or 422 where something stands in the way."""
        drives = self.found.drives if self.found else {}
        leave_out = ("tag",) if "tag" in _kept_tag(self) else ()
        controls = entries(
            self.row.schema,
            rows=self.lines(),
            drives={uid: recording.drive_label(drive) for uid, drive in drives.items()},
            opening=self.found is None,
            leave_out=(*leave_out, *(("forget",) if self.line is None else ())),
        )
        extra = recording.new_drive_entries(self.row) if self._may_add_drive() else []
        errors = {name: text for name, text in self.reading.errors.items() if name != "form"}
        if not self.refusal and (words := self.reading.errors.get("form")):
            self.refusal = InventoryError(words + ".")
        candidates = {
            name: [(each.choice, each.choice) for each in named] for name, named in self.reading.candidates.items()
        }
        page = render_template(
            "machines/event.html",
            row=self.row,
            tag=self.found.tag if self.found else None,
            entries=controls,
            extra=extra,
            extra_open=not drives or any(name.startswith(recording.NEW_DRIVE) for name in errors),
            values=self.values,
            errors=errors,
            candidates=candidates,
            lists=recording.first_choices(controls),
            key=recording.key_of(self.values),
            zone=settings().time_zone,
            refusal=None if errors else self.refusal,
            **{"correcting": None, "kinds": None, "blocked": False} | more,
        )
        status = self.refusal.status if self.refusal else 422 if errors else 200
        return Response(page, status)

    def _may_add_drive(self) -> bool:
        if self.line or not self.found or not recording.names_drives(self.row.schema):
            return False
        fitting = EVENT_TYPES[recording.FITTING]
        return self.found.status in fitting.allowed_from and fitting.permission in recorder().permissions


def _kept_tag(form: Form) -> Mapping[str, Any]:
    """The tag that the form must leave alone: a machine that opened has one, a replacement keeps it."""
    if form.line is not None:
        return {"tag": form.line.details["tag"]} if "tag" in form.line.details else {}
    return {"tag": form.found.tag} if form.found and form.row.opens else {}


def _permitted(row: EventType) -> None:
    if row.permission not in recorder().permissions:
        raise NotAllowed(f"Your role may not record “{row.label.lower()}”.")


def _names(details: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    return names_of(session(), [(kind, code) for _, kind, code in references_in(dict(details))])


def _run(form: Form, act: Any) -> AnyResponse | None:
    """Run *act*; a refusal goes beside its field and gives None."""
    try:
        answer: AnyResponse = act()
        return answer
    except InventoryError as error:
        session().rollback()
        form.refusal = recording.first_refusal(error)
        form.reading.paths |= {"occurred_at": "occurred_at"}
        if form.refusal.field:
            form.reading.blame(form.refusal.field, form.refusal.message)
        return None


@blueprint.route(f"/t/<path:tag>/<any({_KINDS}):kind>", methods=["GET", "POST"])
@requires("view")
def record(tag: str, kind: str) -> AnyResponse:
    """The form of one event on one machine."""
    row = EVENT_TYPES[kind]
    _permitted(row)
    found = machine_of(tag)
    form = Form(row, found, dict(request.form.items()) if request.method == "POST" else _prefilled(row, found))
    page: dict[str, Any] = {
        "headline": row.verb,
        "lead": f"{found.tag}, {found.words}",
        "back": url_for("web_machines.machine", tag=found.tag),
        "action": url_for("web_events.record", tag=found.tag, kind=kind),
    }
    if request.method == "POST":
        form.reading = read(row.schema, form.values, recording.find)
        done = _run(form, lambda: _record(form, found))
        if done is not None:
            return done
    elif found.status not in row.allowed_from:
        now = recorder().now
        form.refusal = refusal(found.state, row, Line("-", kind, now, "instant", now, "", {}))
        page["blocked"] = True
    return form.answer(**page)


def _prefilled(row: EventType, found: Found) -> dict[str, str]:
    values = {name: text for name, text in request.args.items() if len(text) < 1_000}
    if recording.states_facts(row.schema):
        values = filled(row.schema, found.facts, _names(found.facts)) | values
    if recording.names_drives(row.schema):
        values = {f"drives-{number}-uid": uid for number, uid in enumerate(found.drives)} | values
    return values


def _record(form: Form, found: Found) -> AnyResponse:
    row, reading, key = form.row, form.reading, recording.key_of(form.values)
    occurred_at = recording.moment_of(form.values)
    fitting = recording.with_new_drive(row, form.values, key, reading) if form._may_add_drive() else None
    details = reading.details
    if recording.states_facts(row.schema):
        said = {name: details.pop(name) for name in ("note", "source") if name in details}
        details = said | recording.only_changes(details, found.facts)
        reading.errors.pop("forget", None)
    if reading.errors:
        raise EntriesWrong("Some entries need another look.")
    requests = [EventRequest(row.key, key, found.tag, occurred_at, details)]
    if fitting is not None:
        requests.insert(0, replace(fitting, tag=found.tag, occurred_at=occurred_at))
    result = recording.record(requests)[-1]
    recording.remember(result, row.label, key)
    return redirect(url_for("web_machines.machine", tag=result.tag), 303)


class EntriesWrong(InventoryError):
    """Something typed is not right; the words stand beside the fields."""

    status = 422


@blueprint.route("/machines/new", methods=["GET", "POST"])
@requires("view")
def new() -> AnyResponse:
    """The first line of a machine: registered, received, ordered or taken on."""
    kinds = [row for row in EVENT_TYPES.values() if row.opens and row.permission in recorder().permissions]
    if not kinds:
        raise NotAllowed("Your role may not put machines on record. Ask an administrator for access.")
    # Not `kind`: that is a fact about the machine.
    begins = request.args.get("begins", "registered")
    row = next((each for each in kinds if each.key == begins), kinds[0])
    source = request.form if request.method == "POST" else request.args
    form = Form(row, None, {name: text for name, text in source.items() if name != "begins"})
    page = {
        "headline": "Put a machine on record",
        "lead": None,
        "back": url_for("web_listing.index"),
        "action": url_for("web_events.new", begins=row.key),
        "kinds": [
            {
                "label": each.label,
                "href": url_for("web_events.new", begins=each.key, tag=form.values.get("tag") or None),
                "current": each is row,
            }
            for each in kinds
        ],
    }
    if request.method == "POST":
        form.reading = read(row.schema, form.values, recording.find, opening=True)
        done = _run(form, lambda: _open(form))
        if done is not None:
            return done
    return form.answer(**page)


def _open(form: Form) -> AnyResponse:
    key = recording.key_of(form.values)
    occurred_at = recording.moment_of(form.values)
    if form.reading.errors:
        raise EntriesWrong("Some entries need another look.")
    result = recording.record([EventRequest(form.row.key, key, None, occurred_at, form.reading.details)])[0]
    recording.remember(result, form.row.label, key)
    return redirect(url_for("web_machines.machine", tag=result.tag), 303)


@blueprint.route("/t/<path:tag>/lines/<path:key>/correct", methods=["GET", "POST"])
@requires("correct")
def correct(tag: str, key: str) -> AnyResponse:
    """Void one line, with a reason, and let another take its place if one is given."""
    found = machine_of(tag)
    told = next((each for each in found.machine.lines if each.line.key == key), None)
    if told is None or told.line.kind == CORRECTION:
        raise NotFound(f"{found.tag} has no such line to correct.")
    line = told.line
    row = EVENT_TYPES.get(request.values.get("becomes", ""), EVENT_TYPES[line.kind])
    row = row if row.key != CORRECTION else EVENT_TYPES[line.kind]
    said = {**line.details, **(told.personal or {})}
    names = _names(said)
    if request.method == "POST":
        values = dict(request.form.items())
    else:
        kept = {name: value for name, value in said.items() if name in schema_of(row.schema).fields}
        values = filled(row.schema, kept, names)
        for number, drive in enumerate(said.get("drives", ())):
            if not drive.get("uid"):
                values[f"drives-{number}-uid"] = drive_uid(line.key, number)
        if row.key != line.kind:
            values["replacement"] = "line"
    form = Form(row, found, values, line=line)
    drives = {uid: recording.drive_label(drive) for uid, drive in found.drives.items()}
    correcting = {
        "label": EVENT_TYPES[line.kind].label,
        "when": happened(line, settings().zone),
        "words": details_in_words(line, names, drives, told.personal),
        "other_kinds": url_for("web_events.other_kind", tag=found.tag, key=key),
    }
    if request.method == "POST":
        form.reading = read(row.schema, values, recording.find) if _replaces(values) else Reading()
        done = _run(form, lambda: _correct(form, found, line))
        if done is not None:
            return done
    return form.answer(
        headline=f"Correct a line of {found.tag}",
        lead=None,
        back=url_for("web_machines.machine", tag=found.tag),
        action=url_for("web_events.correct", tag=found.tag, key=key),
        correcting=correcting,
    )


def _replaces(values: Mapping[str, str]) -> bool:
    return values.get("replacement") == "line"


def _correct(form: Form, found: Found, line: Line) -> AnyResponse:
    reading, values, key = form.reading, form.values, recording.key_of(form.values)
    reason = values.get("correction_reason", "").strip()
    kept = _kept_tag(form)
    if kept and "tag" in schema_of(form.row.schema).fields:
        reading.errors.pop("tag", None)
        reading.details |= kept
    if not reason:
        reading.errors["correction_reason"] = "Say why the line is wrong"
    replacement = None
    if _replaces(values):
        occurred_at = recording.moment_of(values, line)
        replacement = EventRequest(form.row.key, f"{key}-r", None, occurred_at, reading.details)
    if reading.errors:
        raise EntriesWrong("Some entries need another look.")
    who = recorder()
    results = write(
        session(),
        lambda db: correct_event(
            db, tag=found.tag, voids=line.key, reason=reason, key=key, recorder=who, replacement=replacement
        ),
    )
    recording.remember(results[-1], "Corrected")
    return redirect(url_for("web_machines.machine", tag=results[-1].tag), 303)


@blueprint.get("/t/<path:tag>/lines/<path:key>/kinds")
@requires("correct")
def other_kind(tag: str, key: str) -> str:
    """Choose what the line should have been."""
    found = machine_of(tag)
    told = next((each for each in found.machine.lines if each.line.key == key), None)
    if told is None:
        raise NotFound(f"{found.tag} has no such line to correct.")
    opens = told.line.sequence == 1
    choices = [row for row in EVENT_TYPES.values() if row.key != CORRECTION and row.opens == opens]
    return render_template("machines/kinds.html", tag=found.tag, key=key, line=told, choices=choices)


@blueprint.get("/choices")
@requires("view")
def choices() -> Response:
    """Departments, places or parties that fit what somebody types, as a form shows them."""
    table, role = request.args.get("table", ""), request.args.get("role") or None
    text = request.args.get("q", "")[:120]
    if table not in ("department", "location", "party"):
        raise NotFound("There is no such list.")
    return jsonify(choices=[each.choice for each in search_named(session(), table, role, text)])
