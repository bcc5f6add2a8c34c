"""Reads our own whole export back into an empty register: every record in order, and the ledger verified."""

import base64
import binascii
import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from inventory.accounts.models import Account, SavedView
from inventory.accounts.permissions import ROLES
from inventory.config import Settings
from inventory.errors import RuleRefused, ValidationRefused
from inventory.i18n import mark
from inventory.lifecycle.models import LifecycleEvent, ProjectionBasis
from inventory.lifecycle.restore import History, restore_histories
from inventory.lifecycle.upkeep import basis, remember_basis
from inventory.register.models import (
    Asset,
    BlankTag,
    Department,
    Location,
    Part,
    Party,
    Photo,
    TagSeries,
)
from inventory.register.tags import normalise

from . import own_cells as cells
from .carrying import Carrying, carried
from .exporting import VERSION
from .models import SavedMapping
from .own_csv import Record, read_records
from .tables import Table, open_table

CHUNK: Final = 500
"""Machines restored together."""
_PLAIN: Final[dict[str, Any]] = {
    "location": Location,
    "party": Party,
    "part": Part,
    "tag_series": TagSeries,
    "blank_tag": BlankTag,
}
_OWNED: Final[dict[str, Any]] = {"saved_view": SavedView, "saved_mapping": SavedMapping}
_MOMENTS: Final = frozenset({"created_at", "erased_at", "printed_at", "claimed_at", "saved_at", "added_at"})
_MUST_BE_EMPTY: Final = (
    (Asset, "machines"),
    (LifecycleEvent, "ledger lines"),
    (Department, "departments"),
    (Location, "places"),
    (Party, "people or organisations"),
    (TagSeries, "tags given out"),
)

Progress = Callable[[int, int], None]


def open_export(path: Path) -> Table:
    """Our own file, read as it is written, whatever its content looks like."""
    return open_table(path, encoding="utf-8-sig", delimiter=",", header_row=1)


def looks_whole(path: Path) -> bool:
    """Whether *path* is a whole export, which is restored; a list's export is imported like any table."""
    with path.open("rb") as handle:
        head = handle.read(4_096).removeprefix(b"\xef\xbb\xbf").splitlines()
    if len(head) < 2 or not head[0].startswith(b"record,"):
        return False
    return b",hash," in head[0] and head[1].startswith(b"export,")


def check_empty(session: Session) -> None:
    """Refuse a restore into a register that holds something: two ledgers cannot be made one."""
    asked = [(select(model), words) for model, words in _MUST_BE_EMPTY]
    asked += [(select(table), f"rows of {name}") for name, table in carried().items()]
    held = [words for statement, words in asked if session.execute(statement.limit(1)).first() is not None]
    if held:
        raise RuleRefused(
            mark(
                "This register is not empty (it holds {held}), so nothing was restored. Restore into a new one: give "
                "it a database of its own (DATABASE_URL or INSTANCE_PATH) and start it without the demonstration."
            ),
            held=", ".join(held),
        )


def restore(
    session: Session, table: Table, settings: Settings, progress: Progress = lambda done, total: None
) -> dict[str, int]:
    """Restore the whole export *table*; how many of each record. Nothing is committed here.

    Raises ValidationRefused naming row and field where the file is not what an export writes, or was
    changed since; RuleRefused where the register is not empty.
    """
    check_empty(session)
    return _Restore(session, settings, progress).run(table)


