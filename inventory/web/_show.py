"""How values read on pages: days, moments, numbers and masses, as template filters."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from flask import current_app


def _zone() -> ZoneInfo:
    zone: ZoneInfo = current_app.config["SETTINGS"].zone
    return zone


def show_day(value: date | datetime | None) -> str:
    """``23 Nov 2026``, in the institution's time zone; a dash when nothing is known."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = value.astimezone(_zone())
    return f"{value.day} {value:%b %Y}"


def show_moment(value: datetime | None) -> str:
    """``23 Nov 2026, 09:41``, in the institution's time zone."""
    if value is None:
        return "–"
    local = value.astimezone(_zone())
    return f"{local.day} {local:%b %Y, %H:%M}"


def show_number(value: float | None) -> str:
    """``45,000``; a dash when not known."""
    return "–" if value is None else f"{value:,}"


def show_kg(grams: int | None) -> str:
    """Grams as kilograms with one decimal, ``1,234.5 kg``."""
    return "–" if grams is None else f"{grams / 1000:,.1f} kg"


FILTERS: Final = {"day": show_day, "moment": show_moment, "number": show_number, "kg": show_kg}
