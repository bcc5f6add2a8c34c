"""Settings: the way to what can be administered, and the settings in force, to read only."""

from dataclasses import MISSING, fields
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, render_template, url_for
from sqlalchemy import and_, func, make_url, select

from inventory.accounts.models import Account
from inventory.config import Settings, meanings
from inventory.register.models import Department, LabelRun, Location, Party
from inventory.web._shell import NavigationEntry, requires, session, settings
from inventory.web._show import show_day

blueprint = Blueprint("web_settings", __name__)
NAVIGATION = [
    NavigationEntry(
        "Settings",
        "web_settings.index",
        "gear",
        90,
        "administer",
        also=(
            "web_settings_accounts",
            "web_settings_departments",
            "web_settings_places",
            "web_settings_parties",
            "web_settings_factors",
        ),
    )
]

_SECRET = ("secret_key",)
_SIGNS_IN = and_(Account.active, Account.password_hash.is_not(None))


@blueprint.get("/settings")
@requires("administer")
def index() -> str:
    """The parts, each with how much is in it. One statement."""
    counted = (
        session()
        .execute(
            select(
                select(func.count()).select_from(Account).where(_SIGNS_IN).scalar_subquery(),
                select(func.count()).select_from(Department).scalar_subquery(),
                select(func.count()).select_from(Location).scalar_subquery(),
                select(func.count()).select_from(Party).where(Party.erased_at.is_(None)).scalar_subquery(),
                select(func.count()).select_from(LabelRun).scalar_subquery(),
            )
        )
        .one()
    )
    parts = [
        ("people", "Accounts", "{:,} can sign in", "web_settings_accounts.index"),
        ("building", "Departments", "{:,} in the tree", "web_settings_departments.index"),
        ("geo-alt", "Places", "{:,} sites, buildings and rooms", "web_settings_places.index"),
        ("truck", "Partners and other parties", "{:,} people and organisations", "web_settings_parties.index"),
        ("tags", "Labels", "{:,} print runs", "web_label_runs.runs"),
    ]
    shown = [
        {"icon": icon, "label": label, "words": words.format(count), "href": url_for(endpoint)}
        for (icon, label, words, endpoint), count in zip(parts, counted, strict=True)
    ]
    shown.append(
        {
            "icon": "sliders",
            "label": "Settings in force",
            "words": "What this server was started with",
            "href": url_for("web_settings.in_force"),
        }
    )
    shown.append(
        {
            "icon": "pie-chart",
            "label": "Factors",
            "words": "What figures of mass and carbon rest on",
            "href": url_for("web_settings_factors.index"),
        }
    )
    shown.append(
        {
            "icon": "journal-check",
            "label": "Lifecycle",
            "words": "Statuses and events, as the program knows them",
            "href": url_for("web_lifecycle.index"),
        }
    )
    return render_template("settings/index.html", parts=shown)


@blueprint.get("/settings/in-force")
@requires("administer")
def in_force() -> str:
    """Every setting: name, value without secrets, meaning."""
    told, present = meanings(), settings()
    rows = []
    for each in fields(Settings):
        value = getattr(present, each.name)
        rows.append(
            {
                "name": each.name.upper(),
                "value": _shown(each.name, value),
                "usual": each.default is not MISSING and value == each.default,
                "meaning": told[each.name],
            }
        )
    return render_template("settings/in_force.html", rows=rows)


def _shown(name: str, value: Any) -> str:
    if name in _SECRET:
        return "set (not shown)" if value else "not set"
    if value is None or value == "":
        return "not set"
    if name == "database_url":
        # No user, no password, no options: any of them may be a secret.
        address = make_url(value)
        host = f"{address.host or ''}{f':{address.port}' if address.port else ''}"
        return f"{address.get_backend_name()}, {host}{'/' if host else ''}{address.database or ''}"
    if name.endswith("_url"):
        parts = urlsplit(value)
        return str(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return show_day(value)
    return str(value)
