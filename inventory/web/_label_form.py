"""What the label pages ask: template, printer, what is shown, places used up; with what was used last as default."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from flask import request

from inventory.errors import InventoryError, ValidationRefused
from inventory.labels import service
from inventory.labels.label import SHOWABLE, USUAL, LabelText, specimen
from inventory.labels.machines import Base, base_of
from inventory.labels.printers import has_logo, list_printers
from inventory.labels.runs import last_run_of
from inventory.labels.shapes import LabelTemplate
from inventory.labels.templates import DEFAULT, FAMILIES, TEMPLATES, template_named, templates_of
from inventory.register.models import LabelPrinter
from inventory.web._shell import account, client_key, is_demo, session, settings

LEFT_OUT: Final = {
    "logo": "the logo",
    "bars": "the Code 128 (its bars would be narrower than 0.25 mm)",
    "institution": "the institution",
    "facts": "all of the facts",
    "model": "the model",
    "tag": "the tag in a legible size",
}


@dataclass(frozen=True)
class Choice:
    """What was chosen, or is the default: what this person printed last."""

    template: LabelTemplate = TEMPLATES[DEFAULT]
    skip: int = 0
    shows: tuple[str, ...] = USUAL
    wording: str = "asset"
    printer: int | None = None


def base_here() -> Base:
    """Where labels of this server point; the refusal that says what to set."""
    return base_of(settings().public_url, request.host_url, demo=is_demo())


def whole(name: str, usual: str, words: str, least: int, most: int) -> int:
    """A whole number of the request; ValidationRefused in *words* when it is none or out of range."""
    text = request.values.get(name, "").strip() or usual
    try:
        number = int(text) if len(text) <= 6 else -10_000_000
    except ValueError:
        number = -10_000_000
    if not least <= number <= most:
        raise ValidationRefused(f"{words} is a whole number from {least} to {most}, not {text[:20]!r}.", field=name)
    return number


def last_choice() -> Choice:
    """What this person printed last, without the places used up. One statement."""
    run = last_run_of(session(), account().id)
    if run is None or run.template not in TEMPLATES:
        return Choice()
    shows = tuple(key for key in run.shows.split() if key in SHOWABLE)
    return Choice(TEMPLATES[run.template], 0, shows, "asset", run.printer_id)


def choice(usual: Choice) -> Choice:
    """What the request asks for, *usual* where it says nothing; refusals name the field.

    A printer that was just chosen decides the kind of label: a template that it does not take gives way to the
    first that it does.
    """
    shows = usual.shows
    if request.values.get("shows_asked") == "1":
        shows = tuple(key for key in SHOWABLE if key in request.values.getlist("shows"))
    made = replace(usual, shows=shows, wording=request.values.get("wording", "")[:20] or usual.wording)
    if made.wording not in service.WORDINGS:
        raise ValidationRefused("Choose an asset label or a second-life label.", field="wording")
    if key := request.values.get("template", "")[:40]:
        made = replace(made, template=template_named(key))
    if "printer" in request.values:
        number = whole("printer", "0", "The printer", 0, 2**31 - 1) if request.values.get("printer") else 0
        made = replace(made, printer=number or None)
    elif key and made.template.family != usual.template.family:
        made = replace(made, printer=None)
    return replace(made, skip=_skip(made.template))


def _skip(template: LabelTemplate) -> int:
    if not template.is_sheet:
        return 0
    return whole("skip", "0", "The number of places that are used up", 0, template.per_page - 1)


def matched(asked: Choice, printers: list[LabelPrinter]) -> Choice:
    """*asked* with a template that its printer takes."""
    printer = next((each for each in printers if each.id == asked.printer), None)
    if printer is None:
        return replace(asked, printer=None)
    if printer.family != asked.template.family.key:
        return replace(asked, template=templates_of(printer.family)[0], skip=0)
    return asked


def job(asked: Choice) -> service.Job:
    """The print that the form asks for."""
    key = request.form.get("key", "").strip()[:80]
    if not key or not key.isprintable():
        raise ValidationRefused("The form came without its key. Load the page again and print once more.", field="key")
    return service.Job(
        key, account().id, asked.template.key, asked.skip, datetime.now(UTC), request.host_url, asked.shows,
        asked.wording, asked.printer,
    )  # fmt: skip


def example(asked: Choice) -> LabelText | None:
    """A specimen as it would be printed; None while no label can be printed at all."""
    try:
        wanted = service.wanted_by(session(), asked.shows, "asset")
        made = specimen(base_here().url, settings().institution, wanted.shows, wanted.logo)
        return replace(made, local_only=base_here().local)
    except InventoryError:
        return None


def controls(asked: Choice, printers: list[LabelPrinter]) -> dict[str, Any]:
    """The variables of the template's controls."""
    printer = next((each for each in printers if each.id == asked.printer), None)
    families = [FAMILIES[printer.family]] if printer else list(FAMILIES.values())
    return {
        "templates": [(each.label, [(one.key, one.name) for one in templates_of(each.key)]) for each in families],
        "template": asked.template,
        "skip": asked.skip,
        "printers": [("", "No printer in particular"), *((str(each.id), _named(each)) for each in printers)],
        "printer": printer,
        "showable": [(key, label, key in asked.shows) for key, label in SHOWABLE.items()],
        "has_logo": has_logo(session()),
        "wordings": list(service.WORDINGS.items()),
        "wording": asked.wording,
        "key": client_key(),
        "local": is_demo(),
    }


def all_printers() -> list[LabelPrinter]:
    """Every printer on record; one statement."""
    return list_printers(session())


def _named(printer: LabelPrinter) -> str:
    moved = f" ({printer.right_tenths / 10:+.1f} / {printer.down_tenths / 10:+.1f} mm)"
    return printer.name + (moved if printer.right_tenths or printer.down_tenths else "")
