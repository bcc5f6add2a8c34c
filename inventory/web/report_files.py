"""Reports as files: CSV, Excel and PDF, the chart as SVG, and the machines behind a figure as CSV and Excel."""

import csv as csv_format
import io
from collections.abc import Iterator
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import Any, Final

from flask import Blueprint, Response, render_template, request, stream_with_context
from werkzeug.wrappers import Response as AnyResponse

from inventory.errors import NotFound
from inventory.lifecycle.event_types import EVENT_TYPES
from inventory.printing.cells import guard_formula
from inventory.register.kinds import KINDS
from inventory.register.statuses import STATUSES
from inventory.reports._base import Figure, Members, Report, members_of, report_type
from inventory.reports._drawing import Drawing
from inventory.reports._files import FORMATS
from inventory.reports._palette import DARK, LIGHT
from inventory.reports._pictures import draw
from inventory.reports._query import Query
from inventory.reports._words import About, address_of, as_at_words, basis
from inventory.web._behind import lines_of_members, name_of_figure
from inventory.web._figures import answer, asked
from inventory.web._shell import requires, session, settings

blueprint = Blueprint("web_report_files", __name__, url_prefix="/reports")
_CHUNK: Final = 1_000
"""Machines read at a time into a file."""
_PIECE: Final = 64 * 1024
"""Bytes of a kept file that are sent at a time."""
_COLUMNS: Final = (
    ("tag", "Tag", 14.0),
    ("kind", "Kind", 18.0),
    ("manufacturer", "Manufacturer", 18.0),
    ("model", "Model", 30.0),
    ("serial", "Serial", 20.0),
    ("status", "Status now", 18.0),
    ("department", "Department now", 30.0),
    ("counted_by", "Counted by", 18.0),
    ("occurred_at", "Happened", 18.0),
    ("recorded_at", "Recorded", 18.0),
)
"""Of each machine: name in the CSV, heading and width in the sheet."""


def about(report: Report) -> About:
    """Whose files these are, and the page that asks the report again."""
    base = settings().public_url.strip() or request.url_root
    return About(settings().institution, settings().zone, address_of(base, report))


@blueprint.get("/<key>.<any(csv,xlsx,pdf):ext>")
@requires("view")
def report(key: str, ext: str) -> AnyResponse:
    """The report as a file."""
    query = asked()
    found = answer(key, query)
    chosen = FORMATS[ext]
    return _download(chosen.write(found, about(found)), chosen.media, f"{key}.{ext}")


@blueprint.get("/<key>.svg")
@requires("view")
def picture(key: str) -> AnyResponse:
    """The chart of the report as a picture that stands alone; `?dark=1` for a dark ground."""
    query = asked()
    found = answer(key, query)
    drawing = _framed(found, about(found))
    palette = DARK if request.args.get("dark") == "1" else LIGHT
    text = render_template("reports/chart.svg", drawing=drawing, palette=palette)
    return _download(text.encode(), "image/svg+xml", f"{key}.svg")


def _framed(found: Report, whose: About) -> Drawing:
    kind = report_type(found.key)
    chart = kind.chart(found) if kind.chart else None
    if chart is None:
        raise NotFound(f"The report {found.title!r} has no picture of this answer; its figures are in the table.")
    head = (chart.title, f"{found.period}. {found.scope}.")
    foot = (f"{whose.institution}. {as_at_words(found, whose)}. Counting rules {found.version}.",)
    return draw(chart, head=head, foot=foot)


@blueprint.get("/<key>/machines/<cell>.csv")
@requires("view")
def machines_csv(key: str, cell: str) -> AnyResponse:
    """The machines behind one figure as a file, written page by page."""
    query = asked()
    # Refusals come before the first byte.
    members_of(key, cell, session(), query, settings(), "", 1)

    def lines() -> Iterator[str]:
        yield _csv_line([name for name, _, _ in _COLUMNS])
        for row in _machines(key, cell, query, words=False):
            yield _csv_line([each.isoformat() if isinstance(each, datetime) else each for each in row])

    answered = Response(stream_with_context(lines()), mimetype="text/csv")
    answered.headers["Content-Disposition"] = f'attachment; filename="{key}-{cell}.csv"'
    return answered


@blueprint.get("/<key>/machines/<cell>.xlsx")
@requires("view")
def machines_xlsx(key: str, cell: str) -> AnyResponse:
    """The machines behind one figure as a workbook."""
    from inventory.reports._workbook import machines_to_xlsx

    query = asked()
    found = members_of(key, cell, session(), query, settings(), "", 1)
    told = answer(key, query)
    whose = about(told)
    rows = [("Title", f"{told.title}: {name_of_figure(told, cell)}"), ("Figure", _figure_words(told, cell, found))]
    kept = TemporaryFile()  # noqa: SIM115 - closed when the last piece is sent
    columns = [(heading, width, "") for _, heading, width in _COLUMNS]
    machines_to_xlsx(kept, columns, _machines(key, cell, query, words=True), rows + basis(told, whose)[1:], whose)
    kept.seek(0)
    answered = Response(iter(lambda: kept.read(_PIECE), b""), mimetype=FORMATS["xlsx"].media)
    answered.call_on_close(kept.close)
    answered.headers["Content-Disposition"] = f'attachment; filename="{key}-{cell}.xlsx"'
    return answered


def _figure_words(told: Report, cell: str, found: Members) -> str:
    """The figures that the machines stand behind, with their units."""
    said = [
        f"{each.value:,} {column.unit}".rstrip()
        for row in told.rows
        for column in told.columns
        if isinstance(each := row.get(column.key), Figure) and each.cell == cell and each.value is not None
    ]
    return "; ".join(said) or f"{found.total:,}"


def _machines(key: str, cell: str, query: Query, *, words: bool) -> Iterator[list[Any]]:
    """A row per machine in the order of `_COLUMNS`; with *words* as people read it, else as programs do."""
    after = ""
    while True:
        page = members_of(key, cell, session(), query, settings(), after, _CHUNK)
        for row, line in lines_of_members(page.rows):
            known = [row.manufacturer, row.model, row.serial]
            told = [line.kind, line.occurred_at, line.recorded_at] if line else ["", "", ""]
            if words:
                told = [EVENT_TYPES[line.kind].label, _happened(line), line.recorded_at] if line else told
                yield [row.tag, KINDS[row.kind].label, *known, STATUSES[row.status].label, row.department, *told]
            else:
                yield [row.tag, row.kind, *known, row.status, row.department_code, *told]
        if page.next is None:
            return
        after = page.next


def _happened(line: Any) -> date:
    """The moment, or the day where no more is known."""
    moment: datetime = line.occurred_at
    return moment.astimezone(settings().zone).date() if line.precision == "day" else moment


def _csv_line(cells: list[Any]) -> str:
    out = io.StringIO()
    # A sheet would run a cell that begins like a formula.
    csv_format.writer(out, lineterminator="\r\n").writerow([guard_formula(str(cell or "")) for cell in cells])
    return out.getvalue()


def _download(content: bytes, media: str, name: str) -> Response:
    answered = Response(content, mimetype=media)
    answered.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answered
