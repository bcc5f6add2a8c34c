"""A report as a PDF on A4: what is asked, the chart, the figures over as many pages as they need, the definition."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from io import BytesIO
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer

from inventory.printing import fonts
from inventory.printing.pdf import points
from inventory.reports._base import Column, Report, report_type
from inventory.reports._canvas import Picture
from inventory.reports._pictures import draw
from inventory.reports._words import About, as_at_words, basis, cell_words

MARGIN_MM: Final = 14.0
_GAP: Final = 6.0
"""Points beside what stands in a column, and beside everything on the page."""
_INK, _QUIET, _RULE = HexColor("#16211d"), HexColor("#4d5a54"), HexColor("#dcd8cc")
_SMALL: Final = ParagraphStyle("small", fontName=fonts.TEXT, fontSize=9, leading=11.5, textColor=_INK)
_NOTE: Final = ParagraphStyle("note", parent=_SMALL, fontSize=8.5, leading=10.5, textColor=_QUIET, spaceAfter=2)
_TITLE: Final = ParagraphStyle("title", parent=_SMALL, fontSize=18, leading=22, spaceAfter=4)
_HEAD: Final = ParagraphStyle("head", parent=_SMALL, fontSize=8, leading=10, textColor=_QUIET)
_OVER: Final = ParagraphStyle("over", parent=_SMALL, fontSize=10, leading=18)
_NUMBER: Final = ParagraphStyle("number", parent=_SMALL, alignment=TA_RIGHT)
_NUMBER_HEAD: Final = ParagraphStyle("number head", parent=_HEAD, alignment=TA_RIGHT)
_SAID_ABOVE: Final = ("Title", "Institution", "Period", "Scope", "As at", "Counting rules")


def to_pdf(report: Report, about: About) -> bytes:
    """The report, upright or, where its columns need it, across; the same report gives the same bytes."""
    fonts.register()
    page, widths = _layout(report)
    # What flows on the page has a padding of its own.
    margin = points(MARGIN_MM) - _GAP
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=page,
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=points(20),
        title=report.title,
        author=about.institution,
        lang="en",
        invariant=1,
        pageCompression=1,
        initialFontName=fonts.TEXT,
    )
    parts: list[Any] = [
        _words(report.title, _TITLE),
        _words(f"{report.period}. {report.scope}.", _SMALL),
        _words(f"{as_at_words(report, about)}. Counting rules, version {report.version}.", _NOTE),
        Spacer(0, 6),
    ]
    picture = report_type(report.key).chart
    chart = picture(report) if picture else None
    if chart:
        parts += [_words(chart.title, _SMALL), Spacer(0, 4), Picture(draw(chart), points(182)), Spacer(0, 10)]
    parts += [_table(report, widths), Spacer(0, 10)]
    parts += [_words(_said(label, words), _NOTE) for label, words in basis(report, about) if label not in _SAID_ABOVE]
    document.build(parts, canvasmaker=partial(_Numbered, foot=_foot(report, about)))
    return out.getvalue()


def _said(label: str, words: str) -> str:
    return words if label in ("Definition", "Note") else f"{label}: {words}"


def _words(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(fonts.printable(text, fonts.TEXT)), style)


def _foot(report: Report, about: About) -> str:
    return f"{about.institution}. {as_at_words(report, about)}. Counting rules {report.version}"


def _layout(report: Report) -> tuple[tuple[float, float], list[float]]:
    """(page, widths of the columns): upright if every column has the room it needs, else across."""
    least = [_least(each, report.rows) for each in _shown(report)]
    best = [max(low, _best(each, report.rows)) for low, each in zip(least, _shown(report), strict=True)]
    for page in (A4, landscape(A4)):
        room = page[0] - 2 * points(MARGIN_MM)
        if sum(least) <= room:
            break
    if sum(best) <= room:
        return page, best
    spare, wanted = room - sum(least), sum(best) - sum(least)
    # Too many columns for any page: all become narrower alike, and words break.
    if spare < 0:
        return page, [low * room / sum(least) for low in least]
    return page, [low + (high - low) * spare / wanted for low, high in zip(least, best, strict=True)]


def _shown(report: Report) -> list[Column]:
    """The columns but that whose words stand as headings over the rows."""
    return [each for each in report.columns if not each.heads]


def _heading(column: Column) -> str:
    return f"{column.label}, {column.unit}" if column.unit not in ("", "machines") else column.label


def _least(column: Column, rows: Sequence[dict[str, Any]]) -> float:
    """Points without which a number or the longest word of a column would break."""
    cells = [cell_words(row.get(column.key), column.unit) for row in rows]
    bits = cells if column.unit else [word for cell in cells for word in cell.split()]
    head = max(_width(word, _HEAD.fontSize) for word in _heading(column).split())
    return min(max(head, *(_width(bit) for bit in bits), 20.0), 140.0) + _GAP * 2


def _best(column: Column, rows: Sequence[dict[str, Any]]) -> float:
    longest = max((_width(cell_words(row.get(column.key), column.unit)) for row in rows), default=0.0)
    return min(longest, 320.0) + _GAP * 2


def _width(text: str, size: float = _SMALL.fontSize) -> float:
    # A little more, or a rounding breaks the word.
    return fonts.width(fonts.printable(text, fonts.TEXT), fonts.TEXT, size) + 0.5


def _table(report: Report, widths: list[float]) -> LongTable:
    columns, over = _shown(report), next((each for each in report.columns if each.heads), None)
    lines: list[list[Any]] = [[_words(_heading(each), _NUMBER_HEAD if each.unit else _HEAD) for each in columns]]
    spans, above = [], None
    for row in report.rows:
        if over and over.heads and row[over.key] != above:
            above = row[over.key]
            spans.append(("SPAN", (0, len(lines)), (-1, len(lines))))
            lines.append([_words(over.heads(above), _OVER), *[""] * (len(columns) - 1)])
        cells = [row.get(each.key) for each in columns]
        lines.append([_cell(cell, column.unit) for cell, column in zip(cells, columns, strict=True)])
    look = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("LINEBELOW", (0, 0), (-1, 0), 1, _INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, _RULE),
        ("LEFTPADDING", (0, 0), (-1, -1), _GAP),
        ("RIGHTPADDING", (0, 0), (-1, -1), _GAP),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        *spans,
    ]
    return LongTable(lines, colWidths=widths, repeatRows=1, splitInRow=1, style=look, hAlign="LEFT")


def _cell(cell: Any, unit: str) -> Paragraph:
    return _words(cell_words(cell, unit), _NUMBER if unit and not isinstance(cell, (str, date)) else _SMALL)


class _Numbered(Canvas):  # type: ignore[misc]
    """Pages that know how many there are: they are kept until the last one is drawn."""

    def __init__(self, *args: Any, foot: str, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._foot = foot
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._kept, start=1):
            self.__dict__.update(page)
            self._draw_foot(number, len(self._kept))
            super().showPage()
        super().save()

    def _draw_foot(self, number: int, count: int) -> None:
        left, right, low = points(MARGIN_MM), self._pagesize[0] - points(MARGIN_MM), points(11)
        place = f"Page {number} of {count}"
        room = right - left - fonts.width(place, fonts.TEXT, 8) - 12
        self.setStrokeColor(_RULE)
        self.setLineWidth(0.5)
        self.line(left, low + 11, right, low + 11)
        self.setFont(fonts.TEXT, 8)
        self.setFillColor(_QUIET)
        self.drawString(left, low, fonts.cut(fonts.printable(self._foot, fonts.TEXT), fonts.TEXT, 8, room))
        self.drawRightString(right, low, place)
