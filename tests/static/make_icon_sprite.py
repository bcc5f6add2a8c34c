"""Writes static/icons.svg from an unpacked bootstrap-icons package and our own status and outcome shapes.

Run by hand when an icon is added: ``python tests/static/make_icon_sprite.py PATH/TO/package``.
"""

import re
import sys
from pathlib import Path

STATIC = Path(__file__).parents[2] / "static"

BOOTSTRAP_ICONS = """
archive arrow-counterclockwise arrow-left arrow-left-right arrow-right arrow-repeat arrow-return-left arrow-up-circle
award bag-check bar-chart-line bookmark bookmark-x boxes box-arrow-in-down box-arrow-right box-arrow-up-right box-seam box2-heart
building calendar3 camera cart cash chat-dots check-circle check2-square chevron-down chevron-left chevron-right
circle clipboard-check clipboard-data clock-history cloud-slash cone-striped cpu device-hdd device-hdd-fill
download envelope-check eraser exclamation-circle exclamation-triangle eye file-earmark-arrow-up file-earmark-pdf
file-earmark-spreadsheet filter fire flag gear geo geo-alt gift grid-3x3-gap hand-thumbs-down hand-thumbs-up
hash heart hourglass-split house inbox info-circle journal-check key laptop layout-three-columns
layers lightning lightning-charge link-45deg list-ul lock pause-circle paperclip patch-check patch-minus pencil people
person-check person-circle pie-chart play-circle plus-circle plus-lg printer qr-code question-circle
recycle reply save search shield-check shield-exclamation shield-x slash-circle sliders subtract tag tags
three-dots tools trash truck union unlock upc-scan upload wifi wifi-off wrench x x-circle x-octagon
""".split()

# One shape per status, drawn on 16 x 16. Fill and outline come from the chip's class: .s-fill takes the
# tone, .s-line the outline only, so that shapes differ without any colour.
OWN_SHAPES = {
    "status-on_order": '<circle class="s-line" cx="8" cy="8" r="6" stroke-dasharray="3 2.4"/>',
    "status-in_stock": '<rect class="s-line" x="2.5" y="2.5" width="11" height="11"/>',
    "status-in_use": '<circle class="s-fill" cx="8" cy="8" r="6"/>',
    "status-missing": '<path class="s-line" d="M8 1.2 14.8 8 8 14.8 1.2 8Z"/><path class="s-line" d="M8 4.6v4"/>'
    '<circle class="s-dot" cx="8" cy="10.9" r="1"/>',
    "status-written_off": '<path class="s-line s-thick" d="m3 3 10 10M13 3 3 13"/>',
    "status-returned": '<path class="s-line" d="M1.8 3.2h12.4L8 13.6Z"/>',
    "status-on_hold": '<rect class="s-fill" x="2.5" y="2" width="4" height="12"/>'
    '<rect class="s-fill" x="9.5" y="2" width="4" height="12"/>',
    "status-ready_for_reuse": '<path class="s-fill" d="M3 1.8v12.4L14 8Z"/>',
    "status-reserved": '<path class="s-fill" d="M3.5 1.5h9v13L8 10.6l-4.5 3.9Z"/>',
    "status-donated": '<path class="s-fill" d="M8 14 2.3 8.2a3.6 3.6 0 0 1 0-5 3.5 3.5 0 0 1 5 0l.7.7.7-.7'
    'a3.5 3.5 0 0 1 5 0 3.6 3.6 0 0 1 0 5Z"/>',
    "status-sold": '<path class="s-fill" d="M1.8 1.8h6.4l6 6-6.4 6.4-6-6Z"/><circle class="s-hole" cx="5" cy="5" r="1.2"/>',
    "status-with_lessor": '<path class="s-line s-thick" d="M6.2 2.5 2.5 6.2l3.7 3.7M2.8 6.2h6.4a3.9 3.9 0 0 1 0 7.8H7"/>',
    "status-dismantled": '<rect class="s-fill" x="1.5" y="1.5" width="5" height="5"/><rect class="s-fill" x="9.5" y="1.5" '
    'width="5" height="5"/><rect class="s-fill" x="1.5" y="9.5" width="5" height="5"/>'
    '<rect class="s-line" x="9.5" y="9.5" width="5" height="5"/>',
    "status-awaiting_collection": '<path class="s-line" d="M3 1.8h10L8 8l5 6.2H3L8 8Z"/>',
    "status-with_contractor": '<circle class="s-line" cx="8" cy="8" r="6"/><path class="s-fill" d="M8 2a6 6 0 0 1 0 12Z"/>',
    "status-prepared_for_reuse": '<path class="s-fill" d="M8 1 15 6.2 12.3 14.4H3.7L1 6.2Z"/>',
    "status-recycled": '<path class="s-fill" d="M8 1.6 15 13.8H1Z"/>',
    "status-energy_recovered": '<path class="s-fill" d="M9.8 1 3 9.2h4L5.8 15 13 6.6H8.8Z"/>',
    "status-disposed": '<rect class="s-fill" x="1.5" y="5" width="13" height="6"/>',
    "status-withdrawn": '<circle class="s-line" cx="8" cy="8" r="6"/><path class="s-line" d="m4 12 8-8"/>',
    "outcome-recorded": '<circle class="o-fill" cx="8" cy="8" r="7"/><path class="o-cut" d="m4.6 8.2 2.4 2.4 4.6-5"/>',
    "outcome-refused": '<path class="o-fill" d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1Z"/>'
    '<path class="o-cut" d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2"/>',
    "outcome-unknown": '<path class="o-fill" d="M8 .8 15.2 8 8 15.2.8 8Z"/>'
    '<path class="o-cut" d="M6.2 6.4a1.9 1.9 0 1 1 2.6 1.8c-.6.3-.8.6-.8 1.2M8 11.2v.2"/>',
    "outcome-duplicate": '<rect class="o-line" x="1.5" y="1.5" width="9" height="9"/>'
    '<rect class="o-fill" x="5.5" y="5.5" width="9" height="9"/>',
    "outcome-shown": '<circle class="o-line" cx="8" cy="8" r="6.4"/><path class="o-line" d="M8 7.4v3.8M8 4.8V5"/>',
    "outcome-waiting": '<circle class="o-line" cx="8" cy="8" r="6.4" stroke-dasharray="3 2"/>'
    '<path class="o-line" d="M8 4.4V8l2.4 1.6"/>',
}

