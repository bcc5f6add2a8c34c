"""Opens requests, changes, closes and withdraws them, each by the client's own key. Never commits."""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.errors import KeyConflict, NotAllowed, NotFound, RuleRefused, ValidationRefused
from inventory.lifecycle.checking import check
from inventory.lifecycle.fields import REQUEST_LENGTH, REQUEST_PREFIX
from inventory.lifecycle.requests import Recorder
from inventory.register.models import Department, Party
from inventory.register.tags import ALPHABET
from inventory.reuse.models import ReuseRequest, ReuseRequestChange
from inventory.reuse.rules import CLOSED, OPEN, STATES, WITHDRAWN
from inventory.reuse.schemas import ERASABLE, Wanted

PERMISSION: Final = "request"
LONGEST_REASON: Final = 500


def find_request(session: Session, uid: str, *, lock: bool = False) -> ReuseRequest:
    """The request with this name. *lock*: until the end of the transaction nobody else changes it."""
    statement = select(ReuseRequest).where(ReuseRequest.uid == uid.strip().upper()[:16].replace("\x00", ""))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(statement)
    if found is None:
        raise NotFound(f"There is no request {uid[:20]!r}.")
    return found


def open_request(
    session: Session, key: str, said: Mapping[str, Any], recorder: Recorder, uid: str | None = None
) -> ReuseRequest:
    """Open a request with the content *said* (`Wanted`). The same key with the same content gives the same request.

    *uid*: the name that it is to bear; by default a new one.
    """
    key = _usable(key, recorder)
    known = session.scalar(select(ReuseRequest).where(ReuseRequest.key == key))
    wanted = _read(said, recorder, known.asked_on if known is not None else None)
    if known is not None:
        line = _line(session, key)
        if line is None or line.said != _lasting(wanted):
            raise KeyConflict("This form already opened another request. Load the page again.", field="key")
        return known
    if _line(session, key) is not None:
        raise KeyConflict("This form already did something else. Load the page again.", field="key")
    request = ReuseRequest(
        uid=uid or _free_name(session),
        key=key,
        state=OPEN,
        opened_at=recorder.now,
        account_id=recorder.account_id,
        **_columns(session, wanted),
    )
    session.add(request)
    session.flush()
    _tell(session, request, key, "opened", _lasting(wanted), recorder)
    return request


def change_request(session: Session, uid: str, key: str, said: Mapping[str, Any], recorder: Recorder) -> ReuseRequest:
    """Let an open request say *said* from now on, the whole of it. Saying what it says already changes nothing."""
    key, request = _usable(key, recorder), find_request(session, uid, lock=True)
    wanted = _read(said, recorder, request.asked_on)
    before = content_of(session, request)
    texts = [name for name in ERASABLE if before.get(name) != wanted.get(name)]
    told = _lasting(wanted)
    if (line := _line(session, key)) is not None:
        earlier = {name: value for name, value in line.said.items() if name != "texts"}
        if (line.request_id, line.action, earlier) != (request.id, "changed", told):
            raise KeyConflict("This form already changed something else. Load the page again.", field="key")
        return request
    _must_be_open(request)
    if told == _lasting(before) and not texts:
        return request
    for name, value in _columns(session, wanted).items():
        setattr(request, name, value)
    _tell(session, request, key, "changed", told | ({"texts": texts} if texts else {}), recorder)
    return request


def close_request(session: Session, uid: str, key: str, reason: str, recorder: Recorder) -> ReuseRequest:
    """Close a request: nothing more is reserved for it. *reason* may be empty, where it was fulfilled."""
    return _end(session, uid, key, CLOSED, reason, recorder)


def withdraw_request(session: Session, uid: str, key: str, reason: str, recorder: Recorder) -> ReuseRequest:
    """Withdraw a request, since whoever asked needs it no longer; a reason is needed."""
    return _end(session, uid, key, WITHDRAWN, reason, recorder)


def _end(session: Session, uid: str, key: str, state: str, reason: str, recorder: Recorder) -> ReuseRequest:
    key, request = _usable(key, recorder), find_request(session, uid, lock=True)
    reason = " ".join(reason.split())
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        raise ValidationRefused(f"A reason has at most {LONGEST_REASON} plain characters.", field="reason")
    if state == WITHDRAWN and not reason:
        raise ValidationRefused("Say why the request is withdrawn.", field="reason")
    if (line := _line(session, key)) is not None:
        if (line.request_id, line.action, request.reason or "") != (request.id, state, reason):
            raise KeyConflict("This form already did something else. Load the page again.", field="key")
        return request
    _must_be_open(request)
    request.state, request.reason = state, reason or None
    request.ended_at, request.ended_by = recorder.now, recorder.account_id
    _tell(session, request, key, state, {}, recorder)
    return request


