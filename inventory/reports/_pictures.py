"""From a chart to its drawing: a table of kinds; a narrow sheet, as on a phone, puts words above bars."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil, floor, log10
from typing import Final, NamedTuple

from inventory.lifecycle.waste_hierarchy import TIERS
from inventory.reports._charts import Chart, Series
from inventory.reports._drawing import SMALL_SIZE, TEXT_SIZE, Dot, Drawing, Path, Text, marker, measure, wrap
from inventory.reports._words import number_words

WIDE: Final = 720
NARROW: Final = 340
_PHONE: Final = 480
"""Width below which words stand above bars."""
_MANY: Final = 10
"""Bars beyond which they are drawn thinner, so that all are seen at once."""
_BANDS: Final = 5
"""Tones there are for series that are no tiers, and lines told apart by mark and dash."""
Number = float | int


class _Part(NamedTuple):
    """A piece of a bar."""

    value: Number
    tone: str
    title: str
    cell: str | None


def draw(chart: Chart, width: float = WIDE, head: Sequence[str] = (), foot: Sequence[str] = ()) -> Drawing:
    """*chart* on a sheet of *width* px, with lines of words above (the first larger) and below for a saved picture."""
    drawing = Drawing(width, chart.title)
    y = 0.0
    for number, words in enumerate(head):
        size = TEXT_SIZE if number else 18
        for line in wrap(words, width, size, 3):
            y += size + 5
            drawing.put(Text(0, y, line, size=size, strong=not number, tone="quiet" if number else "ink"))
    y += 16 if head else 0
    y = _KINDS[chart.kind](drawing, chart, y)
    for words in foot:
        for line in wrap(words, width, SMALL_SIZE, 3):
            y += 17
            drawing.put(Text(0, y, line, size=SMALL_SIZE, tone="quiet"))
    drawing.height = y + 6
    return drawing


def nice(value: float) -> float:
    """The least round number (1, 2, 3, 4, 6, 8 and their tens) that is not below *value*; 1 for nothing."""
    if value <= 0:
        return 1
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1, 2, 3, 4, 6, 8, 10) if step * power >= value)


def _words(value: Number | None, unit: str, *, named: bool = True) -> str:
    """A number with the decimals of its unit and, where *named*, the unit itself."""
    if value is None:
        return "not known"
    whole = int(value) if value == int(value) else value
    return f"{number_words(whole, unit)} {unit if named else ''}".rstrip()


def _step(value: float, unit: str = "") -> str:
    """A step of a scale: a round number, without decimals that say nothing."""
    return f"{value:,g} {unit}".rstrip()


def _tone(series: Series, number: int) -> str:
    """Colour of a series: its tier's, hatched where it is the expected part; else one of the bands."""
    tier, _, part = series.key.partition(".")
    if tier in TIERS:
        return f"hatch-{tier}" if part == "expected" else f"tier-{tier}"
    return f"{'hatch-band' if number % _BANDS == 1 else 'band'}-{number % _BANDS + 1}"


def _cell(series: Series, place: int) -> str | None:
    return series.cells[place] if place < len(series.cells) else None


def _part(chart: Chart, series: Series, place: int, tone: str) -> _Part:
    value = series.values[place] or 0
    named = f"{chart.labels[place]}, {series.name}" if len(chart.series) > 1 else chart.labels[place]
    return _Part(value, tone, f"{named}: {_words(series.values[place], chart.unit)}", _cell(series, place))