# <use> of another file brings no page styles into that file, so the shapes' classes are spelled out as
# presentation attributes: the page reaches them by currentColor and by the inherited custom fill.
PAINT = {
    "s-fill": 'fill="currentColor" stroke="var(--shape-outline,currentColor)" stroke-width="1"',
    "s-line": 'fill="none" stroke="var(--shape-stroke,currentColor)" stroke-width="1.8"',
    "s-line s-thick": 'fill="none" stroke="var(--shape-stroke,currentColor)" stroke-width="2.2" stroke-linejoin="round"',
    "s-dot": 'fill="var(--shape-stroke,currentColor)"',
    "s-hole": 'fill="var(--shape-hole,#fff)" stroke="var(--shape-outline,currentColor)" stroke-width=".8"',
    "o-fill": 'fill="currentColor"',
    "o-line": 'fill="none" stroke="currentColor" stroke-width="1.4"',
    "o-cut": 'fill="none" stroke="var(--shape-hole,#fff)" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"',
}


def bootstrap_symbol(package: Path, name: str) -> str:
    """The icon *name* of the unpacked *package* as a symbol with that id."""
    svg = (package / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    inner = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.S)
    assert inner, name
    body = re.sub(r"\s*\n\s*", "", inner.group(1))
    return f'<symbol id="{name}" viewBox="0 0 16 16" fill="currentColor">{body}</symbol>'


def own_symbol(name: str, body: str) -> str:
    """One of our shapes as a symbol, its classes turned into presentation attributes."""
    painted = re.sub(r'class="([^"]+)"', lambda found: PAINT[found.group(1)], body)
    return f'<symbol id="{name}" viewBox="0 0 16 16">{painted}</symbol>'


def main(package: Path) -> None:
    """Write the sprite."""
    symbols = [bootstrap_symbol(package, name) for name in sorted(set(BOOTSTRAP_ICONS))]
    symbols += [own_symbol(name, body) for name, body in OWN_SHAPES.items()]
    text = '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
    (STATIC / "icons.svg").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
