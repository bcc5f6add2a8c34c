"""ZPL II: a 1-bit picture as the whole content of a label, in the printer's own dots.

A picture, not the printer's own ^BQ and ^BC: so mask, version, error correction and module size are
those that were chosen and tested, and text keeps its type. The graphic field is packed with the
repeat counts that every ZPL II printer unpacks ("alternative compression scheme").
"""

import re
from typing import Final

from PIL import Image

_HIGH: Final = {count: chr(ord("g") + count // 20 - 1) for count in range(20, 401, 20)}
_LOW: Final = {count: chr(ord("G") + count - 1) for count in range(1, 20)}
_RUN = re.compile(r"(.)\1+")
_INK: Final = bytes(255 ^ eight for eight in range(256))


def _counted(run: re.Match[str]) -> str:
    """Two or more of the same digit as their number and the digit."""
    count, packed = run.end() - run.start(), ""
    while count > 400:
        packed, count = f"{packed}z{run[1]}", count - 400
    low = count % 20
    return packed + _HIGH.get(count - low, "") + _LOW.get(low, "") + run[1]


def _packed(row: str) -> str:
    """One row of hexadecimal digits with counts before repeated ones; a rest of zeros as a comma."""
    kept = row.rstrip("0")
    if not kept:
        return ","
    return _RUN.sub(_counted, kept) + ("," if kept != row else "")


def graphic_field(image: Image.Image) -> str:
    """``^GFA`` of a 1-bit *image* in which 0 is ink; a row like the one above is one colon."""
    width = (image.width + 7) // 8
    # Rows are filled up to whole bytes with paper; ZPL's ink is 1.
    whole = Image.new("1", (width * 8, image.height), 255)
    whole.paste(image.convert("1"))
    data = whole.tobytes().translate(_INK).hex().upper()
    rows = [data[start : start + width * 2] for start in range(0, len(data), width * 2)]
    total = width * image.height
    body = "".join(":" if number and row == rows[number - 1] else _packed(row) for number, row in enumerate(rows))
    return f"^GFA,{total},{total},{width},{body}^FS"


def label(image: Image.Image) -> str:
    """The ZPL II of one label: its width and length in dots, nothing left over from the one before, once."""
    return f"^XA^PW{image.width}^LL{image.height}^LH0,0^LS0^LT0^PON^PMN^FO0,0{graphic_field(image)}^PQ1^XZ\n"