def _rows(drawing: Drawing, chart: Chart, y: float, parts: list[list[_Part]], *, centred: bool, tall: float) -> float:
    """A bar of parts per label with its name, its sum and its note; the height below."""
    narrow = drawing.width < _PHONE
    name_room, number_room = (0.0, 0.0) if narrow else (168.0, 184.0)
    room = drawing.width - name_room - number_room
    sums = [round(sum(part.value for part in row), 3) for row in parts]
    known = [any(each.values[place] is not None for each in chart.series) for place in range(len(parts))]
    longest = max(sums, default=0) or 1
    for place, row in enumerate(parts):
        note = chart.notes[place] if place < len(chart.notes) else ""
        said = _words(sums[place] if known[place] else None, chart.unit, named=not narrow)
        if narrow:
            names = wrap(chart.labels[place], drawing.width - measure(said) - 16)
            drawing.words(0, y + 14, names)
            drawing.put(Text(drawing.width, y + 14, said, "end", strong=True))
            bar, notes = y + 4 + 16 * len(names), wrap(note, drawing.width, SMALL_SIZE)
            drawing.words(0, bar + tall + 15, notes, size=SMALL_SIZE, tone="quiet")
            step = bar - y + tall + 16 * len(notes) + 10
        else:
            names, notes = wrap(chart.labels[place], name_room - 12), wrap(note, number_room - 14, SMALL_SIZE)
            numbers = wrap(said, number_room - 14)
            step = max(tall * 1.4, 16 * len(names) + 8, 16 * (len(numbers) + len(notes)) + 8)
            middle, bar = y + step / 2, y + (step - tall) / 2
            drawing.words(0, middle + 5 - 8 * (len(names) - 1), names)
            left, top = drawing.width - number_room + 14, middle + 5 - 8 * (len(numbers) + len(notes) - 1)
            drawing.words(left, top, numbers, strong=True)
            drawing.words(left, top + 16 * len(numbers), notes, size=SMALL_SIZE, tone="quiet")
        x = name_room + (room * (1 - sums[place] / longest) / 2 if centred else 0)
        if not sums[place]:
            drawing.put(Path((((x, bar + 3), (x, bar + tall - 3)),), "zero"))
        for part in row:
            length = room * part.value / longest
            drawing.bar((x, bar, length, tall), part.tone, part.title, part.cell)
            x += length
        y += step
        drawing.put(Path((((0, y - 1), (drawing.width, y - 1)),), "grid"))
    return y


def _hierarchy(drawing: Drawing, chart: Chart, y: float) -> float:
    confirmed, expected = chart.series
    tiers = list(TIERS)
    parts = [
        [
            _part(chart, confirmed, place, f"tier-{tiers[place]}"),
            _part(chart, expected, place, f"hatch-{tiers[place]}"),
        ]
        for place in range(len(chart.labels))
    ]
    y = _rows(drawing, chart, y, parts, centred=True, tall=28)
    return drawing.legend(y + 10, [("band-1", "confirmed"), ("hatch-band-2", "expected, not yet confirmed")])


def _bars(drawing: Drawing, chart: Chart, y: float) -> float:
    parts = [[_part(chart, chart.series[0], place, "band-1")] for place in range(len(chart.labels))]
    return _rows(drawing, chart, y, parts, centred=False, tall=24 if len(parts) <= _MANY else 16)


def _stacked(drawing: Drawing, chart: Chart, y: float) -> float:
    tones = [_tone(each, number) for number, each in enumerate(chart.series)]
    parts = [
        [_part(chart, each, place, tone) for each, tone in zip(chart.series, tones, strict=True)]
        for place in range(len(chart.labels))
    ]
    y = drawing.legend(y, [(tone, each.name) for each, tone in zip(chart.series, tones, strict=True)])
    return _rows(drawing, chart, y + 4, parts, centred=False, tall=24)


