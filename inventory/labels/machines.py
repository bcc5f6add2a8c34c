"""The labels of machines on record, as they are now: what each says, where it points, which cannot be printed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.errors import InventoryError, NotFound, ValidationRefused
from inventory.i18n import mark
from inventory.labels.label import USUAL, LabelText, make_label
from inventory.labels.layout import lay_out
from inventory.labels.payload import is_local, origin_of
from inventory.labels.second_life import statements
from inventory.labels.shapes import LabelTemplate
from inventory.lifecycle.models import ProjectionBasis
from inventory.printing.picture import Picture
from inventory.register.issuing import tags_on_record
from inventory.register.models import Asset, AssetIdentifier, Department
from inventory.register.tags import normalise

CHUNK: Final = 500
"""Labels read from the database at a time."""


@dataclass(frozen=True, slots=True)
class Base:
    """What stands before the tag in every label's address; ``local``: the label says that it works only here."""

    url: str
    local: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What labels are to show: keys of SHOWABLE, the wording (asset or second_life), the logo, the copy's number."""

    shows: tuple[str, ...] = USUAL
    wording: str = "asset"
    logo: Picture | None = None
    copy: int = 1


_USUAL: Final = Wanted()


def is_demo(session: Session) -> bool:
    """Whether the register holds the demonstration university."""
    return session.scalar(select(ProjectionBasis.name).where(ProjectionBasis.name == "demo")) is not None


def base_of(public_url: str, here: str, *, demo: bool) -> Base:
    """Where labels point: PUBLIC_URL; in the demonstration, without one, to *here*.

    Labels of the demonstration say that they are local in any case. ValidationRefused when PUBLIC_URL is
    not set, or is no address that a label can carry.
    """
    chosen = public_url if public_url.strip() or not demo else here
    return Base(origin_of(chosen), demo or is_local(chosen))


def base_for(session: Session, settings: Settings, here: str) -> Base:
    """`base_of`, with what the database knows. One statement."""
    return base_of(settings.public_url, here, demo=is_demo(session))


def label_of(session: Session, tag: str, base: Base, settings: Settings) -> LabelText:
    """The label of the machine that bears or bore *tag*; NotFound when none does. Two statements at most."""
    present = tags_on_record(session, [normalise(tag)]).get(normalise(tag))
    if present is None:
        raise NotFound(mark("No machine bears {tag}."), field="tag", tag=tag[:64])
    fact = _facts(session, [present], Wanted(), settings)[normalise(present)]
    return make_label(base.url, present, model=fact.model, institution=settings.institution, local_only=base.local)


def printable(
    session: Session,
    tags: Sequence[str],
    template: LabelTemplate,
    base: Base,
    settings: Settings,
    wanted: Wanted = _USUAL,
) -> tuple[list[LabelText], list[tuple[str, InventoryError]]]:
    """The labels of *tags* in their order, each machine once, and what no label can be printed for, with why."""
    good: list[LabelText] = []
    bad: list[tuple[str, InventoryError]] = []
    seen: set[str] = set()
    for start in range(0, len(tags), CHUNK):
        chunk = tags[start : start + CHUNK]
        known = tags_on_record(session, [normalise(tag) for tag in chunk])
        facts = _facts(session, known.values(), wanted, settings)
        for tag in chunk:
            present = known.get(normalise(tag))
            try:
                if present is None:
                    raise NotFound(mark("No machine bears {tag}."), field="tag", tag=tag[:64])
                if (key := normalise(present)) in seen:
                    continue
                seen.add(key)
                good.append(_checked(present, facts[key], template, base, settings, wanted))
            except InventoryError as error:
                bad.append((tag, error))
    return good, bad


@dataclass(frozen=True, slots=True)
class _Fact:
    """What the register says of one machine."""

    model: str
    status: str
    lines: tuple[str, ...] = ()
    statement: tuple[str, ...] = ()
    refusal: InventoryError | None = None


def _checked(
    tag: str, fact: _Fact, template: LabelTemplate, base: Base, settings: Settings, wanted: Wanted
) -> LabelText:
    if fact.status == "withdrawn":
        raise ValidationRefused(mark("{tag} is withdrawn; no label is printed for it."), field="tag", tag=tag)
    if fact.refusal is not None:
        raise fact.refusal
    label = _label(tag, fact, base, settings, wanted)
    fits(label, template)
    return label


