"""Settings from the environment: each with its default, its unit and what it means."""

import ast
import inspect
import os
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Settings:
    """Every setting. The environment variable has the field's name in capitals."""

    database_url: str = ""
    """Database address; empty means SQLite at instance/inventory.sqlite3."""
    secret_key: str = ""
    """Signs sessions; empty means one made at first start and kept in instance/secret_key."""
    public_url: str = ""
    """Address that labels carry, for ever. Must be set before the first label is printed."""
    institution: str = "University"
    """Name printed on pages, labels and reports."""
    tag_prefix: str = "ED"
    """One to four letters in front of the tags we issue."""
    time_zone: str = "Europe/London"
    """Periods (days, years) are cut in this zone; moments are stored in UTC."""
    programme_start: date = date(2015, 6, 1)
    """Day from which the headline counts; printed beside it."""
    go_live: date | None = None
    """First day of this register; `taken_on` may state outcomes before it only. None: refuse none."""
    reassign_needs_clean_drives: bool = True
    """A reassigned machine needs clean drives, or a reason."""
    validation_by_another: bool = False
    """A wipe is accepted by another person than the one who brought or verified its report."""
    audit_sample_percent: int = 5
    """Share of accepted wipes, in percent (0 to 100), that is drawn for an independent check."""
    academic_year_start_month: int = 8
    """Month (1 to 12) in which the academic year begins; HESA: August."""
    reusable_share_percent: int = 75
    """Share of retired machines, in percent (0 to 100), that could be used again; after Edinburgh 2016."""
    ageing_days: int = 90
    """Days in one waiting status after which stock is shown as ageing."""
    at_risk_days: int = 180
    """Days in store without a next user after which a machine may count as discarded, so as waste."""
    stale_return_days: int = 90
    """Days after a collection by which the contractor's report should be in."""
    advice_donate_years: int = 5
    """Age in years from which the advice is to donate rather than to use inside again."""
    advice_recycle_years: int = 8
    """Age in years above which the advice is the waste contractor."""
    advice_battery_percent: int = 50
    """Percent of its first charge under which a battery is called worn."""
    donation_floor: str = "F3 C3"
    """Lowest R2v3 grades, functional and cosmetic, that are fit for a donation; a lower one is warned of."""
    capitalised: bool = False
    """Machines are capital goods (scope 3 category 2) in the accounts, not purchased goods (category 1)."""
    refurbishing_kg_co2e: Decimal = Decimal(0)
    """kg CO2e of making one machine ready for re-use, taken off what its re-use avoids."""
    transport_kg_co2e: Decimal = Decimal(0)
    """kg CO2e of bringing one machine to its next user, taken off what its re-use avoids."""
    disposal_price_per_kg: Decimal | None = None
    """GBP that the disposal of one kg costs, for the savings report. None: not known, and not guessed."""
    page_size: int = 50
    """Rows on a page of a list."""
    max_upload_mib: int = 64
    """Largest upload, in MiB."""
    session_hours: int = 12
    """Hours after which a signed-in person signs in again."""
    demo_last_day: date = date(2025, 7, 31)
    """Day of the last line of the demonstration university's ledger."""
    trusted_proxies: int = 0
    """How many reverse proxies stand in front; only their word on address and protocol is believed."""
    secure_cookies: bool = False
    """Send the session cookie over HTTPS only; set it wherever HTTPS is used."""
    local_https: bool = False
    """Served by the certificate authority of this server's own, with a page that offers it; `serve --https` sets it."""

    @property
    def zone(self) -> ZoneInfo:
        """The institution's time zone."""
        return ZoneInfo(self.time_zone)


def meanings() -> dict[str, str]:
    """What each setting means, from the words under it in this file; by field name, in their order."""
    [tree] = ast.parse(textwrap.dedent(inspect.getsource(Settings))).body
    assert isinstance(tree, ast.ClassDef)  # noqa: S101 - for the type checker; it is this very class
    found: dict[str, str] = {}
    for field, said in pairwise(tree.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(said, ast.Expr):
            words = ast.literal_eval(said.value)
            found[field.target.id] = " ".join(words.split())
    return found


def _parse(kind: Any, text: str, name: str) -> Any:
    try:
        if kind is bool:
            if text.lower() not in {"1", "0", "true", "false", "yes", "no"}:
                raise ValueError("use 1 or 0")
            return text.lower() in {"1", "true", "yes"}
        if kind is int:
            return int(text)
        if kind in (date, date | None):
            return date.fromisoformat(text)
        if kind in (Decimal, Decimal | None):
            return _amount(text)
        return text
    except ValueError as error:
        raise SystemExit(f"The setting {name.upper()} is {text!r}, which cannot be read: {error}.") from None


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError("use a number with a decimal point") from None
    if not (amount.is_finite() and 0 <= amount <= 1_000_000):
        raise ValueError("use a number from 0 to 1,000,000")
    return amount


def load_settings(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings of this process; *overrides* win, for tests. An unreadable value stops the start."""
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for each in fields(Settings):
        text = environment.get(each.name.upper(), "").strip()
        if text:
            values[each.name] = _parse(each.type, text, each.name)
    return Settings(**(values | overrides))


def instance_path() -> Path:
    """Folder of the embedded database and the secret key; INSTANCE_PATH moves it."""
    return Path(os.environ.get("INSTANCE_PATH", "instance")).resolve()


def ca_folder(instance: Path) -> Path:
    """Folder of the certificate authority for HTTPS in the local network."""
    return instance / "local-ca"
