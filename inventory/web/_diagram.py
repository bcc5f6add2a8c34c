"""Places the statuses of the lifecycle on a drawing, and the arrows between them."""

from dataclasses import dataclass
from typing import Final

from inventory.lifecycle.describe import Move, moves
from inventory.lifecycle.event_types import NEW
from inventory.register.statuses import STATUSES

WIDTH: Final = 144
HEIGHT: Final = 40
_COLUMN: Final = 176
_ROW: Final = 92
_MARGIN: Final = 12
PLACES: Final = {
    NEW: (0.0, 0.0),
    "on_order": (0.0, 1.0),
    "in_stock": (1.0, 1.0),
    "in_use": (2.0, 1.0),
    "returned": (3.0, 1.0),
    "ready_for_reuse": (4.0, 1.0),
    "reserved": (5.0, 1.0),
    "with_lessor": (3.0, 0.0),
    "sold": (4.0, 0.0),
    "donated": (5.0, 0.0),
    "withdrawn": (0.0, 2.0),
    "on_hold": (1.0, 2.9),
    "missing": (2.0, 2.9),
    "written_off": (3.0, 2.9),
    "dismantled": (3.0, 2.0),
    "awaiting_collection": (4.0, 2.0),
    "with_contractor": (5.0, 2.0),
    "prepared_for_reuse": (6.0, 1.0),
    "recycled": (6.0, 1.7),
    "energy_recovered": (6.0, 2.4),
    "disposed": (6.0, 3.1),
}
"""Column and row of each status."""


@dataclass(frozen=True)
class Box:
    """A status on the drawing."""

    key: str
    label: str
    x: float
    y: float


@dataclass(frozen=True)
class Arrow:
    """A curve from one box to another, with its words."""

    path: str
    words: str
    kind: str


@dataclass(frozen=True)
class Drawing:
    """Everything that the template draws."""

    width: int
    height: int
    boxes: list[Box]
    arrows: list[Arrow]


def _at(key: str) -> tuple[float, float]:
    column, row = PLACES[key]
    return _MARGIN + column * _COLUMN, _MARGIN + row * _ROW


def drawing() -> Drawing:
    """The lifecycle, drawn from its table."""
    boxes = [Box(key, "New record" if key == NEW else STATUSES[key].label, *_at(key)) for key in (NEW, *STATUSES)]
    width = int(max(box.x for box in boxes) + WIDTH + _MARGIN)
    height = int(max(box.y for box in boxes) + HEIGHT + _MARGIN)
    return Drawing(width, height, boxes, [_arrow(move) for move in moves()])


def _arrow(move: Move) -> Arrow:
    (x1, y1), (x2, y2) = _at(move.source), _at(move.target)
    words = f"{_label(move.source)} to {_label(move.target)}: {', '.join(move.labels)}"
    kind = "back" if x2 < x1 else "on"
    if x1 == x2:
        down = y2 > y1
        start, end = y1 + (HEIGHT if down else 0), y2 + (0 if down else HEIGHT)
        x = x1 + WIDTH / 2 + (12 if down else -12)
        return Arrow(f"M{x:g} {start:g}L{x:g} {end:g}", words, kind)
    far = abs(x2 - x1) > _COLUMN
    if y1 == y2 and (far or x2 < x1):
        # An arc over or under the boxes between; backwards runs beneath, so that the two do not cover.
        up = x2 > x1
        edge = y1 + (0 if up else HEIGHT)
        bend = edge + (-1 if up else 1) * min(20 + abs(x2 - x1) / 14, _ROW - HEIGHT - 8)
        start, end = x1 + WIDTH / 2 + (16 if up else -16), x2 + WIDTH / 2 + (-16 if up else 16)
        return Arrow(f"M{start:g} {edge:g}C{start:g} {bend:g} {end:g} {bend:g} {end:g} {edge:g}", words, kind)
    if y1 == y2:
        return Arrow(f"M{x1 + WIDTH:g} {y1 + HEIGHT / 2:g}L{x2:g} {y2 + HEIGHT / 2:g}", words, kind)
    if PLACES[move.target][0] == 6.0:
        middle = x1 + WIDTH + (x2 - x1 - WIDTH) / 2
        a, b = y1 + HEIGHT / 2, y2 + HEIGHT / 2
        return Arrow(f"M{x1 + WIDTH:g} {a:g}C{middle:g} {a:g} {middle:g} {b:g} {x2:g} {b:g}", words, kind)
    down = y2 > y1
    start, end = y1 + (HEIGHT if down else 0), y2 + (0 if down else HEIGHT)
    shift = 24 if x2 > x1 else -24
    a, b, middle = x1 + WIDTH / 2 + shift, x2 + WIDTH / 2 - shift, (start + end) / 2
    return Arrow(f"M{a:g} {start:g}C{a:g} {middle:g} {b:g} {middle:g} {b:g} {end:g}", words, kind)


def _label(key: str) -> str:
    return "New record" if key == NEW else STATUSES[key].label
