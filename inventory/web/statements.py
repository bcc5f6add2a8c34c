"""The form for drives that were shredded here, or done by a contractor whose certificate is attached."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from inventory.db import write
from inventory.errors import InventoryError, ValidationRefused
from inventory.lifecycle.counting import local_day
from inventory.lifecycle.details import VERIFICATIONS
from inventory.reading.documents import Document
from inventory.sanitisation.judging import VERDICTS
from inventory.sanitisation.receiving import Received
from inventory.sanitisation.standings import STANDINGS
from inventory.sanitisation.statements import Statement, state
from inventory.sanitisation.techniques import NONE, TECHNIQUES, most_claimable
from inventory.web._evidence import ICONS
from inventory.web._shell import client_key, recorder, requires, session, settings

blueprint = Blueprint("web_statements", __name__, url_prefix="/sanitisation")


@blueprint.route("/statement", methods=["GET", "POST"])
@requires("sanitise")
def statement() -> AnyResponse:
    """State what was done to several drives."""
    values = request.form.to_dict() if request.method == "POST" else {}
    values.setdefault("key", client_key())
    values.setdefault("technique", "shred")
    values.setdefault("verification", "status")
    values.setdefault("ended", local_day(recorder().now, settings()).isoformat())
    received: Received | None = None
    refusal: InventoryError | None = None
    if request.method == "POST":
        try:
            asked, who = _asked(), recorder()
            received = write(session(), lambda db: state(db, asked, who))
        except InventoryError as error:
            session().rollback()
            refusal = error
    page = render_template(
        "sanitisation/statement.html",
        values=values,
        errors={refusal.field: refusal.message} if refusal and refusal.field else {},
        refusal=refusal if refusal and not refusal.field else None,
        received=received,
        techniques=[(row.key, row.label) for row in TECHNIQUES.values() if most_claimable(row, None) != NONE],
        verifications=list(VERIFICATIONS.items()),
        verdicts=VERDICTS,
        standings=STANDINGS,
        icons=ICONS,
    )
    return Response(page, refusal.status if refusal else 200)


def _asked() -> Statement:
    form = request.form
    texts: dict[str, Any] = {
        name: form.get(name, "")[:500]
        for name in ("performed_by", "performed_org", "tool", "certificate_no", "destination", "confidentiality_before")
    }
    try:
        ended = date.fromisoformat(form.get("ended", ""))
    except ValueError:
        raise ValidationRefused("Say on which day it was done.", field="ended") from None
    verification = form.get("verification", "status")
    if verification not in VERIFICATIONS:
        raise ValidationRefused("Say how it was verified.", field="verification")
    sent = request.files.get("file")
    document = Document(str(sent.filename), sent.read()) if sent is not None and sent.filename else None
    return Statement(
        key=form.get("key", "")[:100],
        serials=form.get("serials", "")[:100_000].splitlines(),
        technique=form.get("technique", ""),
        ended=ended,
        verification=verification,
        confirmed=bool(form.get("confirmed")),
        document=document,
        **texts,
    )
