"""Factors as data: sets with a version, a source, a licence and a date, and which of them are in force. Pure.

A set is a JSON object: ``key, subject, title, version, source, licence, published`` (a day, a month or a
year, as ISO 8601 writes it), ``notice`` and ``values``. Subjects and the values of each:

- ``class_footprint``: by kind of asset ``{rows, embodied_kg: [p25, median, p75], mass_kg: [p25, median, p75],
  yearly_kwh}``; kg CO2e of making and shipping one, kg, kWh a year.
- ``model_footprint``: by model key (`register.model_keys`) ``{mass_kg, embodied_kg}``, either may be missing.
- ``conversion``: by name ``{value, unit, year, source, seen}``; ``seen``: "official" or "third party".
- ``avoided``: parameters of avoided emissions by name ``{low, central, high, source}``.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any, Final, NamedTuple

SUBJECTS: Final = ("class_footprint", "model_footprint", "conversion", "avoided")


class Spread(NamedTuple):
    """Lower quartile, median, upper quartile."""

    p25: float
    median: float
    p75: float


class ClassFootprint(NamedTuple):
    """What is known of a kind of asset: rows behind it, kg CO2e embodied in one, kg, kWh a year."""

    rows: int
    embodied_kg: Spread
    mass_kg: Spread
    yearly_kwh: float


class ModelFootprint(NamedTuple):
    """What a maker told of a model: mass in grams, kg CO2e embodied in one; None: not told."""

    mass_g: int | None
    embodied_kg: float | None


@dataclass(frozen=True)
class FactorSet:
    """A set of factors. ``known_from`` is None for a shipped one: it holds until another is known."""

    key: str
    subject: str
    title: str
    version: str
    source: str
    licence: str
    published: str
    notice: str
    values: Mapping[str, Any]
    known_from: datetime | None = None

    @property
    def words(self) -> str:
        """How a figure cites the set."""
        return f"{self.title}, {self.version} ({self.source}; {self.licence})"


def read_set(content: Mapping[str, Any], known_from: datetime | None = None) -> FactorSet:
    """A set from its JSON object."""
    return FactorSet(
        str(content["key"]),
        str(content["subject"]),
        str(content["title"]),
        str(content["version"]),
        str(content["source"]),
        str(content["licence"]),
        str(content["published"]),
        str(content.get("notice", "")),
        content["values"],
        known_from,
    )


@lru_cache(maxsize=1)
def shipped() -> tuple[FactorSet, ...]:
    """The sets that come with the product, oldest first."""
    files = resources.files("inventory.footprint").joinpath("data").iterdir()
    found = [read_set(json.loads(file.read_text("utf-8"))) for file in files if file.name.endswith(".json")]
    return tuple(sorted(found, key=lambda each: (each.published, each.key)))


class FactorBook:
    """The sets in force: of each subject the newest known, or those that are pinned."""

    def __init__(self, sets: Iterable[FactorSet], pinned: Iterable[str] = ()) -> None:
        """*sets*: every set known at the moment that is asked about; *pinned*: keys that go before newer ones."""
        wanted = set(pinned)
        self._of: dict[str, list[FactorSet]] = {subject: [] for subject in SUBJECTS}
        for each in sets:
            self._of[each.subject].append(each)
        for found in self._of.values():
            found.sort(key=_order, reverse=True)
            if any(each.key in wanted for each in found):
                found[:] = [each for each in found if each.key in wanted]

    @property
    def everything(self) -> tuple[FactorSet, ...]:
        """Every set that may be used, by subject, the newest first."""
        return tuple(each for subject in SUBJECTS for each in self._of[subject])

    def all_of(self, subject: str) -> tuple[FactorSet, ...]:
        """Every set of *subject* that may be used, the newest first."""
        return tuple(self._of[subject])

    def newest(self, subject: str) -> FactorSet | None:
        """The set of *subject* in force."""
        return next(iter(self._of[subject]), None)

    def of_class(self, kind: str) -> ClassFootprint | None:
        """What is known of a kind of asset; None for kinds without a class."""
        found = self.newest("class_footprint")
        return _class(found, kind) if found else None

    def of_model(self, model_key: str | None) -> ModelFootprint | None:
        """What a maker told of a model, if a set knows it."""
        found = self.newest("model_footprint")
        told = found.values.get(model_key) if found and model_key else None
        if told is None:
            return None
        mass = told.get("mass_kg")
        return ModelFootprint(round(mass * 1000) if mass is not None else None, told.get("embodied_kg"))

    @property
    def knows_models(self) -> bool:
        """Whether any figure can rest on a model."""
        return bool(self._of["model_footprint"])


def _order(each: FactorSet) -> tuple[bool, float, str, str]:
    # What a university brought in goes before what came with the product; the latest of them first.
    moment = each.known_from
    return moment is not None, moment.timestamp() if moment else 0.0, each.published, each.key


def _class(found: FactorSet, kind: str) -> ClassFootprint | None:
    told = found.values.get(kind)
    if told is None:
        return None
    return ClassFootprint(told["rows"], Spread(*told["embodied_kg"]), Spread(*told["mass_kg"]), told["yearly_kwh"])
