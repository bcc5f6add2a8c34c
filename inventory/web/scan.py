"""The scan page: one machine after another in one mode, each answered in words, colour and shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask import session as browser_session
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import InventoryError, NotAllowed
from inventory.lifecycle.event_types import EVENT_TYPES, EventType
from inventory.lifecycle.fields import Lines, schema_of
from inventory.lifecycle.loading import load_lines
from inventory.lifecycle.requests import EventRequest
from inventory.lifecycle.rules import personal_fields
from inventory.lifecycle.service import correct_event, record_event
from inventory.lifecycle.state import Line
from inventory.register.naming import names_of
from inventory.register.queries import resolve
from inventory.register.references import references_in
from inventory.register.statuses import STATUSES
from inventory.scanning.twice import moment_of, scanned_already
from inventory.web import _recording as recording
from inventory.web._finding import facts_in_a_line
from inventory.web._forms import Reading, entries, filled, read
from inventory.web._shell import NavigationEntry, recorder, requires, session, settings
from inventory.web._words import details_in_words, label_of, when

blueprint = Blueprint("web_scan", __name__)
NAVIGATION = [NavigationEntry("Scan", "web_scan.index", "upc-scan", 10)]

LOOK_UP: Final = "look-up"
_KEPT: Final = 12
"""Answers kept for the page that comes without JavaScript; they live in a cookie of 4 KB."""
_KEPT_WORDS: Final = 90
_SENTENCE: Final = 400


@dataclass
class Mode:
    """What the next scan does: an event with its details said once, or only a look."""

    row: EventType | None = None
    texts: dict[str, str] = field(default_factory=dict)
    """Details as typed, by name."""
    reading: Reading = field(default_factory=Reading)

    @property
    def key(self) -> str:
        return self.row.key if self.row else LOOK_UP

    def line(self) -> str:
        """The mode in one line: returned → King's Buildings, Reuse hub, Store B12."""
        if self.row is None:
            return "look up, record nothing"
        details = self.reading.details
        names = names_of(session(), [(kind, code) for _, kind, code in references_in(details)])
        now = recorder().now
        stored = Line("-", self.row.key, now, "instant", now, "", details)
        told = details_in_words(stored, names, {})
        place = [text for label, text in told if label == label_of("location")]
        rest = [f"{label.lower()} {text}" for label, text in told if label != label_of("location")]
        return " → ".join([self.row.label.lower(), *place]) + (f" ({'; '.join(rest)})" if rest else "")

    def address(self) -> str:
        """The page in this mode; free text stays out of the address."""
        open_: dict[str, Any] = {} if self.row is None else _told_openly(self.row, self.texts)
        return url_for("web_scan.index", mode=self.key, **open_)


def _told_openly(row: EventType, texts: Mapping[str, str]) -> dict[str, str]:
    """What may stand in an address: all but free text."""
    return {name: text for name, text in texts.items() if name not in personal_fields(row)}


def modes() -> list[EventType]:
    """What this person may record scan by scan."""
    held = recorder().permissions
    return [row for row in EVENT_TYPES.values() if row.scan and row.permission in held]


def left_out(row: EventType) -> tuple[str, ...]:
    """Details that differ from machine to machine, so that they cannot be set once."""
    shapes = schema_of(row.schema).fields
    one = (name for name, shape in shapes.items() if isinstance(shape, Lines) or shape.metadata.get("of_one"))
    return ("tag", *one)


def mode_of(values: Mapping[str, str]) -> Mode:
    """The mode that *values* name."""
    row = next((each for each in modes() if each.key == values.get("mode")), None)
    if row is None:
        if values.get("mode") not in (None, "", LOOK_UP):
            raise NotAllowed("There is no such way of scanning for your role. Choose another.")
        return Mode()
    names = [name for name in schema_of(row.schema).fields if name not in left_out(row)]
    texts = {name: values[name] for name in names if values.get(name, "").strip()}
    return Mode(row, texts, read(row.schema, texts, recording.find))


