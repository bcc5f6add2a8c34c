"""The labels of machines on record, as they are now: what each says, where it points, which cannot be printed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.config import Settings
from inventory.errors import InventoryError, NotFound, ValidationRefused
from inventory.i18n import mark
from inventory.labels.layout import LabelText, code_box, make_label
from inventory.labels.payload import is_local, origin_of
from inventory.labels.templates import SheetTemplate
from inventory.lifecycle.models import ProjectionBasis
from inventory.printing.qr import smallest_version
from inventory.register.issuing import tags_on_record
from inventory.register.models import Asset
from inventory.register.tags import normalise

CHUNK: Final = 500
"""Labels read from the database at a time."""


@dataclass(frozen=True, slots=True)
class Base:
    """What stands before the tag in every label's address; ``local``: the label says that it works only here."""

    url: str
    local: bool


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
    model, _ = _facts(session, [present])[normalise(present)]
    return make_label(base.url, present, model=model, institution=settings.institution, local_only=base.local)


def printable(
    session: Session, tags: Sequence[str], template: SheetTemplate, base: Base, settings: Settings
) -> tuple[list[LabelText], list[tuple[str, InventoryError]]]:
    """The labels of *tags* in their order, each machine once, and what no label can be printed for, with why."""
    good: list[LabelText] = []
    bad: list[tuple[str, InventoryError]] = []
    seen: set[str] = set()
    for start in range(0, len(tags), CHUNK):
        chunk = tags[start : start + CHUNK]
        known = tags_on_record(session, [normalise(tag) for tag in chunk])
        facts = _facts(session, known.values())
        for tag in chunk:
            present = known.get(normalise(tag))
            try:
                if present is None:
                    raise NotFound(mark("No machine bears {tag}."), field="tag", tag=tag[:64])
                if (key := normalise(present)) in seen:
                    continue
                seen.add(key)
                good.append(_checked(present, facts[key], template, base, settings))
            except InventoryError as error:
                bad.append((tag, error))
    return good, bad


def _checked(
    tag: str, facts: tuple[str, str], template: SheetTemplate, base: Base, settings: Settings
) -> LabelText:
    model, status = facts
    if status == "withdrawn":
        raise ValidationRefused(
            mark("{tag} is withdrawn; no label is printed for it."), field="tag", tag=tag
        )
    label = make_label(base.url, tag, model=model, institution=settings.institution, local_only=base.local)
    fits(label, template)
    return label


def fits(label: LabelText, template: SheetTemplate) -> None:
    """ValidationRefused when the code of *label* would be too small to scan on this sheet."""
    code_box(template.shape, smallest_version(label.address))


def _facts(session: Session, tags: Iterable[str]) -> dict[str, tuple[str, str]]:
    """(model in words, status) of the machines that bear *tags*, by comparison form."""
    keys = sorted({normalise(tag) for tag in tags})
    if not keys:
        return {}
    rows = session.execute(
        select(Asset.tag_key, Asset.manufacturer, Asset.model, Asset.status).where(Asset.tag_key.in_(keys))
    )
    return {key: (_model(maker, model), status) for key, maker, model, status in rows}


def _model(maker: str | None, model: str | None) -> str:
    if maker and model and model.casefold().startswith(maker.casefold()):
        maker = None
    return " ".join(part for part in (maker, model) if part)


def described(session: Session, tags: Sequence[str], base: Base, settings: Settings) -> Iterator[LabelText]:
    """The labels of *tags*, at most some thousands: of machines as they are now, of the rest as blank ones."""
    known = tags_on_record(session, [normalise(tag) for tag in tags])
    facts = _facts(session, known.values())
    for tag in tags:
        present = known.get(normalise(tag))
        model, status = facts[normalise(present)] if present is not None else ("", "")
        if status != "withdrawn":
            yield make_label(
                base.url,
                present or tag,
                model=model,
                institution=settings.institution,
                unclaimed=present is None,
                local_only=base.local,
            )
