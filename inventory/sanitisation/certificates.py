"""Certificates of sanitisation: one per machine with every drive in it, and whether one still holds.

The fields are those of NIST SP 800-88 Rev. 2, section 4.6 and appendix C. People stand in a certificate by their
account's id, as in the ledger.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.accounts.models import Account
from inventory.errors import KeyConflict, NotAllowed, NotFound, RuleRefused, ValidationRefused
from inventory.lifecycle.canonical import encode, moment
from inventory.lifecycle.loading import load_lines
from inventory.lifecycle.requests import Recorder
from inventory.lifecycle.rules import replay
from inventory.lifecycle.state import FittedDrive, Line, State
from inventory.register.models import Asset
from inventory.register.queries import resolve
from inventory.register.statuses import ON_SITE
from inventory.sanitisation.models import ErasureRecord, ErasureReport, SanitisationCertificate
from inventory.sanitisation.receiving import plain
from inventory.sanitisation.rules import drive_name, reasons_unclean
from inventory.sanitisation.standings import VALIDATE

VERSION: Final = 1
"""Of the form of the content."""
_TOKEN = re.compile(r"[A-Z2-7]{32}")
_USED: Final = frozenset({"deployed", "redeployed", "reassigned", "reported_missing", "written_off"})
_CHANGED: Final = frozenset({"part_fitted", "part_removed", "sanitisation_failed", "merged"})
STANDINGS: Final = {
    "current": "This certificate is genuine and current.",
    "superseded": "This certificate is genuine, and no longer current: the machine was used, or its drives changed, "
    "since it was issued, or a newer certificate was issued.",
    "voided": "This certificate was genuine, and has been declared void.",
    "altered": "This certificate cannot be confirmed: what is on record no longer fits its hash.",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a certificate still holds: a key of STANDINGS, and why it does not, in words for those who may see."""

    key: str
    why: str = ""


