"""What a report's picture shows, as data: every edge that draws draws the same. Pure."""

from dataclasses import dataclass


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
