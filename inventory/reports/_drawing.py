"""Marks that a chart is made of, and measured words: one drawing for page, SVG and PDF. Pure.

Lengths are in px of 1/96 inch at the width that is drawn for; y runs down.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

TEXT_SIZE: Final = 14
SMALL_SIZE: Final = 12
_EM: Final = 0.55
"""Mean width of a letter, in parts of its size; on the safe side for Atkinson Hyperlegible, Arial and the like."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A bar; ``title`` says it in words, ``cell`` names the figure it stands for."""

    shape: ClassVar[str] = "rect"
    x: float
    y: float
    width: float
    height: float
    tone: str
    title: str = ""
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """Lines through points; ``closed`` ones are filled."""

    shape: ClassVar[str] = "path"
    lines: tuple[tuple[tuple[float, float], ...], ...]
    tone: str
    closed: bool = False
    title: str = ""

    @property
    def d(self) -> str:
        """The path in SVG's words."""
        end = "Z" if self.closed else ""
        return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line) + end for line in self.lines)


@dataclass(frozen=True, slots=True)
class Dot:
    """A round mark."""

    shape: ClassVar[str] = "dot"
    x: float
    y: float
    radius: float
    tone: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Words on one base line; ``anchor`` start, middle or end."""

    shape: ClassVar[str] = "text"
    x: float
    y: float
    words: str
    anchor: str = "start"
    size: int = TEXT_SIZE
    tone: str = "ink"
    strong: bool = False


Mark = Rect | Path | Dot | Text


@dataclass(slots=True)
class Drawing:
    """Marks on a sheet of ``width``; ``height`` grows with what is put on it."""

    width: float
    title: str
    height: float = 0
    marks: list[Mark] = field(default_factory=list)

    def put(self, *marks: Mark) -> None:
        """More marks, above those before."""
        self.marks.extend(marks)

    def bar(self, box: tuple[float, float, float, float], tone: str, title: str, cell: str | None = None) -> None:
        """A bar of (x, y, width, height); a tone that begins with ``hatch-`` is hatched in the tone behind it."""
        if box[2] <= 0:
            return
        if tone.startswith("hatch"):
            self.put(Rect(*box, "ground"), Path(tuple(_hatch(*box)), tone), Rect(*box, "outline", title, cell))
        else:
            self.put(Rect(*box, tone, title, cell))

    def words(self, x: float, y: float, lines: Sequence[str], anchor: str = "start", **look: object) -> None:
        """Lines of text, the first on the base line *y*."""
        for number, line in enumerate(lines):
            self.put(Text(x, y + 16 * number, line, anchor, **look))  # type: ignore[arg-type]

    def legend(self, y: float, entries: Sequence[tuple[str, str]]) -> float:
        """(tone, name) beside each other, from *y* down as lines are needed; the height below them."""
        x = 0.0
        for tone, name in entries:
            room = 36 + measure(name, SMALL_SIZE)
            if x and x + room > self.width:
                x, y = 0.0, y + 22
            if tone.startswith("line-"):
                middle = y + 7
                self.put(Path((((x, middle), (x + 28, middle)),), tone), marker(x + 14, middle, tone, ""))
                self.put(Text(x + 36, y + 11, name, size=SMALL_SIZE))
                room += 12
            else:
                self.bar((x, y, 24, 13), tone, "")
                self.put(Text(x + 31, y + 11, name, size=SMALL_SIZE))
            x += room + 16
        return y + 26


def measure(words: str, size: int = TEXT_SIZE) -> float:
    """About how wide words are, rather too much than too little."""
    return len(words) * size * _EM


def wrap(words: str, room: float, size: int = TEXT_SIZE, most: int = 2) -> list[str]:
    """*words* on at most *most* lines of *room* px; what does not fit ends in an ellipsis."""
    longest = max(3, int(room / (size * _EM)))
    lines: list[str] = []
    rest = " ".join(words.split())
    while rest and len(lines) < most:
        if len(rest) <= longest:
            lines.append(rest)
            return lines
        if len(lines) == most - 1:
            lines.append(rest[: longest - 1].rstrip(" ,;") + "…")
            return lines
        space = rest.rfind(" ", 0, longest + 1)
        cut = space if space > 0 else longest
        lines.append(rest[:cut])
        rest = rest[cut:].lstrip()
    return lines


def _hatch(x: float, y: float, width: float, height: float) -> list[tuple[tuple[float, float], ...]]:
    """Rising lines across a box, as far as its inside."""
    left, top, right, low = x + 1, y + 1, x + width - 1, y + height - 1
    found: list[tuple[tuple[float, float], ...]] = []
    if right <= left:
        return found
    across = right - left + low - top
    for step in range(4, int(across), 8):
        # Along x - left + y - top = step.
        first = (left + min(step, right - left), top + max(0.0, step - (right - left)))
        last = (left + max(0.0, step - (low - top)), top + min(step, low - top))
        found.append((first, last))
    return found


_FORMS: Final = {
    "line-2": ((-5, -5), (5, -5), (5, 5), (-5, 5)),
    "line-3": ((0, -6), (6, 0), (0, 6), (-6, 0)),
    "line-4": ((0, -6), (6, 5), (-6, 5)),
    "line-5": ((0, 6), (6, -5), (-6, -5)),
}
"""Marks of lines but the first, about their middle: square, lozenge, triangles."""


def marker(x: float, y: float, tone: str, title: str) -> Mark:
    """The mark that tells a line from others without its colour."""
    form = _FORMS.get(tone)
    if form is None:
        return Dot(x, y, 4.5, tone, title)
    return Path((tuple((x + dx, y + dy) for dx, dy in form),), tone, closed=True, title=title)
