"""Who waits for machines on the last day of the demonstration: a handful of requests, all invented."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from inventory.demo.plan import LAST_DAY
from inventory.demo.university import morning
from inventory.lifecycle.requests import Recorder
from inventory.reuse.service import close_request, open_request, withdraw_request


class _Asked(NamedTuple):
    """A request by its name; ``ago`` and ``within``: days before and after the last day of the story."""

    uid: str
    asker: dict[str, str]
    kinds: tuple[str, ...]
    number: int
    ago: int
    within: int | None
    least: str | None = None
    contact: str | None = None
    end: tuple[Callable[..., Any], str] | None = None
    """How it ended on the last day, and why."""


_INFORMATICS: Final = "RQ-NF7K2M"
_SCHOOLS: Final = "RQ-KS4W8T"
_LIBRARY: Final = "RQ-BB3H6R"
_KELVIN: Final = "RQ-KV5D9P"
_KELVIN_AGO: Final = 152
_ROWS: Final = (
    _Asked("RQ-GE9P3C", {"department": "GEO"}, ("tower_workstation", "desktop"), 6, 118, None, "16 GB of memory",
           end=(withdraw_request, "The field course was cancelled (synthetic)")),
    _Asked("RQ-CC5N7D", {"partner": "clubs"}, ("tablet",), 12, 97, None, "for a coding club, any size",
           end=(close_request, "Served before requests were kept here (synthetic)")),
    _Asked(_KELVIN, {"partner": "kelvin-trust"}, ("laptop", "desktop"), 4, _KELVIN_AGO, None, "8 GB of memory",
           "Trust office, office@kelvin.example (invented)"),
    _Asked(_SCHOOLS, {"partner": "midglen-schools"}, ("laptop",), 24, 46, 18, "8 GB of memory, working camera",
           "Device desk, desk@schools.example (invented)"),
    _Asked(_INFORMATICS, {"department": "INF"}, ("laptop", "mobile_workstation"), 5, 24, 45,
           "16 GB of memory, runs Linux", "Lab manager, lab@inf.example (invented)"),
    _Asked(_LIBRARY, {"department": "LIB"}, ("desktop", "micro_desktop", "all_in_one"), 3, 15, 32,
           "for catalogue terminals"),
    _Asked("RQ-RM8V4J", {"partner": "remakery"}, ("desktop", "monitor"), 30, 9, None, "working, any age"),
)  # fmt: skip
_PROMISED: Final = (_INFORMATICS, _SCHOOLS, _SCHOOLS, _INFORMATICS, _INFORMATICS, _SCHOOLS)
"""Which requests the laptops that stand reserved on the last day are for."""


def promised_to(kind: str, number: int) -> str | None:
    """The request for which the *number*-th reserved machine of the last day is kept; None: for a person by name."""
    if kind == "desktop":
        return _LIBRARY if number % 2 else None
    return _PROMISED[number] if number < len(_PROMISED) else None


def served_for(partner: str | None, kind: str, day: date) -> str | None:
    """The request that a machine of *kind*, reserved on *day* and donated to *partner*, was for; None: no named one."""
    asked = LAST_DAY - timedelta(days=_KELVIN_AGO)
    return _KELVIN if partner == "kelvin-trust" and kind in ("laptop", "desktop") and day > asked else None


def open_requests(session: Session, recorder: Recorder, shift: timedelta) -> None:
    """Open all of them, each on the morning of its day, before the story begins to reserve for them."""
    last = LAST_DAY + shift
    for row in _ROWS:
        day = last - timedelta(days=row.ago)
        said: dict[str, Any] = {
            **row.asker,
            "kinds": list(row.kinds),
            "number": row.number,
            "asked_on": day.isoformat(),
            "needed_by": (last + timedelta(days=row.within)).isoformat() if row.within else None,
            "least": row.least,
            "contact": row.contact,
        }
        open_request(session, f"demo-{row.uid}", said, _at(recorder, day), row.uid)


def end_requests(session: Session, recorder: Recorder, shift: timedelta) -> None:
    """End those that are over by the last day."""
    for row in _ROWS:
        if row.end is not None:
            end, why = row.end
            end(session, row.uid, f"demo-end-{row.uid}", why, _at(recorder, LAST_DAY + shift))


def _at(recorder: Recorder, day: date) -> Recorder:
    return Recorder(
        recorder.account_id, recorder.actor, recorder.permissions, morning(day), recorder.settings, source="demo"
    )
