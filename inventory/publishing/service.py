"""Publishes: freezes a report as a statement, restates one, and records what is decided about it."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.db import storable
from inventory.errors import KeyConflict, NotAllowed, NotFound, RuleRefused, ValidationRefused
from inventory.lifecycle.canonical import moment
from inventory.lifecycle.counting import local_day
from inventory.lifecycle.requests import Recorder
from inventory.publishing.chains import Chains, chains_at, lines_by
from inventory.publishing.frozen import (
    VERSION,
    digest_of,
    figures_of,
    first_figure,
    pinned_settings,
    with_pinned,
)
from inventory.publishing.lasting import lasting
from inventory.publishing.models import Statement, StatementAct
from inventory.register.models import Department
from inventory.register.queries import subtree
from inventory.reports._base import report_type, run
from inventory.reports._query import UNKNOWN_DEPARTMENT, Query, read_query
from inventory.reports._render import to_dict

PUBLISH: Final = "publish"
"""The permission, in the table of `accounts.permissions`."""
LONGEST: Final = {"title": 160, "note": 1_000, "reason": 500, "key": 80}
_UID = re.compile(r"[0-9a-f]{32}")
ACTS: Final = {
    "public": "shown on the public page",
    "private": "taken off the public page",
    "withdrawn": "withdrawn",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be published. ``headline`` names the figure that stands large (empty: the report's own).

    ``restates``: uid of the statement that this one corrects, with the ``reason``; its question is taken from there.
    """

    key: str
    report: str = ""
    query: Query = field(default_factory=Query)
    title: str = ""
    note: str = ""
    headline: str = ""
    public: bool = False
    restates: str = ""
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """What tells one request from another under the same key."""
        told = {name: getattr(self, name) for name in ("report", "title", "note", "headline", "restates", "reason")}
        return told | {"query": self.query.to_args()}


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that was worked out and is not published yet; ``known`` if this very request already was."""

    ask: Ask
    content: dict[str, Any]
    as_at: datetime
    chains: Chains | None = None
    known: Statement | None = None


def prepare(session: Session, ask: Ask, recorder: Recorder) -> Draft:
    """Work out what is to be frozen. Reads only, so that nobody who records has to wait for it.

    The question is pinned: an open as-at becomes now, an open end the day of it.
    """
    if PUBLISH not in recorder.permissions:
        raise NotAllowed("Your role may not publish figures.")
    ask = _cleaned(ask)
    if not 1 <= len(ask.key) <= LONGEST["key"] or not ask.key.isascii() or not ask.key.isprintable():
        raise ValidationRefused("Each statement needs a key of its own, of 1 to 80 plain characters.", field="key")
    known = session.scalar(select(Statement).where(Statement.key == ask.key))
    if known is not None:
        if known.content["asked"] != ask.as_dict():
            raise KeyConflict("This key was already used to publish something else.", field="key")
        return Draft(ask, known.content, known.as_at, known=known)
    settings, restated = recorder.settings, None
    key, query = ask.report, ask.query
    if ask.restates:
        restated = _restatable(session, ask)
        settings = with_pinned(settings, restated.content["settings"])
        key, query = restated.content["report"]["report"], replace(pinned_query(restated, settings), as_at=None)
    report_type(key)
    query = pinned(query, recorder.now, settings)
    report = lasting(run(key, session, query, settings))
    # The sets of factors that were in force are named, so that newer ones do not take their place.
    factors = tuple(each.key for each in report.factors)
    told = to_dict(replace(report, query=replace(report.query, factors=factors)))
    headline = ask.headline or (restated.content["headline"] if restated else None) or first_figure(told)
    if ask.headline and headline not in figures_of(told):
        raise ValidationRefused("The report has no such figure to stand large; choose one of it.", field="headline")
    as_at = query.as_at or recorder.now
    chains = chains_at(session, as_at)
    content = {
        "version": VERSION,
        "institution": recorder.settings.institution,
        "title": ask.title or (restated.content["title"] if restated else told["title"]),
        "note": ask.note,
        "headline": headline,
        "report": told,
        "settings": pinned_settings(settings),
        "factors": list(factors),
        "departments": departments_under(session, query.department, query.as_at),
        "ledger": {"digest": chains.digest, "machines": chains.machines, "lines": chains.lines},
        "restates": ask.restates or None,
        "reason": ask.reason or None,
        "asked": ask.as_dict(),
    }
    return Draft(ask, content, as_at, chains)


def pinned(query: Query, now: datetime, settings: Settings) -> Query:
    """*query* so that it has one answer for ever: with the moment as at which, and with its last day."""
    if query.as_at is not None and query.as_at > now:
        raise ValidationRefused("The moment as at which it is published lies in the future.", field="as_at")
    query = replace(query, as_at=query.as_at or now)
    if query.year is None and query.to is None:
        query = replace(query, to=local_day(query.as_at or now, settings))
    return query


def publish(session: Session, draft: Draft, recorder: Recorder) -> Statement:
    """Freeze *draft*. The same key with the same request answers with the statement already there.

    RuleRefused when somebody recorded, with an earlier time, while the figures were worked out.
    """
    ask = draft.ask
    known = draft.known or session.scalar(select(Statement).where(Statement.key == ask.key))
    if known is not None:
        if known.content["asked"] != ask.as_dict():
            raise KeyConflict("This key was already used to publish something else.", field="key")
        return known
    if session.get_bind().dialect.name == "postgresql":
        # Waits for those who are recording now, and lets nobody begin; on SQLite the write lock does both.
        session.execute(text("LOCK TABLE lifecycle_event IN SHARE MODE"))
    if draft.chains is None or lines_by(session, draft.as_at) != draft.chains.lines:
        raise RuleRefused(
            "Somebody recorded events while the figures were worked out, so they are no longer whole. Publish again."
        )
    restated = _restatable(session, ask) if ask.restates else None
    uid = secrets.token_hex(16)
    content = draft.content | {
        "uid": uid,
        "published_at": moment(recorder.now),
        "published_by": recorder.actor,
    }
    statement = Statement(
        uid=uid,
        key=ask.key,
        content=content,
        digest=digest_of(content),
        account_id=recorder.account_id,
        published_at=recorder.now,
        as_at=draft.as_at,
        restates_id=restated.id if restated else None,
        public=False,
    )
    session.add(statement)
    session.flush()
    # What restates a number that is in public must stand beside it there.
    if ask.public or (restated is not None and restated.public):
        show(session, uid, True, recorder)
    return statement


def show(session: Session, uid: str, public: bool, recorder: Recorder) -> Statement:
    """Put a statement on the public page, or take it off; asked twice it changes nothing."""
    statement = _decide(session, uid, recorder)
    if statement.withdrawn_at is not None and public:
        raise RuleRefused("A statement that was withdrawn cannot be put on the public page.")
    if statement.public != public:
        statement.public = public
        _act(session, statement, "public" if public else "private", recorder)
    return statement


def withdraw(session: Session, uid: str, reason: str, recorder: Recorder) -> Statement:
    """Declare that a statement should not be relied on; it stays readable and says so. Once more changes nothing."""
    statement = _decide(session, uid, recorder)
    told = _text(reason, "reason", many_lines=False)
    if not told:
        raise ValidationRefused("Say why the statement is withdrawn.", field="reason")
    if statement.withdrawn_at is None:
        statement.withdrawn_at, statement.withdrawn_because = recorder.now, told
        _act(session, statement, "withdrawn", recorder)
    return statement


def find_statement(session: Session, uid: str) -> Statement:
    """The statement with this public id, or a refusal."""
    found = session.scalar(select(Statement).where(Statement.uid == uid)) if _UID.fullmatch(uid) else None
    if found is None:
        raise NotFound("There is no such statement.")
    return found


def departments_under(session: Session, code: str, as_at: datetime | None) -> list[str]:
    """Codes of the department *code* and of all below it, as they were at that moment."""
    if not code or code == UNKNOWN_DEPARTMENT:
        return []
    wanted = select(Department.code).where(Department.id.in_(subtree(code, as_at))).order_by(Department.code)
    return list(session.scalars(wanted))


def pinned_query(statement: Statement, settings: Settings) -> Query:
    """The question of *statement* as it was pinned; *settings* are those that were frozen with it."""
    args: Mapping[str, Any] = statement.content["report"]["query"]
    return read_query(args, settings)


def _decide(session: Session, uid: str, recorder: Recorder) -> Statement:
    if PUBLISH not in recorder.permissions:
        raise NotAllowed("Your role may not decide about published figures.")
    return find_statement(session, uid)


def _act(session: Session, statement: Statement, act: str, recorder: Recorder) -> None:
    session.add(StatementAct(statement_id=statement.id, act=act, account_id=recorder.account_id, at=recorder.now))
    session.flush()


def _restatable(session: Session, ask: Ask) -> Statement:
    statement = find_statement(session, ask.restates)
    if not ask.reason:
        raise ValidationRefused("Say why the figures are restated.", field="reason")
    newer = session.scalar(select(Statement).where(Statement.restates_id == statement.id))
    if newer is not None:
        raise RuleRefused("This statement was restated already; restate the newest one.", field="restates")
    return statement


def _cleaned(ask: Ask) -> Ask:
    return replace(
        ask,
        title=_text(ask.title, "title", many_lines=False),
        note=_text(ask.note, "note", many_lines=True),
        reason=_text(ask.reason, "reason", many_lines=False),
        headline=ask.headline if storable(ask.headline) else "?",
    )


def _text(given: str, field: str, *, many_lines: bool) -> str:
    """Words of a person without what cannot be printed; too long is refused."""
    kept = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in given if storable(sign))
    lines = [" ".join(line.split()) for line in kept.split("\n")]
    found = ("\n" if many_lines else " ").join(line for line in lines if line)
    if len(found) > LONGEST[field]:
        raise ValidationRefused(f"The {field} has {len(found)} characters; at most {LONGEST[field]}.", field=field)
    return found
