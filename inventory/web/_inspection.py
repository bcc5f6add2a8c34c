"""The bench's form: what it shows of tests, locks, drives and advice, and what was ticked in it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import select

from inventory.advice.rules import Advice, advise, system_label
from inventory.advice.service import floors_of, known_of
from inventory.db import among
from inventory.intake.queries import latest_findings
from inventory.lifecycle import bench
from inventory.lifecycle.details import COSMETIC, FUNCTIONAL, PASS_FAIL, ROUTES, Inspected
from inventory.lifecycle.fields import schema_of
from inventory.lifecycle.loading import CHUNK, load_lines
from inventory.lifecycle.models import LifecycleEvent
from inventory.lifecycle.requests import EventRequest
from inventory.lifecycle.rules import replay
from inventory.lifecycle.state import FittedDrive
from inventory.register.kinds import KINDS
from inventory.register.models import Asset
from inventory.register.tags import normalise
from inventory.web import _recording as recording
from inventory.web._forms import Reading, read
from inventory.web._shell import recorder, session, settings
from inventory.web._words import label_of

KEY: Final = "inspected"
TEST, LOCK = "test-", "lock-"
_COSMETIC_WORDS: Final = {key: f"{key} · {words}" for key, words in COSMETIC.items()}
_CARRIED_OVER: Final = (
    "functional",
    "cosmetic",
    "r2_functional",
    "r2_cosmetic",
    "pat_instrument",
    "pat_class",
    "pat_fuse_a",
)
"""What a machine of the same model is likely to share. Never a lock, a drive, a date or a measured value."""
_PAT: Final = (
    "pat_tester",
    "pat_instrument",
    "pat_date",
    "pat_earth_ohm",
    "pat_insulation_mohm",
    "pat_fuse_a",
    "pat_next_due",
)
PLAIN_FIELDS: Final = tuple(
    name for name in schema_of(Inspected).fields if name not in ("results", "locks", "computed_route")
)


def shown(
    kind: str | None, drives: Mapping[str, FittedDrive] | None = None, advice: Advice | None = None
) -> SimpleNamespace:
    """What machines/_inspection.html names. *kind* None: machines of any kind, in a batch."""
    tests = bench.tests_of(kind) if kind else list(bench.TESTS.values())
    locks = bench.locks_of(kind) if kind else list(bench.LOCKS.values())
    areas: dict[str, list[bench.Test]] = {}
    for each in tests:
        areas.setdefault(each.area, []).append(each)
    return SimpleNamespace(
        functional=list(FUNCTIONAL.items()),
        cosmetic=list(_COSMETIC_WORDS.items()),
        r2_functional=[("", "As the words above stand for"), *bench.R2_FUNCTIONAL.items()],
        r2_cosmetic=[("", "As the letter above stands for"), *bench.R2_COSMETIC.items()],
        areas=areas,
        results=list(bench.RESULTS.items()),
        locks=locks,
        lock_states=list(bench.LOCK_STATES.items()),
        holds_storage=kind is None or KINDS[kind].holds_storage,
        drives=[recording.drive_label(each) for each in (drives or {}).values()],
        seen=list(bench.NO_DRIVE_SEEN.items()),
        pat=[(name, label_of(name), "date" if name.endswith(("_date", "_due")) else "text") for name in _PAT],
        pat_classes=list(bench.PAT_CLASSES.items()),
        pass_fail=list(PASS_FAIL.items()),
        routes=list(ROUTES.items()),
        advice=told(advice),
    )


def told(advice: Advice | None) -> dict[str, Any] | None:
    """The advice in words."""
    if advice is None:
        return None
    return {
        "route": ROUTES[advice.route] if advice.route else None,
        "key": advice.route,
        "reasons": advice.reasons,
        "cautions": advice.cautions,
        "system": system_label(advice.os_path),
        "notice": advice.notice,
    }


def read_form(form: Mapping[str, str]) -> Reading:
    """The findings as details; every problem beside its control."""
    reading = read(Inspected, {name: form[name] for name in PLAIN_FIELDS if name in form}, recording.find)
    reading.paths |= {"results": "tests-title", "locks": "locks-title"}
    results = [
        {"test": key, "result": form[TEST + key]}
        for key in bench.TESTS
        if form.get(TEST + key) in bench.RESULTS and form[TEST + key] != "not_tested"
    ]
    # What was looked at and not tested is told only beside what was: an untouched list says nothing.
    if results:
        results += [
            {"test": key, "result": "not_tested"} for key in bench.TESTS if form.get(TEST + key) == "not_tested"
        ]
        reading.details["results"] = results
    locks = [
        {"lock": key, "state": form[LOCK + key]} for key in bench.LOCKS if form.get(LOCK + key) in bench.LOCK_STATES
    ]
    if locks:
        reading.details["locks"] = locks
    if reading.details.get("no_drive_fitted") and not reading.details.get("no_drive_seen"):
        reading.errors["no_drive_seen"] = "Say how you saw that no drive is fitted"
    return reading


def all_passed(form: Mapping[str, str], kind: str | None) -> dict[str, str]:
    """The form with every test of the kind passed that was not answered otherwise, and no lock found."""
    values = dict(form)
    for test in bench.tests_of(kind) if kind else bench.TESTS.values():
        if values.get(TEST + test.key, "") in ("", "not_tested"):
            values[TEST + test.key] = "passed"
    for lock in bench.locks_of(kind) if kind else bench.LOCKS.values():
        values.setdefault(LOCK + lock.key, "none")
    values.setdefault("functional", "working")
    return values


def of_an_equal(kind: str, manufacturer: str | None, model: str | None, but: int) -> tuple[dict[str, str], str] | None:
    """(values, tag) from the last inspection of another machine of this model; None where there is none."""
    if not model:
        return None
    row = (
        session()
        .execute(
            select(LifecycleEvent.details, Asset.tag)
            .join(Asset, Asset.id == LifecycleEvent.asset_id)
            .where(
                Asset.manufacturer == manufacturer,
                Asset.model == model,
                Asset.kind == kind,
                Asset.id != but,
                LifecycleEvent.kind == KEY,
            )
            .order_by(LifecycleEvent.id.desc())
            .limit(1)
        )
        .first()
    )
    if row is None:
        return None
    details, tag = row
    values = {name: str(details[name]) for name in _CARRIED_OVER if name in details}
    # A failure is found, not expected.
    values |= {TEST + each["test"]: "passed" for each in details.get("results", ()) if each["result"] == "passed"}
    return values, tag


def with_computed_routes(requests: Sequence[EventRequest]) -> list[EventRequest]:
    """The inspections of a batch, each with the route that the rules advise for its machine with these findings."""
    numbers: dict[str, int] = {}
    for start in range(0, len(requests), CHUNK):
        keys = [normalise(str(each.tag)) for each in requests[start : start + CHUNK]]
        rows = session().execute(select(Asset.tag_key, Asset.id).where(among(session(), Asset.tag_key, keys)))
        numbers |= dict(rows.all())
    histories = load_lines(session(), sorted(numbers.values()))
    states = {number: replay([line for line, _ in history]) for number, history in histories.items()}
    found = latest_findings(session(), sorted(states))
    today, floors = recorder().now.astimezone(settings().zone).date(), floors_of(settings())
    made = []
    for each in requests:
        number = numbers.get(normalise(str(each.tag)))
        if number is not None:
            known = known_of(states[number], found.get(number), today, dict(each.details))
            route = advise(known, floors).route
            if route:
                each = replace(each, details={**each.details, "computed_route": route})
        made.append(each)
    return made
