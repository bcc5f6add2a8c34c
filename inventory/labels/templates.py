"""Label templates as data, in millimetres. A new sheet, tape or roll is one row here.

Sizes are the makers'. The number after the size is the edge that stays free of ink: for sheets our own
caution (they shift by up to a millimetre), for tapes what the print head does not reach.
"""

from typing import Final

from inventory.errors import ValidationRefused
from inventory.i18n import mark
from inventory.labels.shapes import Family, LabelShape, LabelTemplate, shape

_AS_IT_IS: Final = mark(
    "In the printer's dialog choose this very label as the paper, 100 % (“actual size”), no margins."
)
FAMILIES: Final = {
    each.key: each
    for each in (
        Family(
            "sheet", mark("Sheets in a laser or inkjet printer"), 300, "pdf",
            mark("Print at 100 % (“actual size”), not “fit to page”, on the sheet's own paper size."),
        ),
        Family("brother_ql", mark("Brother QL, 300 dpi"), 300, "pdf", _AS_IT_IS),
        Family("brother_pt", mark("Brother P-touch, 180 dpi (PT-P700, P710BT, P750W, E550W)"), 180, "pdf", _AS_IT_IS),
        Family("brother_pt_360", mark("Brother P-touch, 360 dpi (PT-P900, P950NW)"), 360, "pdf", _AS_IT_IS),
        Family("dymo", mark("Dymo LabelWriter, 300 dpi"), 300, "pdf", _AS_IT_IS),
        Family(
            "zebra_203", mark("Zebra and other ZPL II printers, 203 dpi"), 203.2, "zpl",
            mark("Send the file to the printer as it is: to its port 9100, or by a raw (“generic / text only”) queue."),
        ),
        Family(
            "zebra_300", mark("Zebra and other ZPL II printers, 300 dpi"), 300, "zpl",
            mark("Send the file to the printer as it is: to its port 9100, or by a raw (“generic / text only”) queue."),
        ),
    )
}  # fmt: skip

_CENTRED: Final = mark("Size and pitch are the maker's; the margins are what centring the grid on the paper leaves.")
_HEAD: Final = mark("Size is the maker's; the free edge is what the head does not reach, by its raster reference.")
_CAUTION: Final = mark("Size is the maker's; the free edge is our caution: print the test label first.")
_CUT: Final = mark("Width and free edge are by the maker's raster reference; the length is ours, cut by the printer.")
_A4: Final = (210.0, 297.0)
_LETTER: Final = (215.9, 279.4)


def _sheet(
    key: str,
    name: str,
    form: LabelShape,
    grid: tuple[int, int],
    pitch: tuple[float, float],
    paper: tuple[float, float] = _A4,
) -> LabelTemplate:
    """*grid* is columns and rows; the grid is centred on the paper, as makers punch it."""
    (columns, rows), (right, down) = grid, pitch
    left = (paper[0] - (columns - 1) * right - form.width_mm) / 2
    top = (paper[1] - (rows - 1) * down - form.height_mm) / 2
    words = f"{name}, {columns * rows} labels of {form.size}"
    return LabelTemplate(
        key, words, FAMILIES["sheet"], form, _CENTRED, columns, rows, round(left, 3), round(top, 3), right, down, paper
    )


def _roll(key: str, name: str, family: str, form: LabelShape, sure: str, *, turned: bool = False) -> LabelTemplate:
    return LabelTemplate(key, f"{name}, {form.size}", FAMILIES[family], form, sure, turned=turned)


def _on_tape(width: float, height: float, end: float, side: float, *, tag_only: bool = False) -> LabelShape:
    """A label along a tape or roll: *end* and *side* are the edges that the head does not reach."""
    return shape(width, height, end, side, quiet_on_edge=True, carries="tag" if tag_only else "address")


