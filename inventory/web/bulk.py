"""One event on many machines: choose, say, preview, record; result per tag, refused ones as a file."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl
from uuid import uuid4

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import ImmutableMultiDict

from inventory.errors import InventoryError, NotAllowed, ValidationRefused
from inventory.lifecycle.event_types import EventType
from inventory.lifecycle.requests import EventRequest, Result
from inventory.register.queries import AssetFilter, matching_tags
from inventory.register.statuses import STATUSES
from inventory.stocktaking.queries import tags_in
from inventory.web import _batching as batching
from inventory.web import _inspection as inspection
from inventory.web import _recording as recording
from inventory.web._forms import Reading, entries, read
from inventory.web._shell import requires, session, settings

blueprint = Blueprint("web_bulk", __name__)

_SHOWN = 200


class _OwnForm(NamedTuple):
    """An event whose form is not made from its details alone: what it shows, reads, and adds for each machine."""

    shown: Callable[[], Any]
    read: Callable[[Mapping[str, str]], Reading]
    each: Callable[[Sequence[EventRequest]], list[EventRequest]]


_OWN_FORMS: Final = {
    inspection.KEY: _OwnForm(
        lambda: inspection.shown(None), inspection.read_form, inspection.with_computed_routes
    ),
}  # fmt: skip
_RISKY = ("=", "+", "-", "@", "\t", "\r")


@blueprint.route("/machines/batch", methods=["GET", "POST"])
@requires("view")
def batch() -> Response:
    """All steps of a batch; each carries what was settled before it, so that going back loses nothing."""
    rows = batching.batchable()
    if not rows:
        raise NotAllowed("Your role may not record events. Ask an administrator for access.")
    values = dict(request.values.items())
    values.setdefault("batch", str(uuid4()))
    row = next((each for each in rows if each.key == values.get("event")), None)
    step = values.get("step", "event") if request.method == "POST" else "event"
    try:
        return _step(step, rows, row, values)
    except InventoryError as error:
        session().rollback()
        page = _page("event" if row is None else "details", rows, row, values, refusal=error)
        page.status_code = error.status
        return page


@blueprint.post("/machines/batch/from-list")
@requires("view")
def from_list() -> Response:
    """The machines ticked in the list, all that match its filters, or a group of a count."""
    rows = batching.batchable()
    if not rows:
        raise NotAllowed("Your role may not record events. Ask an administrator for access.")
    tags = request.form.getlist("tag")
    if request.form.get("select_all") == "1":
        asked = AssetFilter.from_args(ImmutableMultiDict(_query(request.form.get("filters", ""))))
        tags = matching_tags(session(), asked, batching.MOST + 1, settings())
    elif code := request.form.get("stock_take", "").replace("\x00", ""):
        group = request.form.get("group", "found")
        if group not in ("found", "missing", "unexpected"):
            raise ValidationRefused("Choose which machines of the count are meant.", field="group")
        tags = tags_in(session(), code, group, batching.MOST + 1)
    values = {"batch": str(uuid4()), "tags": "\n".join(tags), "event": request.form.get("event", "")}
    row = next((each for each in rows if each.key == values["event"]), None)
    try:
        _tags(values)
    except ValidationRefused as error:
        page = _page("event", rows, row, values, refusal=error)
        page.status_code = error.status
        return page
    return _page("event" if row is None else "details", rows, row, values)


def _query(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text[:4_000])


def _tags(values: dict[str, str]) -> list[str]:
    names = batching.listed(values.get("tags", ""))
    if not names:
        raise ValidationRefused("The list is empty. Paste or scan at least one tag.", field="tags")
    if len(names) > batching.MOST:
        raise ValidationRefused(
            f"The list has {len(names):,} machines; at most {batching.MOST:,} go in one batch. Narrow the filters.",
            field="tags",
        )
    return names


def _step(step: str, rows: list[EventType], row: EventType | None, values: dict[str, str]) -> Response:
    if step == "event" and request.method == "GET":
        return _page("event", rows, row, values)
    names = _tags(values)
    if row is None:
        raise ValidationRefused("Choose what to record.", field="event")
    if values.pop("fill", "") == "all_passed":
        return _page("details", rows, row, inspection.all_passed(values, None))
    if step not in ("preview", "record"):
        return _page("details", rows, row, values)
    own = _OWN_FORMS.get(row.key)
    reading = own.read(values) if own else read(row.schema, values, recording.find)
    for name in batching.left_out(row):
        reading.errors.pop(name, None)
    at = None
    try:
        at = recording.moment_of(values)
    except ValidationRefused as error:
        reading.errors["occurred_at"] = error.message
    if reading.errors:
        page = _page("details", rows, row, values, reading=reading)
        page.status_code = 422
        return page
    tags = batching.settle(names)
    # What is recorded is what was previewed: the list is carried on as it was settled.
    values["tags"] = "\n".join(tags)
    requests = batching.requests_for(row, values["batch"], tags, reading.details, at)
    if own:
        requests = own.each(requests)
    if step == "preview":
        return _page("preview", rows, row, values, results=batching.trial(requests))
    results = batching.record_all(requests, all_or_none=values.get("together") == "all")
    return _page("result", rows, row, values, results=results)


def _page(
    step: str,
    rows: list[EventType],
    row: EventType | None,
    values: dict[str, str],
    *,
    reading: Reading | None = None,
    refusal: InventoryError | None = None,
    results: list[Result] | None = None,
) -> Response:
    reading = reading or Reading()
    controls = entries(row.schema, leave_out=batching.left_out(row)) if row else []
    fields = {entry.name for entry in controls} | {"when", "day", "moment", "together"}
    if row and row.key in _OWN_FORMS:
        fields |= {name for name in values if name.startswith((inspection.TEST, inspection.LOCK))}
    refused = [each for each in results or () if each.outcome == "refused"]
    done = [each for each in results or () if each.outcome != "refused"]
    page = render_template(
        "machines/batch.html",
        step=step,
        choices=[("", "Choose"), *((each.key, each.verb) for each in rows)],
        row=row,
        bench=_OWN_FORMS[row.key].shown() if row and row.key in _OWN_FORMS else None,
        values=values,
        carried={name: values[name] for name in sorted(fields) if name in values},
        entries=controls,
        errors=reading.errors or ({refusal.field: refusal.message} if refusal and refusal.field else {}),
        candidates={n: [(e.choice, e.choice) for e in c] for n, c in reading.candidates.items()},
        lists=recording.first_choices(controls) if step == "details" else {},
        refusal=refusal if refusal and not refusal.field else None,
        count=len(batching.listed(values.get("tags", ""))),
        zone=settings().time_zone,
        together=values.get("together", "each"),
        done=done,
        already=sum(each.outcome == "already" for each in done),
        after=[(STATUSES[key], n) for key, n in Counter(each.status for each in done).most_common() if key in STATUSES],
        refused=[_told(each) for each in refused[:_SHOWN]],
        refused_count=len(refused),
        refused_lines="\n".join(f"{each.tag}\t{_told(each)['reason']}" for each in refused),
    )
    return Response(page)


def _told(result: Result) -> dict[str, Any]:
    return {"tag": result.tag, "reason": result.refusal.message if result.refusal else "Refused with the others."}


@blueprint.post("/machines/batch/refused.csv")
@requires("view")
def refused_file() -> Response:
    """The refused machines of a result as a file, so that they can be mended and tried again."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["tag", "reason"])
    for line in request.form.get("refused", "").splitlines()[: batching.MOST]:
        tag, _, reason = line.partition("\t")
        # A sheet would run a cell that begins like a formula.
        writer.writerow([f"'{cell}" if cell.startswith(_RISKY) else cell for cell in (tag, reason)])
    return Response(
        out.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="refused.csv"', "X-Content-Type-Options": "nosniff"},
    )