def _label(tag: str, fact: _Fact, base: Base, settings: Settings, wanted: Wanted) -> LabelText:
    shows = wanted.shows
    # The statement of a second-life label names the institution itself.
    named = "institution" in shows and not fact.statement
    label = make_label(
        base.url,
        tag,
        model=fact.model if "model" in shows else "",
        institution=settings.institution if named else "",
        local_only=base.local,
    )
    if shows == USUAL and wanted.copy == 1 and not fact.statement:
        return label
    return replace(
        label,
        facts=fact.lines,
        statement=fact.statement,
        copy=wanted.copy,
        bars="bars" in shows,
        logo=wanted.logo if "logo" in shows else None,
    )


def fits(label: LabelText, template: LabelTemplate) -> None:
    """ValidationRefused when the label does not fit: its code would be too small to scan, or its statement too long."""
    lay_out(label, template.shape, template.dpi)


def _facts(session: Session, tags: Iterable[str], wanted: Wanted, settings: Settings) -> dict[str, _Fact]:
    """What labels say of the machines that bear *tags*, by comparison form. One statement, four at most."""
    keys = sorted({normalise(tag) for tag in tags})
    if not keys:
        return {}
    rows = session.execute(
        select(
            Asset.id, Asset.tag_key, Asset.tag, Asset.manufacturer, Asset.model, Asset.status, Asset.order_reference,
            Department.name.label("department"),
        )
        .outerjoin(Department, Department.id == Asset.department_id)
        .where(Asset.tag_key.in_(keys))
    ).all()  # fmt: skip
    numbers = {row.id: row.tag for row in rows}
    serials = _serials(session, list(numbers)) if "serial" in wanted.shows else {}
    told = statements(session, numbers, settings) if wanted.wording == "second_life" else {}
    found = {}
    for row in rows:
        words = {
            "serial": f"S/N {serials[row.id]}" if row.id in serials else "",
            "department": row.department or "",
            "order": f"PO {row.order_reference}" if row.order_reference else "",
        }
        statement = told.get(row.id, ())
        found[row.tag_key] = _Fact(
            _model(row.manufacturer, row.model),
            row.status,
            tuple(text for key, text in words.items() if key in wanted.shows and text),
            () if isinstance(statement, InventoryError) else statement,
            statement if isinstance(statement, InventoryError) else None,
        )
    return found


def _serials(session: Session, numbers: Sequence[int]) -> dict[int, str]:
    """The first serial number on record of each asset; one statement."""
    rows = session.execute(
        select(AssetIdentifier.asset_id, func.min(AssetIdentifier.value))
        .where(AssetIdentifier.type == "serial", AssetIdentifier.asset_id.in_(numbers))
        .group_by(AssetIdentifier.asset_id)
    )
    return dict(rows.all())


def _model(maker: str | None, model: str | None) -> str:
    if maker and model and model.casefold().startswith(maker.casefold()):
        maker = None
    return " ".join(part for part in (maker, model) if part)


def described(
    session: Session, tags: Sequence[str], base: Base, settings: Settings, wanted: Wanted = _USUAL
) -> Iterator[LabelText]:
    """The labels of *tags*, at most some thousands: of machines as they are now, of the rest as blank ones.

    A machine that is withdrawn, or that a second-life label can no longer be printed for, is left out.
    """
    known = tags_on_record(session, [normalise(tag) for tag in tags])
    facts = _facts(session, known.values(), wanted, settings)
    for tag in tags:
        present = known.get(normalise(tag))
        if present is None:
            blank = make_label(base.url, tag, institution=settings.institution, unclaimed=True, local_only=base.local)
            yield replace(
                blank,
                institution=blank.institution if "institution" in wanted.shows else "",
                copy=wanted.copy,
                bars="bars" in wanted.shows,
                logo=wanted.logo if "logo" in wanted.shows else None,
            )
            continue
        fact = facts[normalise(present)]
        if fact.status != "withdrawn" and fact.refusal is None:
            yield _label(present, fact, base, settings, wanted)