_ROWS: Final = (
    _sheet("L7160", "Avery L7160", shape(63.5, 38.1, 2.4), (3, 7), (66.04, 38.1)),
    _sheet("L7159", "Avery L7159, L4773 (film)", shape(63.5, 33.9, 2.4), (3, 8), (66.04, 33.9)),
    _sheet("L7163", "Avery L7163", shape(99.1, 38.1, 1.8), (2, 7), (101.6, 38.1)),
    _sheet("L7162", "Avery L7162", shape(99.1, 33.9, 1.8), (2, 8), (101.6, 33.9)),
    _sheet("L6011", "Avery L6011 (silver film), L6114", shape(63.5, 29.6, 1.8), (3, 9), (66.04, 29.6)),
    _sheet("L4778", "Avery L4778 (film), L6009 (silver film)", shape(45.7, 21.2, 1.0), (4, 12), (48.3, 21.2)),
    _sheet("L7651", "Avery L7651", shape(38.1, 21.2, 1.0), (5, 13), (40.64, 21.2)),
    _sheet("L4732", "Avery L4732", shape(35.6, 16.9, 0.9, quiet_on_edge=True), (5, 16), (38.1, 16.9)),
    _sheet("L4731", "Avery L4731, L6008 (silver film)",
           shape(25.4, 10.0, 0.8, quiet_on_edge=True, carries="tag"), (7, 27), (27.9, 10.0)),
    _sheet("5160", "Avery 5160 (US Letter)", shape(66.675, 25.4, 1.8), (3, 10), (69.85, 25.4), _LETTER),
    _roll("DK-22205", "Brother DK-22205, endless 62 mm", "brother_ql", _on_tape(62, 30, 1.5, 3.0), _CUT),
    _roll("DK-11209", "Brother DK-11209", "brother_ql", _on_tape(62, 29, 1.5, 3.0), _HEAD),
    _roll("DK-11201", "Brother DK-11201", "brother_ql", _on_tape(90, 29, 3.0, 1.6), _HEAD, turned=True),
    _roll("DK-11208", "Brother DK-11208", "brother_ql", _on_tape(90, 38, 3.0, 1.6), _HEAD, turned=True),
    _roll("DK-11204", "Brother DK-11204", "brother_ql", _on_tape(54, 17, 3.0, 1.6), _HEAD, turned=True),
    _roll("DK-11221", "Brother DK-11221", "brother_ql", _on_tape(23, 23, 3.0, 3.0), _HEAD),
    _roll("TZE-18", "Brother TZe 18 mm", "brother_pt", _on_tape(50, 18, 2.0, 1.1), _CUT, turned=True),
    _roll("TZE-24", "Brother TZe 24 mm", "brother_pt", _on_tape(60, 24, 2.0, 3.0), _CUT, turned=True),
    _roll("TZE-12-360", "Brother TZe 12 mm", "brother_pt_360", _on_tape(40, 12, 2.0, 0.75, tag_only=True), _CUT,
          turned=True),
    _roll("TZE-18-360", "Brother TZe 18 mm", "brother_pt_360", _on_tape(50, 18, 2.0, 0.8), _CUT, turned=True),
    _roll("TZE-24-360", "Brother TZe 24 mm", "brother_pt_360", _on_tape(60, 24, 2.0, 0.8), _CUT, turned=True),
    _roll("TZE-36-360", "Brother TZe 36 mm", "brother_pt_360", _on_tape(75, 36, 2.0, 2.0), _CUT, turned=True),
    _roll("DYMO-11354", "Dymo 11354, 30334", "dymo", _on_tape(57, 32, 2.0, 3.0), _CAUTION),
    _roll("DYMO-30252", "Dymo 30252, 99010", "dymo", _on_tape(89, 28, 6.0, 1.5), _CAUTION, turned=True),
    _roll("DYMO-99012", "Dymo 99012", "dymo", _on_tape(89, 36, 6.0, 1.5), _CAUTION, turned=True),
    _roll("DYMO-11352", "Dymo 11352", "dymo", _on_tape(54, 25, 6.0, 1.5), _CAUTION, turned=True),
    *(
        _roll(f"ZPL-{name}-{dpi}", "ZPL II", f"zebra_{dpi}", _on_tape(width, height, 1.2, 1.2), _CAUTION)
        for dpi in ("203", "300")
        for name, width, height in (
            ("51X25", 50.8, 25.4), ("38X25", 38.1, 25.4), ("57X32", 57.15, 31.75), ("76X51", 76.2, 50.8),
            ("102X51", 101.6, 50.8),
        )
    ),
)  # fmt: skip
TEMPLATES: Final[dict[str, LabelTemplate]] = {each.key: each for each in _ROWS}
DEFAULT: Final = "L7160"
ROLL: Final = shape(50.0, 25.0, 1.5)
"""A single label of the usual 50 x 25 mm, for one machine's picture and for printers that no row names."""


def template_named(key: str) -> LabelTemplate:
    """The template with this *key* in any case; ValidationRefused names those there are."""
    template = TEMPLATES.get(key.strip().upper())
    if template is None:
        raise ValidationRefused(
            mark("There is no label sheet or tape {key}. Choose one of: {keys}."),
            field="template",
            key=key,
            keys=", ".join(TEMPLATES),
        )
    return template


def templates_of(family: str | None = None) -> list[LabelTemplate]:
    """The templates that printers of *family* take, or all."""
    return [each for each in TEMPLATES.values() if family is None or each.family.key == family]