@blueprint.get("/scan")
@requires("view")
def index() -> AnyResponse:
    """The page, ready for the next scan."""
    if "mode" not in request.args and (kept := browser_session.get("scan_mode")):
        return redirect(url_for("web_scan.index", **kept))
    values = dict(request.args.items())
    mode = mode_of(values | browser_session.get("scan_words", {}).get(values.get("mode", ""), {}))
    if mode.reading.errors:
        open_: dict[str, Any] = dict(values)
        return redirect(url_for("web_scan.choose", **open_))
    return Response(_page(mode))


def _page(mode: Mode, answer: dict[str, Any] | None = None) -> str:
    told = [_told(each) for each in browser_session.get("scans", [])]
    open_ = {} if mode.row is None else mode.texts
    browser_session["scan_mode"] = {"mode": mode.key} | (_told_openly(mode.row, open_) if mode.row else {})
    return render_template(
        "scan/index.html",
        mode=mode,
        line=mode.line(),
        answer=answer or (told[0] if told else None),
        answers=told,
        tally=browser_session.get("scan_tally", 0),
        key=str(uuid4()),
        fields={"mode": mode.key, **open_},
    )


def _told(kept: list[str]) -> dict[str, Any]:
    outcome, tag, headline, words, key = kept
    answer = {"outcome": outcome, "shape": outcome, "tag": tag, "headline": headline, "words": words, "key": key}
    if outcome not in ("unknown", "refused") and tag:
        answer["href"] = url_for("web_machines.machine", tag=tag)
    if outcome == "recorded" and "correct" in recorder().permissions:
        answer["undo_url"] = url_for("web_scan.undo", key=key, tag=tag)
    return answer


@blueprint.route("/scan/mode", methods=["GET", "POST"])
@requires("view")
def choose() -> AnyResponse:
    """Choose what the next scans do, and say once what they share."""
    values = dict(request.values.items())
    if request.method == "GET" and "mode" not in values:
        return Response(render_template("scan/modes.html", modes=modes(), look_up=LOOK_UP))
    mode = mode_of(values)
    if mode.row is None:
        browser_session["scan_mode"] = {"mode": LOOK_UP}
        return redirect(url_for("web_scan.index", mode=LOOK_UP), 303)
    controls = entries(mode.row.schema, leave_out=left_out(mode.row))
    if request.method == "POST" and not mode.reading.errors:
        # What was found by its name goes on by its code, which no renaming changes.
        mode.texts |= {
            name: str(value) for name, value in mode.reading.details.items() if references_in({name: str(value)})
        }
        personal = {n: t for n, t in mode.texts.items() if n in personal_fields(mode.row)}
        browser_session["scan_words"] = {mode.key: personal} if personal else {}
        return redirect(mode.address(), 303)
    shown = request.method == "POST" or len(mode.texts) > 0
    codes = names_of(session(), [(kind, code) for _, kind, code in references_in(mode.reading.details)])
    page = render_template(
        "scan/mode.html",
        row=mode.row,
        entries=controls,
        values=values | filled(mode.row.schema, mode.reading.details, codes),
        errors=mode.reading.errors if shown else {},
        candidates={n: [(e.choice, e.choice) for e in c] for n, c in mode.reading.candidates.items()},
        lists=recording.first_choices(controls),
    )
    return Response(page, 422 if mode.reading.errors and shown else 200)


@blueprint.post("/scan")
@requires("view")
def scan() -> AnyResponse:
    """Take one scan; the answer as JSON for the page's script, else as the whole page."""
    form = dict(request.form.items())
    key = recording.key_of(form)
    mode = Mode()
    try:
        mode = mode_of(form)
        answer, status = _scan(mode, form.get("tag", "")[:300].strip(), key), 200
    except InventoryError as error:
        session().rollback()
        error = recording.first_refusal(error)
        answer, status = _answer("refused", form.get("tag", "")[:64], "Not recorded", error.message, key), error.status
    _keep(answer)
    if request.accept_mimetypes.best == "application/json":
        response = jsonify(answer)
        response.status_code = status
        return response
    return Response(_page(mode, answer), status)


def _answer(outcome: str, tag: str, headline: str, words: str, key: str) -> dict[str, Any]:
    return _told([outcome, tag, headline, words[:_SENTENCE], key])


