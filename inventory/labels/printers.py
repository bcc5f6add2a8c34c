"""Printers of labels by name, with the offset of each, and the institution's logo."""

import hashlib
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from inventory.db import storable
from inventory.errors import NotFound, RuleRefused, ValidationRefused
from inventory.i18n import mark
from inventory.labels.sheets import LARGEST_SHIFT_MM
from inventory.labels.templates import FAMILIES
from inventory.printing.picture import Picture, cleaned
from inventory.register.models import LabelLogo, LabelPrinter, LabelRun

MOST_PRINTERS: Final = 100
MOST_LOGO_BYTES: Final = 5_000_000
_MOST_TENTHS: Final = int(LARGEST_SHIFT_MM * 10)


def list_printers(session: Session) -> list[LabelPrinter]:
    """Every printer (at most MOST_PRINTERS), by name; one statement."""
    return list(session.scalars(select(LabelPrinter).order_by(LabelPrinter.name)))


def printer_numbered(session: Session, number: int) -> LabelPrinter:
    """NotFound when there is none of this number."""
    found = session.get(LabelPrinter, number)
    if found is None:
        raise NotFound(mark("There is no printer {number} on record."), field="printer", number=number)
    return found


def printer_named(session: Session, name: str) -> LabelPrinter:
    """The printer of this name in any case; NotFound says where they are listed."""
    found = session.scalar(select(LabelPrinter).where(func.lower(LabelPrinter.name) == " ".join(name.split()).lower()))
    if found is None:
        raise NotFound(
            mark("There is no printer called {name}. The page Labels, Printers lists them."),
            field="printer",
            name=name[:80],
        )
    return found


def keep_printer(
    session: Session, name: str, family: str, right_tenths: int, down_tenths: int, *, number: int | None = None
) -> LabelPrinter:
    """Add a printer, or change the one of this *number*. ValidationRefused names the field."""
    words = " ".join(name.split())
    if not words or len(words) > 80 or not words.isprintable() or not storable(words):
        raise ValidationRefused(mark("A printer's name has 1 to 80 characters."), field="name")
    if family not in FAMILIES:
        raise ValidationRefused(
            mark("There is no kind of printer {family}. Choose one of: {keys}."),
            field="family",
            family=family[:20],
            keys=", ".join(FAMILIES),
        )
    for field, tenths in (("right", right_tenths), ("down", down_tenths)):
        if abs(tenths) > _MOST_TENTHS:
            raise ValidationRefused(
                mark("The print is moved by at most {most} tenths of a millimetre, not {tenths}. Check the tray."),
                field=field,
                most=_MOST_TENTHS,
                tenths=tenths,
            )
    taken = session.scalar(select(LabelPrinter).where(func.lower(LabelPrinter.name) == words.lower()))
    if taken is not None and taken.id != number:
        same = (taken.name, taken.family, taken.right_tenths, taken.down_tenths)
        if number is None and same == (words, family, right_tenths, down_tenths):
            return taken
        raise RuleRefused(mark("There is a printer called {name} already."), field="name", name=words)
    if number is None:
        if session.scalar(select(func.count()).select_from(LabelPrinter)) >= MOST_PRINTERS:  # type: ignore[operator]
            raise RuleRefused(mark("There are {most} printers already. Remove one first."), most=MOST_PRINTERS)
        found = LabelPrinter(name=words, family=family, right_tenths=right_tenths, down_tenths=down_tenths)
        session.add(found)
    else:
        found = printer_numbered(session, number)
        found.name, found.family = words, family
        found.right_tenths, found.down_tenths = right_tenths, down_tenths
    session.flush()
    return found


def remove_printer(session: Session, number: int) -> str:
    """Forget a printer; runs that it printed stay, without its offset. Returns its name."""
    found = printer_numbered(session, number)
    session.execute(update(LabelRun).where(LabelRun.printer_id == number).values(printer_id=None))
    session.delete(found)
    session.flush()
    return found.name


def logo_of(session: Session) -> Picture | None:
    """The institution's logo, if one was uploaded; one statement."""
    content = session.scalar(select(LabelLogo.content).limit(1))
    return Picture.of(content) if content is not None else None


def has_logo(session: Session) -> bool:
    """Whether a logo was uploaded; one statement, without its content."""
    return session.scalar(select(LabelLogo.id).limit(1)) is not None


def keep_logo(session: Session, content: bytes, now: datetime) -> LabelLogo:
    """Keep a logo, in grey and without margins, in place of the one before. ValidationRefused says what to send."""
    if not content:
        raise ValidationRefused(mark("Choose a file with the logo."), field="logo")
    if len(content) > MOST_LOGO_BYTES:
        raise ValidationRefused(mark("The logo is larger than 5 MB."), field="logo")
    if content.lstrip()[:5].lower() in (b"<svg ", b"<?xml"):
        raise ValidationRefused(
            mark("An SVG cannot be taken: save the logo as PNG, 1,200 pixels wide, and send that."), field="logo"
        )
    try:
        kept = cleaned(content)
    except ValueError as error:
        raise ValidationRefused(mark("The logo cannot be used: {reason}."), field="logo", reason=str(error)) from None
    session.execute(delete(LabelLogo))
    made = LabelLogo(id=1, content=kept, sha256=hashlib.sha256(kept).hexdigest(), added_at=now)
    session.add(made)
    session.flush()
    return made


def remove_logo(session: Session) -> None:
    """Forget the logo."""
    session.execute(delete(LabelLogo))
