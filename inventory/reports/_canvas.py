"""The drawing of a chart on the page of a PDF, as lines and letters."""

from collections.abc import Callable
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from inventory.printing import fonts
from inventory.reports._drawing import Dot, Drawing, Path, Rect, Text
from inventory.reports._palette import LIGHT, Paint


class Picture(Flowable):  # type: ignore[misc]
    """A drawing, at most *room* points wide and as wide as the page leaves."""

    def __init__(self, drawing: Drawing, room: float) -> None:
        super().__init__()
        self.drawing = drawing
        self.room = room
        self.scale = 1.0

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Room that it takes: in proportion, as large as may be."""
        across = min(self.room, width)
        self.scale = min(across / self.drawing.width, height / self.drawing.height)
        return self.drawing.width * self.scale, self.drawing.height * self.scale

    def draw(self) -> None:
        """All marks, the first below."""
        canvas = self.canv
        canvas.saveState()
        canvas.translate(0, self.drawing.height * self.scale)
        canvas.scale(self.scale, self.scale)
        for mark in self.drawing.marks:
            _HOW[mark.shape](canvas, mark, LIGHT[mark.tone])
        canvas.restoreState()


def _set(canvas: Canvas, paint: Paint) -> dict[str, int]:
    """Colours as *paint* says; what of a shape is drawn at all."""
    if paint.fill != "none":
        canvas.setFillColor(HexColor(paint.fill))
    if paint.line != "none":
        canvas.setStrokeColor(HexColor(paint.line))
    canvas.setLineWidth(paint.width)
    canvas.setDash(*([list(paint.dash)] if paint.dash else []))
    return {"fill": int(paint.fill != "none"), "stroke": int(paint.line != "none")}


def _rect(canvas: Canvas, mark: Rect, paint: Paint) -> None:
    canvas.rect(mark.x, -mark.y - mark.height, mark.width, mark.height, **_set(canvas, paint))


def _path(canvas: Canvas, mark: Path, paint: Paint) -> None:
    how = _set(canvas, paint._replace(dash=()) if mark.closed else paint)
    path = canvas.beginPath()
    for first, *rest in mark.lines:
        path.moveTo(first[0], -first[1])
        for x, y in rest:
            path.lineTo(x, -y)
        if mark.closed:
            path.close()
    canvas.drawPath(path, stroke=how["stroke"], fill=how["fill"] if mark.closed else 0)


def _dot(canvas: Canvas, mark: Dot, paint: Paint) -> None:
    canvas.circle(mark.x, -mark.y, mark.radius, **_set(canvas, paint._replace(dash=())))


def _text(canvas: Canvas, mark: Text, paint: Paint) -> None:
    canvas.setFillColor(HexColor(paint.fill))
    canvas.setFont(fonts.TEXT, mark.size)
    write = {"start": canvas.drawString, "middle": canvas.drawCentredString, "end": canvas.drawRightString}
    write[mark.anchor](mark.x, -mark.y, fonts.printable(mark.words, fonts.TEXT))


_HOW: Final[dict[str, Callable[[Canvas, Any, Paint], None]]] = {
    "rect": _rect,
    "path": _path,
    "dot": _dot,
    "text": _text,
}
