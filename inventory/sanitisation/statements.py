"""What a person states of drives: shredded here, or done by a contractor whose certificate is attached."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.errors import KeyConflict, NotAllowed, ValidationRefused
from inventory.lifecycle.canonical import encode
from inventory.lifecycle.counting import local_day
from inventory.lifecycle.requests import Recorder
from inventory.reading.documents import LARGEST, Document
from inventory.sanitisation.findings import ErasureFound, ErasuresFound
from inventory.sanitisation.models import ErasureRecord, ErasureReport
from inventory.sanitisation.receiving import Received, add_records, keep, plain, verdict_of
from inventory.sanitisation.standings import SANITISE
from inventory.sanitisation.techniques import TECHNIQUES

STATEMENT: Final = "statement"
"""Format of what was stated without a file."""
CERTIFICATE: Final = "certificate"
"""Format of a contractor's certificate that was attached."""
MOST_SERIALS: Final = 500


@dataclass(frozen=True, slots=True)
class Statement:
    """What a form says of several drives. ``confirmed``: the statement that they were done after their last use.

    ``document``: the certificate (PDF) as it came; without one, what was stated is itself kept as the report.
    """

    key: str
    serials: Sequence[str]
    technique: str
    ended: date
    verification: str = "status"
    performed_by: str = ""
    performed_org: str = ""
    tool: str = ""
    certificate_no: str = ""
    destination: str = ""
    confidentiality_before: str = ""
    confirmed: bool = False
    document: Document | None = None


def _checked(asked: Statement, recorder: Recorder) -> list[str]:
    serials = list(dict.fromkeys(found for each in asked.serials if (found := plain(each, 128))))
    if not 1 <= len(asked.key) <= 80 or not asked.key.isascii():
        raise ValidationRefused("Each statement needs a key of its own, of 1 to 80 plain characters.", field="key")
    if not serials:
        raise ValidationRefused("Name the drives by their serial numbers, one on each line.", field="serials")
    if len(serials) > MOST_SERIALS:
        raise ValidationRefused(f"At most {MOST_SERIALS} drives are stated at once.", field="serials")
    if asked.technique not in TECHNIQUES:
        raise ValidationRefused("Choose what was done to the drives.", field="technique")
    if not plain(asked.performed_by, 255):
        raise ValidationRefused("Say who did it: a name, and a title if there is one.", field="performed_by")
    if asked.ended > local_day(recorder.now, recorder.settings):
        raise ValidationRefused("The day lies in the future.", field="ended")
    if asked.document is not None:
        if not asked.document.content.startswith(b"%PDF-"):
            raise ValidationRefused(f"{asked.document.name} is no PDF. Attach the certificate as a PDF.", field="file")
        if len(asked.document.content) > LARGEST:
            raise ValidationRefused(f"{asked.document.name} is larger than {LARGEST // 2**20} MiB.", field="file")
        if not plain(asked.performed_org, 255):
            raise ValidationRefused("Say which firm issued the certificate.", field="performed_org")
    return serials


def state(session: Session, asked: Statement, recorder: Recorder) -> Received:
    """Keep a statement, one record per drive; they wait for acceptance like any other evidence.

    The same statement once more changes nothing. The same certificate may be brought again with further drives.
    """
    if SANITISE not in recorder.permissions:
        raise NotAllowed("Your role may not record that drives were wiped or destroyed.")
    serials = _checked(asked, recorder)
    document = asked.document or Document("statement", _written(asked, serials, recorder))
    found = ErasuresFound(
        reader=STATEMENT,
        tool=plain(asked.tool, 120) or plain(asked.performed_org, 120) or "stated by a person",
        erasures=tuple(_stated(asked, each) for each in serials),
    )
    report = session.scalar(select(ErasureReport).where(ErasureReport.sha256 == document.sha256))
    first = 0
    if report is None:
        report = keep(session, document, found, recorder, CERTIFICATE if asked.document else STATEMENT)
    elif report.format not in (CERTIFICATE, STATEMENT):
        raise KeyConflict(f"{document.name} is on record as another kind of report.")
    else:
        known = set(session.scalars(select(ErasureRecord.serial).where(ErasureRecord.report_id == report.id)))
        first = int(session.scalar(select(func.count()).where(ErasureRecord.report_id == report.id)) or 0)
        found = replace(found, erasures=tuple(each for each in found.erasures if each.serial not in known))
    more = {
        "performed_by": plain(asked.performed_by, 255),
        "performed_org": plain(asked.performed_org, 255),
        "destination": plain(asked.destination, 255),
        "certificate_no": plain(asked.certificate_no, 120),
        "confidentiality_before": plain(asked.confidentiality_before, 60),
    }
    records = add_records(session, report, found, recorder, first=first, left=True, more=more)
    for record in records:
        record.found = record.found | {"confirmed_after_use": asked.confirmed}
        if record.quarantine and record.part_uid and record.asset_id is None and record.method == "destroy":
            # Taken out of its machine and destroyed: there is no machine left to say it of.
            record.standing, record.quarantine = "waiting", None
    session.flush()
    every = session.scalars(
        select(ErasureRecord)
        .where(ErasureRecord.report_id == report.id, ErasureRecord.serial.in_(serials))
        .order_by(ErasureRecord.number)
    )
    outcome = "recorded" if records else "already"
    return Received(
        document.name, report.sha256, outcome, report.format, report.uid, [verdict_of(each) for each in every]
    )


def _stated(asked: Statement, serial: str) -> ErasureFound:
    return ErasureFound(
        serial=serial,
        technique=asked.technique,
        pattern=TECHNIQUES[asked.technique].label,
        status="erased",
        ended_at=datetime.combine(asked.ended, time()),
        ended_precision="day",
        pass_errors=0,
        verify_errors=0,
        sync_errors=0,
        hidden_area="n/a",
        verification=asked.verification,
    )


def _written(asked: Statement, serials: list[str], recorder: Recorder) -> bytes:
    """The statement as the bytes that are kept: who stated what, under the form's own key."""
    said = {
        "key": asked.key,
        "stated_by": recorder.actor,
        "drives": serials,
        "technique": asked.technique,
        "ended": asked.ended.isoformat(),
        "verification": asked.verification,
        "performed_by": plain(asked.performed_by, 255),
        "performed_org": plain(asked.performed_org, 255),
        "tool": plain(asked.tool, 120),
        "certificate_no": plain(asked.certificate_no, 120),
        "destination": plain(asked.destination, 255),
        "confidentiality_before": plain(asked.confidentiality_before, 60),
        "confirmed_after_use": asked.confirmed,
    }
    return encode(said)