def _trend(drawing: Drawing, chart: Chart, y: float) -> float:
    names = [(f"line-{number % _BANDS + 1}", each) for number, each in enumerate(chart.series)]
    if len(names) > 1:
        y = drawing.legend(y, [(tone, each.name) for tone, each in names])
    top, low = y + 24, y + 208
    most = nice(max((value for each in chart.series for value in each.values if value is not None), default=0))
    # Half a machine is no step of a scale.
    for share in (0, 0.5, 1) if most >= 2 else (0, 1):
        line = low - (low - top) * share
        drawing.put(Path((((0, line), (drawing.width, line)),), "grid" if share else "axis"))
        if share:
            said = _step(most * share, chart.unit if share == 1 else "")
            drawing.put(Text(0, line - 5, said, size=SMALL_SIZE, tone="quiet"))
    # The words of the scale have the first of the places; no mark stands on them.
    left = 56.0
    # Half of the last label reaches beyond its mark.
    last = measure(chart.labels[-1], SMALL_SIZE) / 2 if chart.labels else 0
    step = min(
        (drawing.width - left) / (len(chart.labels) or 1),
        (drawing.width - left - last) / max(len(chart.labels) - 0.5, 0.5),
    )
    for tone, series in names:
        places = [
            None if value is None else (left + (place + 0.5) * step, low - (low - top) * value / most)
            for place, value in enumerate(series.values)
        ]
        bits = tuple((one, two) for one, two in pairwise(places) if one and two)
        drawing.put(Path(bits, tone))
        for place, point in enumerate(places):
            if point:
                title = f"{series.name}, {chart.labels[place]}: {_words(series.values[place], chart.unit)}"
                drawing.put(marker(*point, tone, title))
    every = ceil(max((measure(label, SMALL_SIZE) + 6 for label in chart.labels), default=0) / step) or 1
    for place, label in enumerate(chart.labels):
        if (len(chart.labels) - 1 - place) % every == 0:
            drawing.put(Text(left + (place + 0.5) * step, low + 18, label, "middle", SMALL_SIZE, "quiet"))
    return low + 28


def _ranges(drawing: Drawing, chart: Chart, y: float) -> float:
    narrow = drawing.width < _PHONE
    name_room, number_room = (0.0, 0.0) if narrow else (168.0, 244.0)
    room = drawing.width - name_room - number_room - 12
    given = [value for each in chart.series for value in each.values if value is not None]
    most, least = max([0, *given]), min([0, *given])
    scale = room / ((most - least) or 1)
    start = name_room + 6 - least * scale
    first = y
    for place, label in enumerate(chart.labels):
        low, central, high = (each.values[place] for each in chart.series)
        whole = None not in (low, central, high)
        ends_said = [_words(each, chart.unit, named=False) for each in (low, central, high)]
        said = " – ".join(ends_said) + f" {chart.unit}" if whole else "not known"
        if narrow:
            names, lines = wrap(label, drawing.width), wrap(said, drawing.width, SMALL_SIZE, 3)
            drawing.words(0, y + 14, names)
            drawing.words(0, y + 16 * len(names) + 14, lines, size=SMALL_SIZE, strong=True)
            step = 16.0 * (len(names) + len(lines)) + 30
            middle = y + step - 14
        else:
            names, lines = wrap(label, name_room - 12), wrap(said, number_room - 14, SMALL_SIZE, 3)
            step = 16.0 * max(2, len(names), len(lines)) + 10
            middle = y + step / 2
            drawing.words(0, middle + 5 - 8 * (len(names) - 1), names)
            top = middle + 5 - 8 * (len(lines) - 1)
            drawing.words(drawing.width - number_room + 14, top, lines, size=SMALL_SIZE, strong=True)
        if low is not None and central is not None and high is not None:
            ends = [start + low * scale, start + high * scale]
            bits = [((ends[0], middle), (ends[1], middle)), *(((x, middle - 7), (x, middle + 7)) for x in ends)]
            title = "{}: low {}, central {}, high {} {}".format(label, *ends_said, chart.unit)
            drawing.put(
                Path(tuple(bits), "range", title=title), Dot(start + central * scale, middle, 6, "range", title)
            )
        y += step
        drawing.put(Path((((0, y - 1), (drawing.width, y - 1)),), "grid"))
    drawing.put(Path((((start, first), (start, y)),), "axis"))
    key = wrap(f"Low – central – high; the upright line is 0 {chart.unit}", drawing.width, SMALL_SIZE)
    drawing.words(0, y + 18, key, size=SMALL_SIZE, tone="quiet")
    return y + 12 + 16 * len(key)


_KINDS: Final[dict[str, Callable[[Drawing, Chart, float], float]]] = {
    "hierarchy": _hierarchy,
    "trend": _trend,
    "bars": _bars,
    "stacked": _stacked,
    "ranges": _ranges,
}