def _keep(answer: Mapping[str, Any]) -> None:
    scans = [each for each in browser_session.get("scans", []) if each[4] != answer["key"]]
    fresh = len(scans) == len(browser_session.get("scans", []))
    words = str(answer["words"])
    short = words if len(words) <= _KEPT_WORDS else words[: _KEPT_WORDS - 1] + "…"
    kept = [answer["outcome"], str(answer["tag"]), str(answer["headline"]), short, str(answer["key"])[:80]]
    browser_session["scans"] = [kept, *scans][:_KEPT]
    if fresh and answer["outcome"] == "recorded":
        browser_session["scan_tally"] = browser_session.get("scan_tally", 0) + 1


def _scan(mode: Mode, text: str, key: str) -> dict[str, Any]:
    if not text:
        return _answer("unknown", "", "Nothing was scanned", "The field was empty. Scan a label or type its tag.", key)
    found = resolve(session(), text, settings())
    if found.asset_id is None or found.tag is None:
        return _unknown(found, text, key)
    if mode.row is None:
        return _shown(found.tag, found.asset_id, key)
    if mode.reading.errors:
        problem = next(iter(mode.reading.errors.values()))
        return _answer("refused", found.tag, "Not recorded", f"{problem}. Change the mode and scan it again.", key)
    row, details, tag, asset_id, who = mode.row, mode.reading.details, found.tag, found.asset_id, recorder()

    def work(db: Any) -> dict[str, Any]:
        lines = [line for line, _ in load_lines(db, [asset_id])[asset_id]]
        # The answer to this very scan may have been lost; the ledger gives it again.
        known = any(line.key == key for line in lines)
        if not known and (twice := scanned_already(lines, row, details, who.actor, who.now)) is not None:
            at = when(moment_of(twice), settings().zone).rpartition(", ")[2]
            return _answer("duplicate", tag, "Scanned already", f"You recorded this at {at}; nothing was added.", key)
        result = record_event(db, EventRequest(row.key, key, tag, None, details), who)
        status = STATUSES[str(result.status)].label.lower()
        return _answer("recorded", result.tag, row.label, f"Now {status}.", key)

    return write(session(), work)


def _unknown(found: Any, text: str, key: str) -> dict[str, Any]:
    if found.candidates:
        tags = ", ".join(row.tag for row in found.candidates[:5])
        words = f"{len(found.candidates)} machines answer to it: {tags}. Scan the tag of the one you hold."
        return _answer("unknown", text[:64], "More than one machine", words, key)
    if found.blank:
        words = "This label is on no machine yet. Look it up to register a machine with it."
        return _answer("unknown", text[:64], "Blank label", words, key)
    words = f"No machine bears {text[:64]}."
    if found.suggestions:
        words += f" Did you mean {' or '.join(found.suggestions[:3])}?"
    return _answer("unknown", text[:64], "Unknown", f"{words} Look it up to register it.", key)


def _shown(tag: str, asset_id: int, key: str) -> dict[str, Any]:
    return _answer("shown", tag, *facts_in_a_line(asset_id), key)


@blueprint.post("/scan/undo/<path:key>")
@requires("correct")
def undo(key: str) -> AnyResponse:
    """Take back one scan: a correction in the ledger, with its reason."""
    tag, who = request.args.get("tag", "")[:300], recorder()
    try:
        write(
            session(),
            lambda db: correct_event(
                db, tag=tag, voids=key, reason="Taken back on the scan page", key=f"{key[:70]}-undo", recorder=who
            ),
        )
        taken = _answer("shown", tag, "Taken back", "The scan stays readable in its history, struck through.", key)
        browser_session["scan_tally"] = max(0, browser_session.get("scan_tally", 0) - 1)
        _keep(taken)
    except InventoryError as error:
        session().rollback()
        words = recording.first_refusal(error).message
        _keep(_answer("refused", tag, "Not taken back", words, f"{key[:70]}-undo"))
    return redirect(url_for("web_scan.index", **browser_session.get("scan_mode", {})), 303)