def erase_texts(session: Session, uid: str, key: str, recorder: Recorder) -> ReuseRequest:
    """Forget contact and note for ever, in whatever state the request is; the rest of it stays."""
    key, request = _usable(key, recorder), find_request(session, uid, lock=True)
    if (line := _line(session, key)) is not None:
        if (line.request_id, line.action) != (request.id, "contact_erased"):
            raise KeyConflict("This form already did something else. Load the page again.", field="key")
        return request
    if request.contact is None and request.note is None:
        return request
    request.contact, request.note, request.erased_at = None, None, recorder.now
    _tell(session, request, key, "contact_erased", {}, recorder)
    return request


def content_of(session: Session, request: ReuseRequest) -> dict[str, Any]:
    """What the request says, in the shape of `Wanted`."""
    department = session.get(Department, request.department_id) if request.department_id else None
    partner = session.get(Party, request.party_id) if request.party_id else None
    told = {
        "department": department.code if department else None,
        "partner": partner.uid if partner else None,
        "kinds": list(request.kinds),
        "number": request.number,
        "least": request.least,
        "needed_by": request.needed_by.isoformat() if request.needed_by else None,
        "asked_on": request.asked_on.isoformat(),
        "contact": request.contact,
        "note": request.note,
    }
    return {name: value for name, value in told.items() if value is not None}


def _usable(key: str, recorder: Recorder) -> str:
    if PERMISSION not in recorder.permissions:
        raise NotAllowed("Your role may not open or change requests.")
    key = key.strip()
    if not 1 <= len(key) <= 80 or not key.isprintable() or not key.isascii():
        raise ValidationRefused(
            "The form came without its key. Load the page again and send it once more.", field="key"
        )
    return key


def _read(said: Mapping[str, Any], recorder: Recorder, asked_on: date | None) -> dict[str, Any]:
    """*said*, checked; a day of asking that is not told is the one known, or today."""
    wanted = check(Wanted, dict(said), what="Request")
    today = recorder.now.astimezone(recorder.settings.zone).date()
    wanted.setdefault("asked_on", (asked_on or today).isoformat())
    if ("department" in wanted) == ("partner" in wanted):
        raise ValidationRefused("Say who asks: one department, or one partner.", field="asker")
    if wanted["asked_on"] > today.isoformat():
        raise ValidationRefused("It cannot have been asked for in the future.", field="asked_on")
    if wanted.get("needed_by", "9999") < wanted["asked_on"]:
        raise ValidationRefused("It is needed before it was asked for; look at the two days again.", field="needed_by")
    return wanted


def _columns(session: Session, wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "department_id": _department(session, wanted["department"]) if "department" in wanted else None,
        "party_id": _partner(session, wanted["partner"]) if "partner" in wanted else None,
        "kinds": wanted["kinds"],
        "number": wanted["number"],
        "needed_by": date.fromisoformat(wanted["needed_by"]) if "needed_by" in wanted else None,
        "asked_on": date.fromisoformat(wanted["asked_on"]),
        **{name: wanted.get(name) for name in ("least", *ERASABLE)},
    }


def _department(session: Session, code: str) -> int:
    found = session.scalar(select(Department.id).where(Department.code == code))
    if found is None:
        raise ValidationRefused(f"There is no department {code!r}.", field="department")
    return found


def _partner(session: Session, uid: str) -> int:
    found = session.scalar(select(Party.id).where(Party.uid == uid, Party.role == "partner", Party.erased_at.is_(None)))
    if found is None:
        raise ValidationRefused(
            f"There is no partner {uid!r}; a request comes from a department or from a partner.", field="partner"
        )
    return found


def _lasting(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What may stand in the history for ever."""
    return {name: value for name, value in wanted.items() if name not in ERASABLE}


def _must_be_open(request: ReuseRequest) -> None:
    if request.state != OPEN:
        raise RuleRefused(
            f"The request {request.uid} is {STATES[request.state].lower()}; it does not change any more. "
            "Open a new one."
        )


def _line(session: Session, key: str) -> ReuseRequestChange | None:
    return session.scalar(select(ReuseRequestChange).where(ReuseRequestChange.key == key))


def _tell(
    session: Session, request: ReuseRequest, key: str, action: str, said: dict[str, Any], recorder: Recorder
) -> None:
    session.add(
        ReuseRequestChange(
            request_id=request.id,
            key=key,
            action=action,
            said=said,
            account_id=recorder.account_id,
            at=recorder.now,
        )
    )
    session.flush()


def _free_name(session: Session) -> str:
    while True:
        uid = REQUEST_PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(REQUEST_LENGTH))
        if session.scalar(select(ReuseRequest.id).where(ReuseRequest.uid == uid)) is None:
            return uid
