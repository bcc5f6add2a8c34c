"""The desk brings in the scans of a device that cannot send them itself."""

from collections import Counter
from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import InventoryError, ValidationRefused
from inventory.scanning.models import TO_SETTLE
from inventory.scanning.receiving import Received, receive
from inventory.scanning.schemas import MOST_SCANS, read_queue
from inventory.web._shell import account, recorder, requires, session
from inventory.web.scan_sync import handlers

blueprint = Blueprint("web_scan_import", __name__)

MOST_BYTES: Final = 16 * 1024 * 1024
_SHOWN: Final = 50
_OUTCOMES: Final = {
    "recorded": "recorded",
    "already": "on record already",
    "duplicate": "scanned twice, not doubled",
    "undone": "taken back",
    TO_SETTLE: "to settle",
    "set_aside": "set aside before",
}


@blueprint.get("/scan/import")
@requires("record")
def index() -> AnyResponse:
    """The way in."""
    return Response(render_template("scan/import.html", most=MOST_BYTES // 2**20, refusal=None, counts=None))


@blueprint.post("/scan/import")
@requires("record")
def take() -> AnyResponse:
    """Take the file's scans in, all in one transaction; a file that was taken before changes nothing."""
    try:
        results = _take()
    except InventoryError as error:
        session().rollback()
        page = render_template("scan/import.html", most=MOST_BYTES // 2**20, refusal=error, counts=None)
        return Response(page, error.status)
    counts = Counter(each.answer.outcome for each in results)
    waits = [each for each in results if each.answer.outcome == TO_SETTLE]
    page = render_template(
        "scan/import.html",
        most=MOST_BYTES // 2**20,
        refusal=None,
        counts=[(_OUTCOMES.get(name, name), number) for name, number in counts.most_common()],
        total=len(results),
        waits=[each.answer for each in waits[:_SHOWN]],
        more=max(0, len(waits) - _SHOWN),
    )
    return Response(page)


def _take() -> list[Received]:
    given = request.files.get("file")
    if given is None or not given.filename:
        raise ValidationRefused("Choose the file that the phone exported.", field="file")
    body = given.stream.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise ValidationRefused(f"The file is larger than {MOST_BYTES // 2**20} MiB.", field="file")
    owner = account().uid

    def work(db: Session) -> list[Received]:
        scans = read_queue(body, owner, datetime.now(UTC))
        found: list[Received] = []
        for start in range(0, len(scans), MOST_SCANS):
            found += receive(db, scans[start : start + MOST_SCANS], recorder(), handlers())
        return found

    return write(session(), work)
