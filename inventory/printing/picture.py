"""A small picture for print, such as a logo: grey, on paper white, re-encoded so that it carries nothing else."""

import warnings
from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

LONGEST_SIDE = 1200
"""Pixels kept; 50 mm at 600 dpi."""
MOST_PIXELS = 25_000_000


@dataclass(frozen=True, eq=False)
class Picture:
    """*image* is grey (mode L); *png* the same as a file."""

    image: Image.Image
    png: bytes

    @property
    def ratio(self) -> float:
        """Width by height."""
        return self.image.width / self.image.height

    @property
    def data_uri(self) -> str:
        """The picture as an address that holds all of it."""
        return f"data:image/png;base64,{b64encode(self.png).decode()}"

    @classmethod
    def of(cls, png: bytes) -> "Picture":
        """The picture of a PNG that `cleaned` made."""
        return cls(Image.open(BytesIO(png)).convert("L"), png)


def cleaned(content: bytes) -> bytes:
    """*content* (PNG, JPEG, WebP or GIF) as a grey PNG without margins; ValueError says in a clause why not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            found = Image.open(BytesIO(content), formats=("PNG", "JPEG", "WEBP", "GIF"))
            if found.width * found.height > MOST_PIXELS:
                raise ValueError("it has too many pixels")
            colours = ImageOps.exif_transpose(found).convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError, Warning):
        raise ValueError("it is no PNG, JPEG, WebP or GIF that can be read") from None
    paper = Image.new("RGBA", colours.size, "white")
    grey = Image.alpha_composite(paper, colours).convert("L")
    ink = grey.point(lambda shade: 255 if shade < 250 else 0).getbbox()
    if ink is None:
        raise ValueError("nothing in it would be printed: it is white")
    grey = grey.crop(ink)
    grey.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if not 0.2 <= grey.width / grey.height <= 12:
        raise ValueError("it is too long and narrow for a label")
    out = BytesIO()
    grey.save(out, "PNG", optimize=True)
    return out.getvalue()