class _Restore:
    """One reading of the file."""

    def __init__(self, session: Session, settings: Settings, progress: Progress) -> None:
        self.session, self.settings, self.progress = session, settings, progress
        self.counts: Counter[str] = Counter()
        self.digest = hashlib.sha256()
        self.accounts = dict(session.execute(select(Account.uid, Account.id)).all())
        self.departments: dict[str, tuple[int, str]] = {}
        self.waiting: list[History] = []
        self.carrying = Carrying(session)
        self.photo: tuple[str, bytearray] = ("", bytearray())

    def run(self, table: Table) -> dict[str, int]:
        rows = read_records(table)
        self._head(next(rows, None))
        ended = False
        for record in rows:
            if ended:
                raise ValidationRefused(mark("There are rows after the last one of the export."), row=record.row_number)
            if record.record == "end":
                self._flush()
                self.carrying.finish()
                self._check_end(record)
                ended = True
                continue
            self.counts[record.record] += 1
            self._take(record)
        if not ended:
            raise ValidationRefused(
                mark("The file is cut off: the row that ends an export is missing. Nothing was restored.")
            )
        remember_basis(self.session, self.settings)
        for name, value in self._marks:
            self.session.add(ProjectionBasis(name=name, value=value))
        self.session.flush()
        return dict(self.counts)

    _marks: list[tuple[str, str]]

    def _head(self, record: Record | None) -> None:
        self._marks = []
        if record is None or record.record != "export":
            raise ValidationRefused(mark("This is not a whole export: its first row does not say so."))
        version = cells.data(record).get("version")
        if version != VERSION:
            raise ValidationRefused(
                mark("This export is of version {version}; this program reads version {known}."),
                version=str(version)[:20],
                known=VERSION,
            )

    def _take(self, record: Record) -> None:
        kind = record.record
        if kind == "asset":
            if len(self.waiting) >= CHUNK:
                self._flush()
            notes = cells.data(record).get("notes") if "data" in record.values else None
            tag = cells.needed(record, "tag")
            self.waiting.append(History(record.row_number, tag, cells.text(record, "notes", notes)))
        elif kind == "event":
            if not self.waiting or normalise(self.waiting[-1].tag) != normalise(cells.needed(record, "tag")):
                raise ValidationRefused(
                    mark("This line does not follow its machine."), row=record.row_number, field="tag"
                )
            line = cells.line(record)
            self.digest.update(line.hash)
            self.waiting[-1].lines.append(line)
        elif kind == "department":
            self._department(record)
        elif kind == "account":
            self._account(record)
        elif kind == "photo":
            self._photo(record)
        elif kind == "mark":
            data = cells.data(record)
            if data.get("name") in basis(self.settings):
                raise ValidationRefused(mark("This mark cannot be set."), row=record.row_number)
            self._marks.append((str(data.get("name")), str(data.get("value"))))
        elif kind in _PLAIN:
            self._insert(record, _PLAIN[kind], cells.data(record))
        elif kind in self.carrying.tables:
            self._flush()
            self.carrying.take(record)
        elif kind in _OWNED:
            data = cells.data(record)
            owner = self.accounts.get(str(data.pop("account", "")))
            if owner is None:
                raise ValidationRefused(mark("This row belongs to no account of the file."), row=record.row_number)
            self._insert(record, _OWNED[kind], data | {"account_id": owner})
        else:
            raise ValidationRefused(
                mark("There is no record called “{kind}”."), row=record.row_number, field="record", kind=kind[:40]
            )

    def _insert(self, record: Record, model: Any, data: dict[str, Any]) -> None:
        columns = model.__table__.columns
        if wrong := data.keys() - set(columns.keys()):
            raise ValidationRefused(
                mark("This row has {names}, which its record has not."),
                row=record.row_number,
                names=", ".join(sorted(wrong)),
            )
        values = {name: cells.moment(record, name, text) if name in _MOMENTS else text for name, text in data.items()}
        for name, value in values.items():
            longest = getattr(columns[name].type, "length", None)
            if isinstance(value, str) and longest and len(value) > longest:
                raise ValidationRefused(mark("is too long"), row=record.row_number, field=name)
        missing = [each.name for each in columns if not each.nullable and not each.primary_key and each.default is None]
        if lost := [name for name in missing if values.get(name) is None]:
            raise ValidationRefused(mark("This row lacks {name}."), row=record.row_number, field=lost[0], name=lost[0])
        self.session.execute(
            insert(model), [{each.name: values.get(each.name) for each in columns if each.name in values}]
        )

    def _department(self, record: Record) -> None:
        data = cells.data(record)
        code, name, parent = str(data.get("code", "")), str(data.get("name", "")), data.get("parent")
        above = self.departments.get(str(parent)) if parent else None
        if not code or "/" in code or (parent and above is None):
            raise ValidationRefused(
                mark("This department hangs under one that does not stand before it."), row=record.row_number
            )
        path = f"{above[1] if above else '/'}{code}/"
        made = Department(code=code, name=name, parent_id=above[0] if above else None, path=path)
        self.session.add(made)
        self.session.flush()
        self.departments[code] = (made.id, path)

    def _account(self, record: Record) -> None:
        """An account without its password; one of that name that is here already becomes this one."""
        data = cells.data(record)
        if data.get("role") not in ROLES or not data.get("username") or not data.get("uid"):
            raise ValidationRefused(mark("This account has no known role, name or id."), row=record.row_number)
        here = self.session.scalar(select(Account).where(Account.username == data["username"]))
        if here is not None:
            # Nobody's lines bear its id yet: the register is empty.
            self.accounts.pop(here.uid, None)
            here.uid = str(data["uid"])
            self.session.flush()
            self.accounts[here.uid] = here.id
            return
        if data["uid"] in self.accounts:
            raise ValidationRefused(mark("Two accounts have one id."), row=record.row_number)
        made = Account(
            uid=str(data["uid"]),
            username=str(data["username"]),
            display_name=str(data.get("display_name", data["username"])),
            role=data["role"],
            password_hash=None,
            active=bool(data.get("active", True)),
            session_version=1,
            created_at=cells.moment(record, "created_at", data.get("created_at")),
        )
        self.session.add(made)
        self.session.flush()
        self.accounts[made.uid] = made.id

    def _photo(self, record: Record) -> None:
        self._flush()
        data = cells.data(record)
        tag = normalise(cells.needed(record, "tag"))
        try:
            part = base64.b64decode(str(data.get("base64", "")), validate=True)
        except binascii.Error:
            raise ValidationRefused(mark("This photo cannot be read."), row=record.row_number) from None
        if data.get("start") == 0:
            self.photo = (tag, bytearray())
        if self.photo[0] != tag or data.get("start") != len(self.photo[1]):
            raise ValidationRefused(mark("A part of this photo is missing."), row=record.row_number)
        self.photo[1].extend(part)
        if len(self.photo[1]) == data.get("size"):
            number = self.session.scalar(select(Asset.id).where(Asset.tag_key == tag))
            if number is None:
                raise ValidationRefused(mark("This photo is of no machine of the file."), row=record.row_number)
            content = bytes(self.photo[1])
            self.session.execute(
                insert(Photo),
                [
                    {
                        "asset_id": number,
                        "content": content,
                        "sha256": hashlib.sha256(content).hexdigest(),
                        "added_at": cells.moment(record, "added_at", data.get("added_at")),
                    }
                ],
            )

    def _flush(self) -> None:
        if self.waiting:
            restore_histories(self.session, self.waiting, self.accounts, self.settings)
            self.waiting = []
            self.progress(self.counts["asset"], 0)

    def _check_end(self, record: Record) -> None:
        data = cells.data(record)
        if data.get("counts") != dict(self.counts) or data.get("digest") != self.digest.hexdigest():
            raise ValidationRefused(
                mark(
                    "The file does not hold what its last row says: rows were added or taken out. Nothing was restored."
                ),
                row=record.row_number,
            )
