"""Reads Boavizta environmental-footprint-data: medians by class, and what makers tell of each model. Pure.

The data is under the Open Database License 1.0, and so is every set made from it; its notice and its makers' warning
are kept with both sets. What the file gets wrong is left out or named, never mended in silence.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from statistics import median
from typing import Any, Final, NamedTuple

from inventory.footprint.brought import Brought, Findings, Table, number
from inventory.footprint.carbon import CAUTION, doubts
from inventory.footprint.factors import ClassFootprint, Spread
from inventory.register.model_keys import model_key

SOURCE: Final = "https://github.com/Boavizta/environmental-footprint-data"
LICENCE: Final = "ODbL 1.0"
NOTICE: Final = (
    "Contains a database derived from Boavizta environmental-footprint-data, which is made available under the Open "
    "Database License 1.0 (http://opendatacommons.org/licenses/odbl/1.0/); any rights in individual contents are "
    "licensed under the Database Contents License 1.0 (http://opendatacommons.org/licenses/dbcl/1.0/). This derived "
    f"table is made available under the ODbL 1.0 too. The warning of its makers: {CAUTION}"
)
COLUMNS: Final = frozenset({"manufacturer", "name", "subcategory", "gwp_total", "gwp_use_ratio", "weight"})
LIMITS_KG: Final = {"laptop": (0.0, 4.0), "mobile_workstation": (0.0, 4.0), "monitor": (1.0, 25.0)}
"""Weights outside are taken for a slip (a screen size in inches, say) and left out."""
LIGHTEST_DESK_KG: Final = 3.0
_MOBILE = re.compile(r"precision|zbook|thinkpad p\d|mobile workstation")
_ALL_IN_ONE = re.compile(r"all-in-one|aio|imac")
_MICRO = re.compile(r"micro|tiny|mini\b|nano")
_TOWER = re.compile(r"precision|mac pro")
_WHAT_IT_IS = re.compile(r"\s+(?:monitor|notebook pc|desktop pc|mobile workstation pc)$", re.IGNORECASE)
_PLAIN: Final = {"monitor": "monitor", "tablet": "tablet", "thin client": "thin_client"}


class Row(NamedTuple):
    """One product of the file. kg CO2e of its whole life, kg, kWh a year, inches; None: not told."""

    maker: str
    name: str
    kind: str | None
    """Kind of asset whose class it belongs to."""
    total: float | None
    embodied: float | None
    weight: float | None
    yearly_kwh: float | None
    error: float | None

    @property
    def words(self) -> str:
        return f"{self.maker} {self.name}"


def reads(table: Table) -> bool:
    """Whether the table is this file, in its English or its French edition."""
    return set(table.header) >= COLUMNS


def read(table: Table, sha256: str) -> Brought:
    """The two sets of the file, and its faults."""
    findings = Findings()
    rows = [row for cells in table.rows if (row := _row(cells, table, findings)) is not None]
    classes = class_values(rows)
    models = _model_values(rows, classes, findings)
    day = _newest(table)
    common = {
        "version": f"Boavizta environmental-footprint-data up to {day}, file {sha256[:8]}",
        "source": SOURCE, "licence": LICENCE, "published": day, "notice": NOTICE,
    }  # fmt: skip
    sets = (
        ("class_footprint", "classes", "Class medians of product carbon footprints", classes),
        ("model_footprint", "models", "Product carbon footprints and weights of models", models),
    )
    told = tuple(
        {"key": f"boavizta-{sha256[:12]}-{name}", "subject": subject, "title": title, "values": values} | common
        for subject, name, title, values in sets
        if values
    )
    return Brought(told, findings.sentences())


def _newest(table: Table) -> str:
    days = []
    for cells in table.rows:
        for shape in ("%d-%m-%Y", "%Y-%m-%d"):
            try:
                days.append(datetime.strptime(cells.get("added_date", ""), shape).date())  # noqa: DTZ007 - a bare day
            except ValueError:
                continue
    return max(days).isoformat() if days else "1970"


def _row(cells: Mapping[str, str], table: Table, findings: Findings) -> Row | None:
    def of(name: str) -> float | None:
        return number(cells.get(name), decimal_comma=table.decimal_comma)

    maker, name = cells.get("manufacturer", "")[:120], cells.get("name", "")[:200]
    if not name:
        return None
    words = f"{maker} {name}"
    kind = kind_of(cells.get("subcategory", ""), name, of("screen_size") or 0)
    total, weight, error = of("gwp_total"), of("weight"), of("gwp_error_ratio")
    made, moved, used = of("gwp_manufacturing_ratio"), of("gwp_transport_ratio"), of("gwp_use_ratio")
    if made is not None and made > 1:
        findings.add("The share of making is more than the whole; the share of use was taken", f"{words} {made:g}")
        made = None
    embodied = None
    if total is not None and total > 0:
        share = made + (moved or 0) if made is not None else 1 - used if used is not None else None
        embodied = total * share if share is not None and 0 < share <= 1 else None
    else:
        total = None
    if error is not None and error > 1:
        findings.add("The error told is more than the figure; it was left out", f"{words} {error:g}")
        error = None
    if weight is not None and not weight > 0:
        weight = None
    low, high = LIMITS_KG.get(kind or "", (0.0, float("inf")))
    if weight is not None and not low <= weight <= high:
        findings.add("The weight cannot be right for its kind and was left out", f"{words} {weight:g} kg")
        weight = None
    small = 0 < (of("screen_size") or 0) < 18 and weight is not None and weight < LIGHTEST_DESK_KG
    if small and kind == "desktop":
        findings.add("Filed as a desktop, looks like a laptop; it counts in the class of desktops as filed", words)
    return Row(maker, name, kind, total, embodied, weight, of("yearly_tec") or None, error or None)


def kind_of(subcategory: str, name: str, screen: float) -> str | None:
    """The kind of asset whose class a product belongs to; None for products without a class of ours.

    Mobile workstations filed as desktops are told from towers by their screen (inches).
    """
    filed, name = subcategory.lower(), name.lower()
    if filed == "laptop":
        return "mobile_workstation" if _MOBILE.search(name) else "laptop"
    if filed not in ("desktop", "workstation"):
        return _PLAIN.get(filed)
    if "precision" in name and screen > 0:
        return "mobile_workstation"
    if filed == "workstation" or _TOWER.search(name):
        return "tower_workstation"
    if _ALL_IN_ONE.search(name):
        return "all_in_one"
    return "micro_desktop" if _MICRO.search(name) else "desktop"


# -- the two sets ----------------------------------------------------------------------------------------------


def class_values(rows: Iterable[Row]) -> dict[str, Any]:
    """Median and quartiles by kind of asset; a kind without any weight or footprint is left out."""
    by_kind: dict[str, list[Row]] = {}
    for row in rows:
        if row.kind and row.total is not None:
            by_kind.setdefault(row.kind, []).append(row)
    found = {}
    for kind, each in by_kind.items():
        embodied = _quartiles(each, lambda row: row.embodied)
        mass = _quartiles(each, lambda row: row.weight)
        if embodied and mass:
            kwh = _quartiles(each, lambda row: row.yearly_kwh)
            found[kind] = {
                "rows": len(each), "embodied_kg": embodied, "mass_kg": mass, "yearly_kwh": kwh[1] if kwh else None,
            }  # fmt: skip
    return found


def _quartiles(rows: Iterable[Row], of: Callable[[Row], float | None]) -> list[float]:
    """Lower quartile, median and upper quartile, between the two values that are nearest; to two decimals."""
    known = sorted(value for row in rows if (value := of(row)) is not None)

    def at(share: float) -> float:
        place = (len(known) - 1) * share
        low = known[int(place)]
        return round(low + (known[min(int(place) + 1, len(known) - 1)] - low) * (place - int(place)), 2)

    return [at(0.25), at(0.5), at(0.75)] if known else []


def _model_values(rows: Iterable[Row], classes: Mapping[str, Any], findings: Findings) -> dict[str, Any]:
    by_model: dict[str, list[Row]] = {}
    for row in rows:
        key = model_key(row.maker, row.name)
        if key and (row.embodied is not None or row.weight is not None):
            by_model.setdefault(key, []).append(row)
    found: dict[str, Any] = {}
    for key, each in sorted(by_model.items()):
        if len(each) > 1:
            findings.add("Told more than once; the middle of what is told was taken", each[0].words)
        middles = {
            "mass_kg": _middle([row.weight for row in each]),
            "embodied_kg": _middle([row.embodied for row in each]),
            "error": _middle([row.error for row in each]),
        }
        told = {name: value for name, value in middles.items() if value is not None}
        of_class = classes.get(each[0].kind or "")
        if of_class:
            told = _doubted(told, _footprint(of_class), each[0].words, findings)
        if told.keys() - {"error"}:
            found[key] = told
    return _short_names(by_model, found) | found


def _short_names(by_model: Mapping[str, list[Row]], found: Mapping[str, Any]) -> dict[str, Any]:
    """The same models under their names without what they are: a register says P2419H, not P2419H Monitor."""
    short = {}
    for key, told in found.items():
        row = by_model[key][0]
        named = model_key(row.maker, _WHAT_IT_IS.sub("", row.name))
        if named:
            short[named] = told
    return short


def _doubted(told: dict[str, float], of_class: ClassFootprint, words: str, findings: Findings) -> dict[str, float]:
    """*told* without a weight that cannot be; a footprint that is very high for its weight is kept and named."""
    kg = told.get("mass_kg")
    if doubts(kg, None, of_class):
        findings.add("The weight is far from its class and was left out", f"{words} {kg:g} kg")
        return {name: value for name, value in told.items() if name != "mass_kg"}
    if doubts(kg, told.get("embodied_kg"), of_class):
        each = f"{words} {told['embodied_kg'] / told['mass_kg']:.0f} kg CO2e per kg"
        findings.add("The footprint is very high for the weight and its class; it was kept, look at it", each)
    return told


def _footprint(told: Mapping[str, Any]) -> ClassFootprint:
    return ClassFootprint(told["rows"], Spread(*told["embodied_kg"]), Spread(*told["mass_kg"]), told.get("yearly_kwh"))


def _middle(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(median(known), 3) if known else None
