"""What a report's picture shows, as data: every edge that draws draws the same. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Series:
    """One row of marks: a value per label of the chart (None: nothing there).

    ``key`` is a tier's key where the series is one (its colour and hatching follow); ``cells`` name the
    figures so that a mark opens its machines.
    """

    name: str
    values: tuple[float | int | None, ...]
    key: str = ""
    cells: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: ``kind`` hierarchy, trend, bars, stacked or ranges; ``unit`` of its values.

    - bars: one series, a bar per label; stacked: several, one bar per label; trend: a line per series over
      the labels.
    - ranges: three series, low, central and high, a mark per label.
    - hierarchy: two series, confirmed and expected, over the tiers in their order.
    """

    kind: str
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = "machines"
    notes: tuple[str, ...] = ()
    """One per label, where something is to be said beside its mark."""


def bars(title: str, named: Iterable[tuple[str, Any]], unit: str = "machines") -> Chart | None:
    """A bar for each (label, figure); None where every figure is nothing."""
    given = list(named)
    if not any(figure.value for _, figure in given):
        return None
    values, cells = tuple(figure.value for _, figure in given), tuple(figure.cell for _, figure in given)
    return Chart("bars", title, tuple(label for label, _ in given), (Series(title, values, cells=cells),), unit)