def issue(session: Session, tag: str, key: str, recorder: Recorder) -> SanitisationCertificate:
    """Issue the certificate of the machine *tag*; the same *key* answers with the one already there.

    RuleRefused where a drive is not clean, or was never wiped; there is nothing to certify of a machine without one.
    """
    if VALIDATE not in recorder.permissions:
        raise NotAllowed("Your role may not issue certificates of sanitisation.")
    if not 1 <= len(key) <= 80 or not key.isascii() or not key.isprintable():
        raise ValidationRefused("Each certificate needs a key of its own, of 1 to 80 plain characters.", field="key")
    found = resolve(session, tag, recorder.settings)
    if found.asset_id is None or found.tag is None:
        raise NotFound(f"No one machine answers to {tag[:64]}.", field="tag")
    known = session.scalar(select(SanitisationCertificate).where(SanitisationCertificate.key == key))
    if known is not None:
        if known.asset_id != found.asset_id:
            raise KeyConflict(f"The key {key} was used for the certificate of another machine.", field="key")
        return known
    # The machine's row is locked, so that no line comes between what is looked at and what is certified.
    asset = session.scalars(
        select(Asset).where(Asset.id == found.asset_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    lines = _standing_lines(session, asset.id)
    state = replay(lines)
    _must_be_certifiable(state, recorder)
    content = _content(session, asset, state, lines, recorder)
    certificate = SanitisationCertificate(
        key=key,
        number=f"wait-{secrets.token_hex(6)}",
        token=base64.b32encode(secrets.token_bytes(20)).decode(),
        asset_id=asset.id,
        sequence=asset.sequence,
        content=content,
        sha256="",
        issued_at=recorder.now,
        issued_by=recorder.account_id,
    )
    session.add(certificate)
    session.flush()
    year = recorder.now.astimezone(recorder.settings.zone).year
    certificate.number = f"CS-{year}-{certificate.id:06d}"
    certificate.content = content | {"number": certificate.number}
    certificate.sha256 = digest_of(certificate.content)
    session.flush()
    return certificate


def digest_of(content: dict[str, Any]) -> str:
    """The hash that is printed: of the content in its canonical form."""
    return hashlib.sha256(encode(content)).hexdigest()


def _standing_lines(session: Session, asset_id: int) -> list[Line]:
    return [line for line, _ in load_lines(session, [asset_id])[asset_id]]


def _must_be_certifiable(state: State, recorder: Recorder) -> None:
    if state.status not in ON_SITE:
        raise RuleRefused(
            f"{state.tag} is not on site; its certificate is issued before it leaves.", present_status=state.status
        )
    if reasons := reasons_unclean(state, recorder.settings.zone):
        raise RuleRefused(f"{state.tag} cannot be certified: {'; '.join(reasons)}.", present_status=state.status)
    if not state.drives:
        raise RuleRefused(f"{state.tag} has no drive on record, so there is no medium to certify.")
    if bare := [drive_name(each) for each in state.drives.values() if each.wiped_at is None]:
        raise RuleRefused(f"{state.tag} cannot be certified: drive {', '.join(bare)} was never wiped, only never used.")


def _content(session: Session, asset: Asset, state: State, lines: Sequence[Line], recorder: Recorder) -> dict[str, Any]:
    proofs = {uid: _proof(uid, lines) for uid in state.drives}
    keys = [line.key for line, _ in proofs.values()]
    rows = session.execute(
        select(ErasureRecord, ErasureReport.sha256)
        .join(ErasureReport, ErasureReport.id == ErasureRecord.report_id)
        .where(ErasureRecord.event_key.in_(keys))
    )
    records = {(record.event_key, record.part_uid): (record, sha256) for record, sha256 in rows}
    people = _uids(session, [record for record, _ in records.values()])
    serials = [
        each["value"] for each in state.facts.get("identifiers", ()) if each["type"] in ("serial", "service_tag")
    ]
    return {
        "version": VERSION,
        "institution": recorder.settings.institution,
        "issued_at": moment(recorder.now),
        "issued_by": recorder.actor,
        "machine": {
            "tag": state.tag,
            "kind": state.kind,
            "manufacturer": asset.manufacturer,
            "model": asset.model,
            "serial": serials[0] if serials else None,
        },
        "drives": [
            _drive(drive, *proofs[uid], records.get((proofs[uid][0].key, uid)), people)
            for uid, drive in sorted(state.drives.items())
        ],
    }


def _proof(uid: str, lines: Sequence[Line]) -> tuple[Line, dict[str, Any]]:
    """The standing line that last wiped the drive *uid*, and what it says of it."""
    voided = {line.voids for line in lines if line.voids}
    told = [
        (line, drive)
        for line in lines
        if line.kind == "sanitised" and line.key not in voided
        for drive in line.details["drives"]
        if drive["uid"] == uid
    ]
    return max(told, key=lambda each: (each[0].occurred_at, each[0].sequence))


def _uids(session: Session, records: Sequence[ErasureRecord]) -> dict[int, str]:
    wanted = {number for each in records for number in (each.verified_by, each.validated_by) if number}
    return dict(session.execute(select(Account.id, Account.uid).where(Account.id.in_(wanted))).all()) if wanted else {}


def _drive(
    drive: FittedDrive,
    line: Line,
    claim: dict[str, Any],
    kept: tuple[ErasureRecord, str] | None,
    people: dict[int, str],
) -> dict[str, Any]:
    told = {
        "uid": drive.uid,
        "event": line.key,
        "serial": drive.details.get("serial"),
        "manufacturer": drive.details.get("manufacturer"),
        "model": drive.details.get("model"),
        "medium": drive.details.get("medium"),
        "capacity_bytes": drive.details.get("capacity_bytes"),
        "method": claim["method"],
        "technique": claim.get("technique"),
        "tool": claim.get("tool"),
        "verification": claim.get("verification"),
        "evidence": claim.get("evidence"),
        "marks": claim.get("warnings"),
        "ended_at": moment(line.occurred_at),
        "precision": line.precision,
        "sanitised_by": line.actor,
    }
    if kept is not None:
        record, sha256 = kept
        told |= {
            "pattern": record.pattern,
            "report": sha256,
            "confidentiality_before": record.confidentiality_before,
            "performed_by": record.performed_by,
            "performed_org": record.performed_org,
            "destination": record.destination,
            "certificate_no": record.certificate_no,
            "verified_by": people.get(record.verified_by or 0),
            "verified_at": moment(record.verified_at) if record.verified_at else None,
            "validated_by": people.get(record.validated_by or 0),
            "validated_at": moment(record.validated_at) if record.validated_at else None,
        }
    return told


def void(session: Session, number: str, reason: str, recorder: Recorder) -> SanitisationCertificate:
    """Declare a certificate void, with a reason; once more changes nothing."""
    if VALIDATE not in recorder.permissions:
        raise NotAllowed("Your role may not declare certificates void.")
    told = plain(reason, 500)
    if not told:
        raise ValidationRefused("Say why the certificate is void.", field="reason")
    certificate = named(session, number)
    if certificate.voided_at is None:
        certificate.voided_at, certificate.voided_by, certificate.void_reason = recorder.now, recorder.account_id, told
        session.flush()
    return certificate


def named(session: Session, number: str) -> SanitisationCertificate:
    """The certificate with this number."""
    found = session.scalar(select(SanitisationCertificate).where(SanitisationCertificate.number == plain(number, 24)))
    if found is None:
        raise NotFound("There is no such certificate.")
    return found


def of_machine(session: Session, asset_id: int) -> list[SanitisationCertificate]:
    """The certificates of one machine, newest first."""
    return list(
        session.scalars(
            select(SanitisationCertificate)
            .where(SanitisationCertificate.asset_id == asset_id)
            .order_by(SanitisationCertificate.id.desc())
            .limit(50)
        )
    )


def by_token(session: Session, token: str) -> SanitisationCertificate | None:
    """The certificate whose public address ends in *token*; what cannot be a token is not looked up."""
    plain_token = token.upper()
    if not _TOKEN.fullmatch(plain_token):
        return None
    return session.scalar(select(SanitisationCertificate).where(SanitisationCertificate.token == plain_token))


def standing(session: Session, certificate: SanitisationCertificate) -> Standing:
    """Whether *certificate* still holds; two statements.

    It goes on holding where the machine was handed over: a period of use of ours ends it, not the new owner's.
    """
    newer = session.scalar(
        select(SanitisationCertificate.number)
        .where(
            SanitisationCertificate.asset_id == certificate.asset_id,
            SanitisationCertificate.id > certificate.id,
            SanitisationCertificate.voided_at.is_(None),
        )
        .limit(1)
    )
    return _standing(certificate, newer, _standing_lines(session, certificate.asset_id))


def standings_of(session: Session, asset_id: int) -> list[tuple[SanitisationCertificate, Standing]]:
    """The certificates of one machine, newest first, each with whether it still holds; two statements."""
    rows = of_machine(session, asset_id)
    lines = _standing_lines(session, asset_id) if rows else []
    told: list[tuple[SanitisationCertificate, Standing]] = []
    newer: str | None = None
    for each in rows:
        told.append((each, _standing(each, newer, lines)))
        if each.voided_at is None:
            newer = newer or each.number
    return told


def _standing(certificate: SanitisationCertificate, newer: str | None, lines: Sequence[Line]) -> Standing:
    if digest_of(certificate.content) != certificate.sha256:
        return Standing("altered", "What is on record does not fit its hash.")
    if certificate.voided_at is not None:
        return Standing("voided", certificate.void_reason or "")
    if newer is not None:
        return Standing("superseded", f"The newer certificate {newer} takes its place.")
    return judge(certificate.content, certificate.sequence, lines)


def judge(content: dict[str, Any], sequence: int, lines: Sequence[Line]) -> Standing:
    """Whether what was certified up to line *sequence* still holds after all of *lines*."""
    voided = {line.voids for line in lines if line.voids}
    for drive in content["drives"]:
        if drive["event"] in voided:
            return Standing("superseded", "The line of the ledger on which it rests was corrected.")
    since = [line for line in lines if line.sequence > sequence and line.key not in voided]
    for line in since:
        if line.kind in _USED or (line.kind == "returned" and "second_life" in line.details):
            return Standing("superseded", "The machine was used since.")
        if line.kind in _CHANGED:
            return Standing("superseded", "Its drives changed, or a wipe failed, since.")
    return Standing("current")
